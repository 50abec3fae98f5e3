import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WholeSum } from '../../kernel/whole-sum';
import { FaultsWriter, HeldWriter } from './held-and-faults';
import type { WrittenFile } from './hashed-file';
import { type MatchPlan, placeOf } from './match-plan';
import { type MergedSum, mergeRuns, piecesOf, piecesOfFile, type RunSource } from './merge-runs';
import { isrcText } from './packed-isrc';
import { addLarge, type LargeSum } from './sum-table';
import { shareOfRow } from './shared-rows';
import { runOfSums, SumsWriter } from './sums-file';

/** Is told how far a reading has come. */
export interface Progress {
  /** Lines read so far, or the number of the last one; now and then. */
  atLine(lines: number): void;
  /** Bytes of the file handed out so far. It is waited for, and stops the reading by throwing. */
  atBytes(bytes: number): Promise<void>;
}

/** A file that was made, to be taken into storage. */
export interface MadeFile extends WrittenFile {
  readonly path: string;
}

/** What a report comes to: counts, and three files that wait to be taken into storage. */
export interface Reading {
  /** All lines of the file, or of all files. */
  readonly lines: number;
  /** How many lines each file has, where there may be several. */
  readonly fileLines?: readonly number[];
  readonly accepted: number;
  readonly rejected: number;
  /** Of the rejected: those with a fault, which are no use at all. */
  readonly faulty: number;
  /** Each rejected line once, under its first code or the reason why no agreement covers it. */
  readonly rejectedByCode: Readonly<Record<string, number>>;
  /** Units by place, licensed or not, as the report tells them. */
  readonly units: ReadonlyMap<number, bigint>;
  readonly sums: MadeFile & { readonly totals: readonly AgreementTotal[] };
  readonly held: MadeFile & { readonly rows: number };
  readonly faults: MadeFile & {
    readonly count: number;
    readonly byCode: ReadonlyMap<string, number>;
    readonly marks: readonly number[];
  };
  /** Sums that cannot be: the first hundred. Nothing of such a reading is to be used. */
  readonly impossible: readonly ImpossibleSum[];
  /** Removes what was made and not taken. */
  remove(): Promise<void>;
}

/** Units or returns that add up to 2^63 or more, or a difference that takes away more than there is. */
export interface ImpossibleSum {
  readonly code: 'sum-out-of-range' | 'sum-below-zero';
  readonly message: string;
}

/** What a report says about one agreement in all. */
export interface AgreementTotal {
  readonly agreementId: string;
  readonly rows: number;
  readonly quantity: bigint;
  readonly returns: bigint;
}

/** Sums as they were found: runs, in memory or on disk, and what is too large for them. */
export interface FoundSums {
  readonly runs: readonly { readonly path: string; readonly rows: number }[];
  readonly last: Float64Array;
  readonly large: ReadonlyMap<number, LargeSum>;
  /** To be taken away. */
  readonly isTaken?: boolean;
}

/** The files of a reading while it goes on, in a folder of its own inside `parent`, which is on disk. */
export class ReadingFiles {
  private readonly opened: FileHandle[] = [];
  held!: HeldWriter;
  faults!: FaultsWriter;
  private sums!: FileHandle;

  private constructor(readonly folder: string) {}

  static async open(parent: string): Promise<ReadingFiles> {
    const files = new ReadingFiles(await mkdtemp(join(parent, 'reading-')));
    try {
      files.held = new HeldWriter(await files.make('held'));
      files.faults = new FaultsWriter(await files.make('faults'));
      files.sums = await files.make('sums');
    } catch (error) {
      await files.remove();
      throw error;
    }
    return files;
  }

