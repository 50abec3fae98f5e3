import { type Asked, partOf, type Untold, type UntoldCode } from './asked-uses';
import { askedAt, keyOf, Matcher, type MatchPlan, placesMax, reasonOf, unknownRecording } from './match-plan';
import { recordingAt } from './recordings';
import { rowOf } from './shared-rows';
import { SumTable } from './sum-table';

/** Words of 32 bits of one held line: line, letters, digits with the reason above them, place, and both counts as low and high word. */
export const heldWords = 8;
const twoTo32 = 0x1_0000_0000;
/** In place of the letters of a line that names no recording. */
export const noIsrc = 0xffff_ffff;

/** A usage line that has passed every check. Counts are whole numbers below 2^63: as doubles where they are exact, else as large ones. */
export interface SoundLine {
  /** Number of the line, or its number within the chunk. */
  line: number;
  letters: number;
  digits: number;
  place: number;
  /** From the report's first. */
  day: number;
  quantity: number;
  returns: number;
  /** Whether a day is told. */
  hasDay: boolean;
  /** What it was sold for, net of returns, in units of the eighth decimal of `currency`; Infinity: `soldLarge`; NaN: `untold` says why it is not told. Looked at where somebody asks. */
  sold: number;
  soldLarge: bigint;
  untold: UntoldCode;
  currency: string;
}

/** What lines come to: sums of what is licensed, a row for each line that is held, units by place, lines by reason. */
export class Tally {
  readonly table: SumTable;
  private held = new Uint32Array(heldWords * 4096);
  private heldCount = 0;
  private readonly spares: Uint32Array<ArrayBuffer>[] = [];
  accepted = 0;
  private readonly matcher: Matcher;
  /** From 1; 0 where no grant names the place: pages of memory that nobody writes to are not there. */
  private readonly placeNumbers = new Int32Array(placesMax);
  private readonly unitsByPlace = new Float64Array(placesMax);
  private readonly placesSeen = new Set<number>();
  private readonly largeUnits = new Map<number, bigint>();
  private readonly hasShares: boolean;
  private readonly asks: boolean;
  /** What agreements ask of lines and these do not tell. */
  readonly untold = new Map<string, Untold>();

  constructor(
    private readonly plan: MatchPlan,
    slotsMax: number,
  ) {
    this.table = new SumTable(slotsMax);
    this.matcher = new Matcher(plan);
    this.hasShares = plan.recordings.shared.shares.length > 0;
    this.asks = plan.asked.size > 0;
    plan.places.forEach((place, number) => (this.placeNumbers[place] = number + 1));
    if (keyOf(plan, plan.agreements.length, 0, 0) > Number.MAX_SAFE_INTEGER) {
      throw new RangeError('more sums are possible than have a number');
    }
  }

  add(line: SoundLine): void {
    const { place, quantity } = line;
    this.count(place, quantity);
    const decision = this.decide(line);
    if (decision.agreement < 0) return this.hold(line, decision.agreement);
    this.accepted += 1;
    const key = this.keyOf(decision.agreement, decision.recording, place);
    this.table.add(this.asks ? this.askedKey(key, decision.agreement, line) : key, quantity, line.returns);
  }

  /** As add, for counts that a double does not hold: the fields of `line` for them are not read. */
  addLarge(line: SoundLine, quantity: bigint, returns: bigint): void {
    this.countLarge(line.place, quantity);
    const decision = this.decide(line);
    if (decision.agreement < 0) return this.holdLarge(line, decision.agreement, quantity, returns);
    this.accepted += 1;
    const key = this.keyOf(decision.agreement, decision.recording, line.place);
    this.table.addLarge(this.asks ? this.askedKey(key, decision.agreement, line) : key, quantity, returns);
  }

  /** Held where the line names no recording at all. */
  holdUnnamed(line: SoundLine): void {
    this.count(line.place, line.quantity);
    line.letters = noIsrc;
    this.hold(line, unknownRecording);
  }

  /** As holdUnnamed, for counts that a double does not hold. */
  holdUnnamedLarge(line: SoundLine, quantity: bigint, returns: bigint): void {
    this.countLarge(line.place, quantity);
    line.letters = noIsrc;
    this.holdLarge(line, unknownRecording, quantity, returns);
  }

  get units(): Map<number, bigint> {
    const units = new Map(this.largeUnits);
    for (const place of this.placesSeen) {
      units.set(place, (units.get(place) ?? 0n) + BigInt(this.unitsByPlace[place]!));
    }
    return units;
  }

  /** The rows held since the last time. */
  takeHeld(): Uint32Array {
    if (this.heldCount === 0) return new Uint32Array(0);
    const rows = this.held.subarray(0, this.heldCount * heldWords);
    // Given away: whoever takes the rows may hand their memory on.
    this.held = this.spares.pop() ?? new Uint32Array(this.held.length);
    this.heldCount = 0;
    return rows;
  }

