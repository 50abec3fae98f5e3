import { WholeSum } from '../../kernel/whole-sum';
import type { Asked, UntoldCode } from './asked-uses';
import { askedAt, type MatchPlan, placeOf } from './match-plan';
import type { MergedSum } from './merge-runs';
import { isrcText } from './packed-isrc';
import { shareOfRow } from './shared-rows';
import type { LargeSum } from './sum-table';
import type { SumsWriter } from './sums-file';

export const int8Max = 2n ** 63n - 1n;
export const impossibleMax = 100;
const soldMax = 2n ** 62n - 1n;

/** Units or returns that add up to 2^63 or more, a difference that takes away more than there is, or what an agreement asks for and nothing tells. */
export interface ImpossibleSum {
  readonly code: 'sum-out-of-range' | 'sum-below-zero' | UntoldCode;
  readonly message: string;
}

/** What a report says about one agreement in all. */
export interface AgreementTotal {
  readonly agreementId: string;
  readonly rows: number;
  readonly quantity: bigint;
  readonly returns: bigint;
}

/** A row that waits for what was sold of it. */
interface WaitingRow {
  /** Of its units. */
  readonly key: number;
  readonly agreement: number;
  readonly recording: number;
  readonly place: number;
  readonly part: number;
  readonly asked: Asked | undefined;
  /** Undefined where only sales were told. */
  readonly units: LargeSum | undefined;
  sold: bigint;
}

/** Writes merged sums as rows of a file: each is looked at before, and of what is asked for more than units both sums become one row. */
export class SumRows {
  private readonly checked: CheckedSums;
  private readonly totals: readonly Total[];
  private readonly slots: number;
  private waiting: WaitingRow | undefined;

  constructor(
    private readonly plan: MatchPlan,
    private readonly writer: SumsWriter,
    isDelta: boolean,
  ) {
    this.checked = new CheckedSums(isDelta);
    this.totals = plan.agreements.map(() => new Total());
    this.slots = plan.parts * plan.kinds;
  }

  get impossible(): ImpossibleSum[] {
    return this.checked.impossible;
  }

  get told(): AgreementTotal[] {
    const { agreements } = this.plan;
    return this.totals
      .map((total, number) => ({ agreementId: agreements[number]!, ...total.whole }))
      .filter(({ rows }) => rows > 0);
  }

  /** Sums in the order of their keys. */
  take(sum: MergedSum): Promise<void> | undefined {
    const { places, recordings } = this.plan;
    const { slots } = this;
    const rest = Math.floor(sum.key / (places.length * slots));
    const agreement = Math.floor(rest / recordings.sets.length);
    const recording = rest - agreement * recordings.sets.length;
    const slot = sum.key - rest * places.length * slots;
    if (slots > 1) return this.takeAsked(sum, { agreement, recording, slot });
    if (!isPlainlySound(sum) && !this.checked.whole(countsOf(sum), () => this.nameOf(recording, slot)))
      return undefined;
    if (this.writer.isFull(agreement))
      return this.writer.flush().then(() => this.writeUnits(agreement, recording, slot, sum));
    this.writeUnits(agreement, recording, slot, sum);
    return undefined;
  }

  /** After the last one. */
  async end(): Promise<void> {
    await this.writeWaiting();
  }

  private takeAsked(
    sum: MergedSum,
    { agreement, recording, slot }: { agreement: number; recording: number; slot: number },
  ): Promise<void> | undefined {
    const { plan } = this;
    const { key } = sum;
    const counts = countsOf(sum);
    const isSold = plan.kinds === 2 && slot % 2 === 1;
    const own = isSold ? key - 1 : key;
    const sold = isSold ? counts.quantity - counts.returns : 0n;
    if (isSold && this.waiting?.key === own) {
      this.waiting.sold = sold;
      return undefined;
    }
    const place = Math.floor(slot / this.slots);
    const next: WaitingRow = {
      ...{ key: own, agreement, recording, place, sold },
      part: Math.floor((slot % this.slots) / plan.kinds),
      asked: askedAt(plan, agreement, place),
      units: isSold ? undefined : counts,
    };
    const written = this.writeWaiting();
    this.waiting = next;
    return written;
  }

