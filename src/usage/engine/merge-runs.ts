import type { FileHandle } from 'node:fs/promises';
import { bytesAt } from './hashed-file';
import { sortedRows } from './sorted-rows';
import type { LargeSum, SortedRun } from './sum-table';

/** A run in pieces of rows of three doubles, none of them empty. What is taken away has the sign -1. */
export interface RunSource {
  readonly pieces: Iterator<SortedRun> | AsyncIterator<SortedRun>;
  readonly sign: 1 | -1;
}

/** Few enough that a batch of many runs stays in a core's own cache. */
const rowsAtOnce = 4_096;

export function* piecesOf(run: SortedRun): Generator<SortedRun> {
  for (let at = 0; at < run.length; at += rowsAtOnce * 3) yield run.subarray(at, at + rowsAtOnce * 3);
}

/** Of a run that was written to disk. */
export async function* piecesOfFile(file: FileHandle, rows: number): AsyncGenerator<SortedRun> {
  for (let at = 0; at < rows; at += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - at);
    const bytes = await bytesAt(file, at * 24, count * 24);
    yield new Float64Array(bytes.buffer, bytes.byteOffset, count * 3);
  }
}

/** Reads a run from its first row to its last. */
class RunCursor {
  private piece: SortedRun = new Float64Array(0);
  private at = 0;
  /** The key of the last row that is there; Infinity once the run has ended. */
  lastKey = Infinity;

  constructor(private readonly source: RunSource) {}

  /** To be called before the first row, and where all that were there are taken. */
  async load(): Promise<void> {
    const { done, value } = await this.source.pieces.next();
    this.piece = done === true ? new Float64Array(0) : value;
    this.at = 0;
    this.lastKey = done === true ? Infinity : value[value.length - 3]!;
  }

  get isTaken(): boolean {
    return this.at === this.piece.length && this.lastKey < Infinity;
  }

  /** How many doubles the rows have that are there up to this key. */
  lengthTo(limit: number): number {
    const { piece, at } = this;
    let [known, beyond] = [at / 3, piece.length / 3];
    while (known < beyond) {
      const middle = (known + beyond) >>> 1;
      if (piece[middle * 3]! <= limit) known = middle + 1;
      else beyond = middle;
    }
    return known * 3 - at;
  }

  take(length: number, into: Float64Array, place: number): void {
    const { piece, at, source } = this;
    into.set(piece.subarray(at, at + length), place);
    this.at = at + length;
    if (source.sign === 1) return;
    for (let row = place; row < place + length; row += 3) {
      into[row + 1] = -into[row + 1]!;
      into[row + 2] = -into[row + 2]!;
    }
  }
}

/** The next rows of all runs, sorted: of a key that is among them no other is to come. */
class Batches {
  private rows = new Float64Array(0);
  private sorted = new Float64Array(0);

  constructor(private readonly cursors: readonly RunCursor[]) {}

  /** Empty after the last one; its memory is used again for the next. */
  async next(): Promise<Float64Array> {
    const { cursors } = this;
    for (const cursor of cursors) if (cursor.isTaken) await cursor.load();
    const limit = cursors.reduce((least, { lastKey }) => Math.min(least, lastKey), Infinity);
    const lengths = cursors.map((cursor) => cursor.lengthTo(limit));
    const length = lengths.reduce((sum, own) => sum + own, 0);
    if (length > this.rows.length) {
      this.rows = new Float64Array(length);
      this.sorted = new Float64Array(length);
    }
    let place = 0;
    for (const [number, cursor] of cursors.entries()) {
      cursor.take(lengths[number]!, this.rows, place);
      place += lengths[number]!;
    }
    const rows = this.rows.subarray(0, length);
    return lengths.includes(length) ? rows : sortedRows(rows, this.sorted.subarray(0, length));
  }
}

export interface MergedSum {
  key: number;
  quantity: number;
  returns: number;
  /** Where the counts are more than a double holds exactly: the whole counts. */
  large: LargeSum | undefined;
}

/**
 * One sorted run of many: each key once, its counts added up. `take` gets every row in order, the same object each time, and says whether it
 * wants to be waited for.
 */
export async function mergeRuns(
  sources: readonly RunSource[],
  large: ReadonlyMap<number, LargeSum>,
  take: (sum: MergedSum) => Promise<void> | undefined,
): Promise<void> {
  const cursors = sources.map((source) => new RunCursor(source));
  for (const cursor of cursors) await cursor.load();
  const batches = new Batches(cursors);
  const sum: MergedSum = { key: 0, quantity: 0, returns: 0, large: undefined };
  for (let rows = await batches.next(); rows.length > 0; rows = await batches.next()) {
    for (let at = 0; at < rows.length;) {
      at = addAlike(rows, at, sum, large);
      const waited = take(sum);
      if (waited !== undefined) await waited;
    }
  }
}

/** Adds up the rows from `at` on that have one key, and gives where the next key begins. */
function addAlike(rows: Float64Array, from: number, sum: MergedSum, large: ReadonlyMap<number, LargeSum>): number {
  const key = rows[from]!;
  sum.key = key;
  sum.quantity = rows[from + 1]!;
  sum.returns = rows[from + 2]!;
  let beyond: LargeSum | undefined;
  let at = from + 3;
  for (; rows[at] === key; at += 3) {
    const [quantity, returns] = [rows[at + 1]!, rows[at + 2]!];
    const [both, back] = [sum.quantity + quantity, sum.returns + returns];
    if (Math.abs(both) > Number.MAX_SAFE_INTEGER || Math.abs(back) > Number.MAX_SAFE_INTEGER) {
      beyond ??= { quantity: 0n, returns: 0n };
      beyond.quantity += BigInt(quantity);
      beyond.returns += BigInt(returns);
    } else {
      sum.quantity = both;
      sum.returns = back;
    }
  }
  sum.large = beyond === undefined && large.size === 0 ? undefined : wholeOf(sum, large.get(key), beyond);
  return at;
}

function wholeOf({ quantity, returns }: MergedSum, ...more: readonly (LargeSum | undefined)[]): LargeSum | undefined {
  if (more.every((one) => one === undefined)) return undefined;
  const whole = { quantity: BigInt(quantity), returns: BigInt(returns) };
  for (const one of more) {
    whole.quantity += one?.quantity ?? 0n;
    whole.returns += one?.returns ?? 0n;
  }
  return whole;
}
