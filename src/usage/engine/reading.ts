import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type Untold, untoldText } from './asked-uses';
import { FaultsWriter, HeldWriter } from './held-and-faults';
import type { WrittenFile } from './hashed-file';
import { type MatchPlan, placeOf } from './match-plan';
import { mergeRuns, piecesOf, piecesOfFile, type RunSource } from './merge-runs';
import { isrcText } from './packed-isrc';
import { type AgreementTotal, type ImpossibleSum, impossibleMax, placeText, SumRows } from './sum-rows';
import { addLarge, type LargeSum } from './sum-table';
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

/** Sums as they were found: runs, in memory or on disk, and what is too large for them. */
export interface FoundSums {
  readonly runs: readonly { readonly path: string; readonly rows: number }[];
  readonly last: Float64Array;
  readonly large: ReadonlyMap<number, LargeSum>;
  /** To be taken away. */
  readonly isTaken?: boolean;
  /** What agreements ask of lines and these do not tell: the first of each agreement. */
  readonly untold?: readonly Untold[];
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

async function writeSums(
  file: FileHandle,
  plan: MatchPlan,
  found: readonly FoundSums[],
  base?: FileHandle,
): Promise<WrittenSums> {
  const { agreements, places, serviceId, from } = plan;
  const writer = new SumsWriter(file);
  const rows = new SumRows(plan, writer, base !== undefined);
  const { files, sources } = await openRuns(found);
  const large = largeOf(found);
  if (base !== undefined) sources.push({ pieces: runOfSums(base, plan, large), sign: 1 });
  try {
    await mergeRuns(sources, large, (sum) => rows.take(sum));
    await rows.end();
    const written = await writer.end({ service: serviceId, agreements, places: [...places].map(placeOf), from });
    return { written, totals: rows.told, impossible: [...rows.impossible, ...untoldOf(plan, found)] };
  } finally {
    for (const each of files) await each.close();
  }
}

/** What agreements ask of lines and the report does not tell, each once. */
function untoldOf(plan: MatchPlan, found: readonly FoundSums[]): ImpossibleSum[] {
  const first = new Map<string, Untold>();
  for (const one of found.flatMap(({ untold = [] }) => untold)) {
    const key = `${one.agreement} ${one.code}`;
    if (!first.has(key)) first.set(key, one);
  }
  return [...first.values()].slice(0, impossibleMax).map(({ code, agreement, letters, digits, place, currency }) => {
    const what = `${isrcText({ letters, digits })} in ${placeText(place)}`;
    const told = currency === '' ? '' : ` (${currency})`;
    return {
      code,
      message: `${what}: ${untoldText[code]}${told}, and agreement ${plan.agreements[agreement]} pays by it`,
    };
  });
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
