import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WholeSum } from '../../kernel';
import { FaultsWriter, HeldWriter } from './held-and-faults';
import type { WrittenFile } from './hashed-file';
import { type MatchPlan, placeOf } from './match-plan';
import { mergeRuns, type RunSource } from './merge-runs';
import { isrcText } from './packed-isrc';
import { type LargeSum } from './sum-table';
import { SumsWriter } from './sums-file';

/** A file that was made, to be taken into storage. */
export interface MadeFile extends WrittenFile {
  readonly path: string;
}

/** What a report comes to: counts, and three files that wait to be taken into storage. */
export interface Reading {
  /** All lines of the file. */
  readonly lines: number;
  readonly accepted: number;
  readonly rejected: number;
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
  /** A sum that cannot be kept: the counts of this recording add up to 2^63 or more. */
  readonly outOfRange: string | undefined;
  /** Removes what was made and not taken. */
  remove(): Promise<void>;
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

  /** Merges the sums and ends all three files. */
  async end(
    plan: MatchPlan,
    found: readonly FoundSums[],
  ): Promise<Pick<Reading, 'sums' | 'held' | 'faults' | 'outOfRange' | 'remove'>> {
    const { folder } = this;
    const { written, totals, outOfRange } = await writeSums(this.sums, plan, found);
    const { rows } = this.held;
    const held = { path: join(folder, 'held'), ...(await this.held.end()), rows };
    const { count, byCode, marks } = this.faults;
    const faults = { path: join(folder, 'faults'), ...(await this.faults.end()), count, byCode, marks };
    await this.close();
    const sums = { path: join(folder, 'sums'), ...written, totals };
    return { sums, held, faults, outOfRange, remove: () => this.remove() };
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
  readonly outOfRange: string | undefined;
}

const int8Max = 2n ** 63n - 1n;

async function writeSums(file: FileHandle, plan: MatchPlan, found: readonly FoundSums[]): Promise<WrittenSums> {
  const { agreements, places, recordings, serviceId } = plan;
  const writer = new SumsWriter(file);
  const totals = agreements.map(() => new Total());
  const { files, sources } = await openRuns(found);
  let outOfRange: string | undefined;
  try {
    await mergeRuns(sources, largeOf(found), (sum) => {
      const rest = Math.floor(sum.key / places.length);
      const agreement = Math.floor(rest / recordings.sets.length);
      const recording = rest - agreement * recordings.sets.length;
      const [letters, digits] = [recordings.letters[recording]!, recordings.digits[recording]!];
      const write = (): void => {
        writer.add(agreement, letters, digits, sum.key - rest * places.length, sum.quantity, sum.returns);
        const { large } = sum;
        if (large === undefined) return totals[agreement]!.add(sum.quantity, sum.returns);
        if (large.quantity > int8Max || large.returns > int8Max) outOfRange ??= isrcText({ letters, digits });
        else {
          writer.correctLast(large.quantity, large.returns);
          totals[agreement]!.addLarge(large);
        }
      };
      if (!writer.isFull(agreement)) return void write();
      return writer.flush().then(write);
    });
    const written = await writer.end({ service: serviceId, agreements, places: [...places].map(placeOf) });
    const told = totals.map((total, number) => ({ agreementId: agreements[number]!, ...total.whole }));
    return { written, totals: told.filter(({ rows }) => rows > 0), outOfRange };
  } finally {
    for (const each of files) await each.close();
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
  for (const { runs, last } of found) {
    for (const { path, rows } of runs) {
      const file = await open(path, 'r');
      files.push(file);
      sources.push({ file, rows });
    }
    sources.push(last);
  }
  return { files, sources };
}

function largeOf(found: readonly FoundSums[]): Map<number, LargeSum> {
  const all = new Map<number, LargeSum>();
  for (const { large } of found) {
    for (const [key, { quantity, returns }] of large) {
      const before = all.get(key);
      all.set(key, { quantity: quantity + (before?.quantity ?? 0n), returns: returns + (before?.returns ?? 0n) });
    }
  }
  return all;
}
