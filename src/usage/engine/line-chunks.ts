import { setImmediate as nextTurn } from 'node:timers/promises';

const lineFeed = 10;
const carriageReturn = 13;

/** Whole lines in pieces of about this many bytes: large enough that handing them over costs nothing. */
const chunkBytes = 2 * 1024 * 1024;

/** Pieces of whole lines, from the first byte on. */
export interface Pieces extends AsyncIterable<Buffer<ArrayBuffer>> {
  /** The memory of a piece that nobody reads any more, to be filled with another one. */
  giveBack(memory: ArrayBuffer): void;
}

/** Pieces of a stream, cut as `lineChunks` does. */
export class StreamPieces implements Pieces {
  private readonly memory: PieceMemory;

  constructor(
    private readonly source: AsyncIterable<Buffer>,
    private readonly lineMax: number,
  ) {
    this.memory = new PieceMemory(lineMax);
  }

  giveBack(memory: ArrayBuffer): void {
    this.memory.giveBack(memory);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Buffer<ArrayBuffer>> {
    return lineChunks(this.source, this.lineMax, this.memory);
  }
}

/** Memory of pieces. */
class PieceMemory {
  private readonly spares: Buffer<ArrayBuffer>[] = [];
  private readonly bytes: number;

  constructor(lineMax: number) {
    this.bytes = chunkBytes + lineMax + 1;
  }

  take(): Buffer<ArrayBuffer> {
    return this.spares.pop() ?? Buffer.allocUnsafeSlow(this.bytes);
  }

  giveBack(memory: ArrayBuffer): void {
    if (memory.byteLength === this.bytes) this.spares.push(Buffer.from(memory));
  }
}

/**
 * Cuts a stream into pieces of whole lines, each ended by a line feed, the last one too. Of a line that is longer than `lineMax` one byte more than that
 * is kept, so that whoever reads it sees that it is too long; memory stays bounded by the piece.
 */
export async function* lineChunks(
  source: AsyncIterable<Buffer>,
  lineMax: number,
  memory = new PieceMemory(lineMax),
): AsyncGenerator<Buffer<ArrayBuffer>> {
  let piece = memory.take();
  let length = 0;
  /** Where the line that is not ended yet begins. */
  let lineAt = 0;
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length;) {
      const room = piece.length - length - 1;
      const taken = bytes.copy(piece, length, at, at + room);
      at += taken;
      length += taken;
      const last = piece.lastIndexOf(lineFeed, length - 1);
      if (last >= lineAt) lineAt = last + 1;
      if (length < chunkBytes && at === bytes.length) break;
      if (length < chunkBytes) continue;
      if (lineAt === 0) {
        // One line and no end of it: its beginning tells that it is too long.
        length = Math.min(length, lineMax + 1);
        continue;
      }
      const rest = piece.subarray(lineAt, length);
      const next = memory.take();
      // Whoever takes the piece may keep its memory.
      length = rest.copy(next, 0, 0, lineMax + 1);
      const whole = piece.subarray(0, lineAt);
      piece = next;
      lineAt = 0;
      yield whole;
    }
  }
  if (length === 0) return;
  if (lineAt < length) piece[length++] = lineFeed;
  yield piece.subarray(0, length);
}

/** The lines of a piece, each without its line feed. */
export function* linesIn(piece: Buffer): Generator<Buffer> {
  for (let at = 0; at < piece.length;) {
    const end = piece.indexOf(lineFeed, at);
    yield piece.subarray(at, end);
    at = end + 1;
  }
}

/** After so many lines others have their turn: who reads line by line mostly does so beside requests that wait for milliseconds. */
const linesAtOnce = 2_000;

/** The lines of a file, each without its line feed, with their numbers from 1. */
export async function* numberedLines(
  source: AsyncIterable<Buffer>,
  lineMax: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly number: number }> {
  let number = 0;
  for await (const piece of lineChunks(source, lineMax)) {
    for (const bytes of linesIn(piece)) {
      number += 1;
      if (number % linesAtOnce === 0) await nextTurn();
      yield { bytes, number };
    }
  }
}

/** A line as it is where lines end in CRLF. */
export const withoutReturn = (line: Buffer): Buffer => (line.at(-1) === carriageReturn ? line.subarray(0, -1) : line);
