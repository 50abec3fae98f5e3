import { closeSync, openSync, readSync } from 'node:fs';
import type { Progress } from './reading';

const lineFeed = 10;

/** Large enough that handing a part out costs nothing. */
const usualPart = 1 << 20;

/** A stored file that is not packed, so that whoever reads it may begin anywhere. */
export interface PlainFile {
  readonly path: string;
  readonly bytes: number;
  /** Where the first line begins that is to be read; the file's beginning where nothing is said. */
  readonly from?: number;
  /** Bytes of a part. */
  readonly part?: number;
}

export interface LineManner {
  /** Of a line that is longer, one byte more than that is kept, so that whoever reads it sees that it is too long. */
  readonly lineMax: number;
  /** The first line says what the others are. */
  readonly isHeaded: boolean;
}

export const partsOf = ({ bytes, from = 0, part = usualPart }: PlainFile): number => Math.ceil((bytes - from) / part);

/** The numbers of a file's parts, in order. */
export async function* partNumbers(file: PlainFile, progress: Progress | undefined): AsyncGenerator<number> {
  for (let number = 0; number < partsOf(file); number += 1) {
    await progress?.atBytes((file.from ?? 0) + number * (file.part ?? usualPart));
    yield number;
  }
}

/**
 * Reads a file in parts, each with the lines that begin in it: parts can be read in any order and by many threads, and every line is in one of them.
 * A header is in none. Memory is one part and one line, and is used again for the next part.
 */
export class LineParts {
  private readonly size: number;
  private readonly descriptor: number;
  private readonly buffer: Buffer;

  constructor(
    private readonly file: PlainFile,
    private readonly manner: LineManner,
  ) {
    this.size = file.part ?? usualPart;
    this.buffer = Buffer.allocUnsafeSlow(this.size + manner.lineMax + 3);
    this.descriptor = openSync(file.path, 'r');
  }

  /** Whole lines, each ended by a line feed, the last of the file too. They hold until the next part is asked for. */
  lines(number: number): Buffer {
    const { buffer } = this;
    const { from = 0 } = this.file;
    // One byte before the part tells whether a line begins with it.
    const offset = from + Math.max(0, number * this.size - 1);
    const until = from + (number + 1) * this.size - offset;
    const length = this.fill(offset, Math.min(this.file.bytes - offset, until + this.manner.lineMax + 1));
    const read = buffer.subarray(0, length);
    const isBegin = number === 0 && !this.manner.isHeaded;
    const start = isBegin ? 0 : read.indexOf(lineFeed) + 1;
    if ((start === 0 && !isBegin) || start >= Math.min(until, length)) return buffer.subarray(0, 0);
    const last = read.indexOf(lineFeed, Math.min(until, length) - 1);
    if (last >= 0) return buffer.subarray(start, last + 1);
    buffer[length] = lineFeed;
    return buffer.subarray(start, length + 1);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private fill(offset: number, length: number): number {
    let read = 0;
    while (read < length) {
      const count = readSync(this.descriptor, this.buffer, read, length - read, offset + read);
      if (count === 0) throw new Error('the file ends too early');
      read += count;
    }
    return read;
  }
}
