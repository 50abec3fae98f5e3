import type { FileHandle } from 'node:fs/promises';
import { bytesAt } from './hashed-file';
import type { LargeSum, SortedRun } from './sum-table';

/** A run in pieces of rows of three doubles, none of them empty. What is taken away has the sign -1. */
export interface RunSource {
  readonly pieces: Iterator<SortedRun> | AsyncIterator<SortedRun>;
  readonly sign: 1 | -1;
}

const rowsAtOnce = 16_384;

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
  private buffer: SortedRun = new Float64Array(0);
  private at = 0;
  private ended = false;
  key = Infinity;
  quantity = 0;
  returns = 0;

  constructor(private readonly source: RunSource) {}

  /** True when `load` must come before the next row. */
  get isDry(): boolean {
    return this.at === this.buffer.length && !this.ended;
  }

  async load(): Promise<void> {
    const { done, value } = await this.source.pieces.next();
    this.ended = done === true;
    this.buffer = done === true ? new Float64Array(0) : value;
    this.at = 0;
  }

  /** The next row; a key of Infinity after the last. Not while dry. */
  next(): void {
    const { buffer, at, source } = this;
    if (at === buffer.length) {
      this.key = Infinity;
      return;
    }
    this.key = buffer[at]!;
    this.quantity = buffer[at + 1]! * source.sign;
    this.returns = buffer[at + 2]! * source.sign;
    this.at = at + 3;
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
  if (sources.length === 0) return;
  const cursors = sources.map((source) => new RunCursor(source));
  for (const cursor of cursors) await advance(cursor);
  const order = new CursorOrder(cursors);
  const sum: MergedSum = { key: 0, quantity: 0, returns: 0, large: undefined };
  for (let first = order.first; first.key < Infinity; first = order.first) {
    const { key } = first;
    sum.key = key;
    sum.quantity = 0;
    sum.returns = 0;
    let beyond: LargeSum | undefined;
    for (let cursor = first; cursor.key === key; cursor = order.first) {
      const [both, back] = [sum.quantity + cursor.quantity, sum.returns + cursor.returns];
      if (Math.abs(both) > Number.MAX_SAFE_INTEGER || Math.abs(back) > Number.MAX_SAFE_INTEGER) {
        beyond ??= { quantity: 0n, returns: 0n };
        beyond.quantity += BigInt(cursor.quantity);
        beyond.returns += BigInt(cursor.returns);
      } else {
        sum.quantity = both;
        sum.returns = back;
      }
      if (cursor.isDry) await cursor.load();
      cursor.next();
      order.firstMoved();
    }
    sum.large = wholeOf(sum, large.get(key), beyond);
    const waited = take(sum);
    if (waited !== undefined) await waited;
  }
}

/** Cursors as a binary heap by their keys: the least is first. */
class CursorOrder {
  private readonly heap: RunCursor[];
  /** The keys of the heap's cursors, side by side. */
  private readonly keys: Float64Array;

  constructor(cursors: readonly RunCursor[]) {
    this.heap = [...cursors].sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
    this.keys = Float64Array.from(this.heap, ({ key }) => key);
  }

  get first(): RunCursor {
    return this.heap[0]!;
  }

  /** Puts the first one where it belongs now. */
  firstMoved(): void {
    const { heap, keys } = this;
    const moved = heap[0]!;
    const { key } = moved;
    const count = keys.length;
    let at = 0;
    for (;;) {
      let least = at * 2 + 1;
      if (least >= count) break;
      if (least + 1 < count && keys[least + 1]! < keys[least]!) least += 1;
      if (key <= keys[least]!) break;
      heap[at] = heap[least]!;
      keys[at] = keys[least]!;
      at = least;
    }
    heap[at] = moved;
    keys[at] = key;
  }
}

async function advance(cursor: RunCursor): Promise<void> {
  if (cursor.isDry) await cursor.load();
  cursor.next();
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
