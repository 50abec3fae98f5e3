import { archiveRefused } from './archived-file';

/** Bytes as they come, asked for by number. */
export class ByteSource {
  private readonly iterator: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  /** The next `count` bytes, held at once; undefined at the end. Refuses with archive-corrupt where it ends in their midst. */
  async take(count: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for await (const part of this.pieces(count, true)) parts.push(part);
    return parts.length === 0 && count > 0 ? undefined : Buffer.concat(parts);
  }

  /** The next `count` bytes in pieces. */
  async *pieces(count: number, mayEnd = false): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.rest.length === 0) {
        const { value, done } = await this.iterator.next();
        if (done === true) {
          if (mayEnd && left === count) return;
          throw archiveRefused('archive-corrupt', 'the archive ends too early');
        }
        this.rest = value;
      }
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async end(): Promise<void> {
    await this.iterator.return?.();
  }
}