  /** Merges the sums, with those of the base of a delta, and ends all three files. */
  async end(
    plan: MatchPlan,
    found: readonly FoundSums[],
    base?: FileHandle,
  ): Promise<Pick<Reading, 'sums' | 'held' | 'faults' | 'impossible' | 'remove'>> {
    const { folder } = this;
    const { written, totals, impossible } = await writeSums(this.sums, plan, found, base);
    const { rows } = this.held;
    const held = { path: join(folder, 'held'), ...(await this.held.end()), rows };
    const { count, byCode, marks } = this.faults;
    const faults = { path: join(folder, 'faults'), ...(await this.faults.end()), count, byCode, marks };
    await this.close();
    const sums = { path: join(folder, 'sums'), ...written, totals };
    return { sums, held, faults, impossible, remove: () => this.remove() };
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async close(): Promise<void> {
    for (const file of this.opened.splice(0)) await file.close();
  }

  private async make(name: string): Promise<FileHandle> {
    const file = await open(join(this.folder, name), 'wx+', 0o600);
    this.opened.push(file);
    return file;
  }
}

interface WrittenSums {
  readonly written: WrittenFile;
  readonly totals: readonly AgreementTotal[];
  readonly impossible: readonly ImpossibleSum[];
}

export const int8Max = 2n ** 63n - 1n;
export const impossibleMax = 100;

async function writeSums(
  file: FileHandle,
  plan: MatchPlan,
  found: readonly FoundSums[],
  base?: FileHandle,
): Promise<WrittenSums> {
  const { agreements, places, recordings, serviceId } = plan;
  const writer = new SumsWriter(file);
  const totals = agreements.map(() => new Total());
  const checked = new CheckedSums(base !== undefined);
  const { files, sources } = await openRuns(found);
  const large = largeOf(found);
  if (base !== undefined) sources.push({ pieces: runOfSums(base, plan, large), sign: 1 });
  try {
    await mergeRuns(sources, large, (sum) => {
      const rest = Math.floor(sum.key / places.length);
      const agreement = Math.floor(rest / recordings.sets.length);
      const recording = rest - agreement * recordings.sets.length;
      const place = sum.key - rest * places.length;
      const [letters, digits] = [recordings.letters[recording]!, recordings.digits[recording]!];
      if (!checked.check(sum, () => `${isrcText({ letters, digits })} in ${placeText(places[place]!)}`))
        return undefined;
      const write = (): void => {
        writer.add(
          agreement,
          letters,
          digits,
          place,
          sum.quantity,
          sum.returns,
          shareOfRow(recordings.shared, recording),
        );
        if (sum.large === undefined) return totals[agreement]!.add(sum.quantity, sum.returns);
        writer.correctLast(sum.large.quantity, sum.large.returns);
        totals[agreement]!.addLarge(sum.large);
      };
      if (!writer.isFull(agreement)) return void write();
      return writer.flush().then(write);
    });
    const written = await writer.end({ service: serviceId, agreements, places: [...places].map(placeOf) });
    const told = totals.map((total, number) => ({ agreementId: agreements[number]!, ...total.whole }));
    return { written, totals: told.filter(({ rows }) => rows > 0), impossible: checked.impossible };
  } finally {
    for (const each of files) await each.close();
  }
}

const placeText = (code: number): string => {
  const { territory, use, model } = placeOf(code);
  return `${territory}, ${use}, ${model}`;
};

/** Looks at sums before they are written, and notes those that cannot be. */
class CheckedSums {
  readonly impossible: ImpossibleSum[] = [];

  constructor(private readonly isDelta: boolean) {}

  /** Whether the sum is to be written: what a delta leaves nothing of is not told any more. */
  check({ quantity, returns, large }: MergedSum, name: () => string): boolean {
    if (large === undefined && quantity > 0 && returns >= 0 && returns <= quantity) return true;
    return this.whole(large ?? { quantity: BigInt(quantity), returns: BigInt(returns) }, name);
  }

  private whole({ quantity, returns }: LargeSum, name: () => string): boolean {
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

async function openRuns(found: readonly FoundSums[]): Promise<{ files: FileHandle[]; sources: RunSource[] }> {
  const files: FileHandle[] = [];
  const sources: RunSource[] = [];
  for (const { runs, last, isTaken } of found) {
    const sign = isTaken === true ? -1 : 1;
    for (const { path, rows } of runs) {
      const file = await open(path, 'r');
      files.push(file);
      sources.push({ pieces: piecesOfFile(file, rows), sign });
    }
    sources.push({ pieces: piecesOf(last), sign });
  }
  return { files, sources };
}

function largeOf(found: readonly FoundSums[]): Map<number, LargeSum> {
  const all = new Map<number, LargeSum>();
  for (const { large, isTaken } of found) {
    const sign = isTaken === true ? -1n : 1n;
    for (const [key, { quantity, returns }] of large) {
      addLarge(all, key, { quantity: sign * quantity, returns: sign * returns });
    }
  }
  return all;
}
