const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Longest line that is read, its carriage return included. Of a longer one only this much is kept. */
export const LINE_BYTES_MAX = 64 * 1024;

/** Takes one line as a range of bytes that is valid only during the call. */
export type LineSink = (bytes: Buffer, start: number, end: number, overlong: boolean) => void;

/**
 * Cuts chunks of bytes into lines. Memory is one line at most, whatever comes in; where the chunks are cut makes no
 * difference. Ends are LF or CRLF; the last line may lack its end.
 */
export class LineSplitter {
  private readonly held: Buffer;
  /** Length of the unfinished line, of which at most `max` bytes are held. */
  private pending = 0;

  constructor(
    private readonly sink: LineSink,
    private readonly max = LINE_BYTES_MAX,
  ) {
    this.held = Buffer.allocUnsafe(max);
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      if (this.pending > 0) {
        this.hold(chunk, start, end);
        this.emitHeld();
      } else {
        this.emit(chunk, start, end, end - start);
      }
      start = end + 1;
    }
    this.hold(chunk, start, chunk.length);
  }

  finish(): void {
    if (this.pending > 0) this.emitHeld();
  }

  private hold(chunk: Buffer, start: number, end: number): void {
    if (this.pending < this.max) chunk.copy(this.held, this.pending, start, end);
    this.pending += end - start;
  }

  private emitHeld(): void {
    const length = this.pending;
    this.pending = 0;
    this.emit(this.held, 0, Math.min(length, this.max), length);
  }

  private emit(bytes: Buffer, start: number, end: number, length: number): void {
    if (length > this.max) this.sink(bytes, start, start + this.max, true);
    else this.sink(bytes, start, end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end, false);
  }
}