  private writeWaiting(): Promise<void> | undefined {
    const row = this.waiting;
    this.waiting = undefined;
    if (row === undefined) return undefined;
    const { agreement, recording, place, part, asked, sold } = row;
    const name = (): string => this.nameOf(recording, place);
    const units = row.units ?? { quantity: 0n, returns: 0n };
    const hasUnits = row.units !== undefined && this.checked.whole(units, name);
    if (!this.checked.sold(sold, name) || (!hasUnits && sold === 0n)) return undefined;
    return this.write(agreement, () => {
      this.writeUnits(agreement, recording, place, { quantity: 0, returns: 0, large: units });
      this.writer.detailLast({
        part: asked === undefined || asked.parts.length === 0 ? undefined : (asked.parts[part - 1] ?? 0),
        sold: asked?.sold === undefined ? undefined : sold,
      });
    });
  }

  private write(agreement: number, write: () => void): Promise<void> | undefined {
    if (!this.writer.isFull(agreement)) return void write();
    return this.writer.flush().then(write);
  }

  private writeUnits(
    agreement: number,
    recording: number,
    place: number,
    { quantity, returns, large }: Pick<MergedSum, 'quantity' | 'returns' | 'large'>,
  ): void {
    const { recordings } = this.plan;
    const [letters, digits] = [recordings.letters[recording]!, recordings.digits[recording]!];
    this.writer.add(agreement, letters, digits, place, quantity, returns, shareOfRow(recordings.shared, recording));
    if (large === undefined) return this.totals[agreement]!.add(quantity, returns);
    this.writer.correctLast(large.quantity, large.returns);
    this.totals[agreement]!.addLarge(large);
  }

  private nameOf(recording: number, place: number): string {
    const { recordings, places } = this.plan;
    const isrc = isrcText({ letters: recordings.letters[recording]!, digits: recordings.digits[recording]! });
    return `${isrc} in ${placeText(places[place]!)}`;
  }
}

export const placeText = (code: number): string => {
  const { territory, use, model } = placeOf(code);
  return `${territory}, ${use}, ${model}`;
};

const countsOf = ({ quantity, returns, large }: MergedSum): LargeSum =>
  large ?? { quantity: BigInt(quantity), returns: BigInt(returns) };

/** Nearly every sum: nothing is wrong with it, and there is no need to name it. */
const isPlainlySound = ({ quantity, returns, large }: MergedSum): boolean =>
  large === undefined && quantity > 0 && returns >= 0 && returns <= quantity;

/** Looks at sums before they are written, and notes those that cannot be. */
class CheckedSums {
  readonly impossible: ImpossibleSum[] = [];

  constructor(private readonly isDelta: boolean) {}

  /** Whether the sum is to be written: what a delta leaves nothing of is not told any more. */
  whole({ quantity, returns }: LargeSum, name: () => string): boolean {
    const before = this.impossible.length;
    if (quantity > int8Max) this.add('sum-out-of-range', `the units of ${name()} add up to more than can be kept`);
    if (returns > int8Max) this.add('sum-out-of-range', `the returns of ${name()} add up to more than can be kept`);
    if (quantity < 0n || returns < 0n || returns > quantity) {
      this.add(
        'sum-below-zero',
        `of ${name()} more is taken away than there is: ${quantity} units are left, ${returns} returned`,
      );
    }
    return this.impossible.length === before && before < impossibleMax && !(this.isDelta && quantity === 0n);
  }

  sold(units: bigint, name: () => string): boolean {
    if (units <= soldMax && units >= -soldMax) return true;
    this.add('sum-out-of-range', `the sales of ${name()} add up to more than can be kept`);
    return false;
  }

  private add(code: ImpossibleSum['code'], message: string): void {
    if (this.impossible.length < impossibleMax) this.impossible.push({ code, message });
  }
}

/** Counts of many sums. */
class Total {
  private rows = 0;
  private readonly quantity = new WholeSum();
  private readonly returns = new WholeSum();

  add(quantity: number, returns: number): void {
    this.rows += 1;
    this.quantity.add(quantity);
    this.returns.add(returns);
  }

  addLarge({ quantity, returns }: LargeSum): void {
    this.rows += 1;
    this.quantity.addLarge(quantity);
    this.returns.addLarge(returns);
  }

  get whole(): { rows: number; quantity: bigint; returns: bigint } {
    return { rows: this.rows, quantity: this.quantity.total, returns: this.returns.total };
  }
}