  /** Rows that were taken and are no longer needed: their memory holds the next ones. */
  giveBack(rows: ArrayBuffer): void {
    if (rows.byteLength === this.held.byteLength) this.spares.push(new Uint32Array(rows));
  }

  private readonly decision = { agreement: 0, recording: 0 };

  protected decide({ letters, digits, place, day }: SoundLine): { agreement: number; recording: number } {
    const { recordings } = this.plan;
    const recording = recordingAt(recordings, letters, digits);
    this.decision.recording = recording;
    this.decision.agreement =
      recording < 0 ? unknownRecording : this.matcher.decide(place, day, recordings.sets[recording]!);
    if (this.hasShares && recording >= 0) this.decision.recording = rowOf(recordings.shared, recording, place, day);
    return this.decision;
  }

  protected keyOf(agreement: number, recording: number, place: number): number {
    return keyOf(this.plan, agreement, recording, this.numberOf(place));
  }

  /** The sum that a line's units belong to, by the part of the month that it is in; what it was sold for is added to the sum beside. */
  private askedKey(key: number, agreement: number, line: SoundLine): number {
    const asked = this.askedOf(agreement, line);
    if (asked === undefined) return key;
    if (asked.parts.length > 0 && !line.hasDay) this.note('day-missing', agreement, line);
    const own = this.partKey(key, asked, line);
    if (asked.sold === undefined) return own;
    if (Number.isNaN(line.sold)) this.note(line.untold, agreement, line);
    else if (line.currency !== asked.sold) this.note('sales-currency', agreement, line);
    else this.addSold(own + 1, line);
    return own;
  }

  /** The sum of the units of the part of the month that a line is in. */
  protected partKey(key: number, asked: Asked, { day }: SoundLine): number {
    return key + partOf(asked, day) * this.plan.kinds;
  }

  /** What the agreement asks of the line beside its units. */
  protected askedOf(agreement: number, { place }: SoundLine): Asked | undefined {
    return askedAt(this.plan, agreement, this.numberOf(place));
  }

  /** Of a place that some grant names, among those of the plan. */
  private numberOf(place: number): number {
    return this.placeNumbers[place]! - 1;
  }

  private addSold(key: number, { sold, soldLarge }: SoundLine): void {
    if (sold === Infinity) this.table.addLarge(key, most(soldLarge, 0n), most(-soldLarge, 0n));
    else this.table.add(key, sold > 0 ? sold : 0, sold < 0 ? -sold : 0);
  }

  private note(code: UntoldCode, agreement: number, { letters, digits, place, currency }: SoundLine): void {
    const key = `${agreement} ${code}`;
    if (this.untold.has(key)) return;
    const told = code === 'sales-currency' ? currency : '';
    this.untold.set(key, { code, agreement, letters, digits, place, currency: told });
  }

  private count(place: number, quantity: number): void {
    const units = this.unitsByPlace[place]! + quantity;
    if (units === quantity) this.placesSeen.add(place);
    if (units <= Number.MAX_SAFE_INTEGER) this.unitsByPlace[place] = units;
    else this.largeUnits.set(place, (this.largeUnits.get(place) ?? 0n) + BigInt(quantity));
  }

  private countLarge(place: number, quantity: bigint): void {
    this.largeUnits.set(place, (this.largeUnits.get(place) ?? 0n) + quantity);
    this.placesSeen.add(place);
  }

  protected hold(line: SoundLine, decision: number): void {
    const { quantity, returns } = line;
    const at = this.holdAt(line, decision);
    this.held[at + 4] = quantity >>> 0;
    this.held[at + 5] = Math.floor(quantity / twoTo32);
    this.held[at + 6] = returns >>> 0;
    this.held[at + 7] = Math.floor(returns / twoTo32);
  }

  protected holdLarge(line: SoundLine, decision: number, quantity: bigint, returns: bigint): void {
    const at = this.holdAt(line, decision);
    this.held[at + 4] = Number(quantity & 0xffff_ffffn);
    this.held[at + 5] = Number(quantity >> 32n);
    this.held[at + 6] = Number(returns & 0xffff_ffffn);
    this.held[at + 7] = Number(returns >> 32n);
  }

  private holdAt({ line, letters, digits, place }: SoundLine, decision: number): number {
    const at = this.heldCount * heldWords;
    if (at === this.held.length) this.growHeld();
    const { held } = this;
    held[at] = line;
    held[at + 1] = letters;
    held[at + 2] = digits + (-1 - decision) * 0x100_0000;
    held[at + 3] = place;
    this.heldCount += 1;
    this.reasons[-1 - decision]! += 1;
    return at;
  }

  /** Lines held, by the number of the reason. */
  readonly reasons = new Float64Array(16);

  private growHeld(): void {
    const grown = new Uint32Array(this.held.length * 2);
    grown.set(this.held);
    this.held = grown;
  }
}

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Held lines by reason. */
export function byReason(reasons: Float64Array): Record<string, number> {
  const counts: Record<string, number> = {};
  reasons.forEach((count, number) => {
    if (count > 0) counts[reasonOf(-1 - number)] = count;
  });
  return counts;
}
