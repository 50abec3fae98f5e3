import { isUtf8 } from 'node:buffer';
import { type Arrangement, numberInFile } from './arrangement';
import { BACKSLASH, escapeLength, type Escapes, PIPE, readCellText, TAB, type CellText } from './escaping';
import { TextCache } from './text-cache';

/** More cells than any record of the standard has; what follows them on a line is not looked at. */
export const CELLS_MAX = 128;

/** Kinds are bits, so that a line can be said to contain any of them. */
const PLAIN = 0;
const DELIMITER = 1;
const MARK = 2;
const HIGH = 4;
const CONTROL = 8;
const ESCAPE = 16;

const kinds = new Uint8Array(256).map((_, byte) => {
  if (byte === TAB) return DELIMITER;
  if (byte === BACKSLASH) return MARK | ESCAPE;
  if (byte === PIPE) return MARK;
  if (byte >= 0x80) return HIGH;
  return byte < 0x20 || byte === 0x7f ? CONTROL : PLAIN;
});

/** What `toString` calls in the end; its checks of arguments cost more than the short texts themselves. */
interface SlicingBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/**
 * The cells of one line as offsets into its bytes; text is made only of what is asked for. One object serves all lines
 * of a report. Cells are numbered from 1 as in the standard; omitted trailing cells are empty.
 */
export class Cells {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  /** The line has more than CELLS_MAX cells. */
  overflowing = false;
  /** How the cells lie in the file, where that is not the order by which they are read. */
  arrangement: Arrangement | null = null;
  private lineStart = 0;
  private lineEnd = 0;
  /** Kinds of bytes that the line contains anywhere, so that plain lines need no closer look. */
  private found = 0;
  private anyRejected = false;
  /** Where each cell starts and ends in `bytes`, by its number; both 0 for a cell that the line does not have. */
  readonly starts = new Int32Array(CELLS_MAX + 1);
  readonly ends = new Int32Array(CELLS_MAX + 1);
  private readonly rejected = new Uint8Array(CELLS_MAX + 1);
  private readonly cache = new TextCache();

  constructor(private readonly escapes: Escapes = 'published') {}

  /** Takes the line at these bytes, which must stay as they are while its cells are asked for. */
  load(bytes: Buffer, start: number, end: number): void {
    const { starts, ends } = this;
    this.overflowing = false;
    const cut = this.cutPlain(bytes, start, end);
    // An escaped tab is none, and what overflows ends early: seldom enough to begin anew.
    const isPlain = cut <= CELLS_MAX && (this.found & ESCAPE) === 0;
    const count = isPlain ? cut : this.cutEscaped(bytes, start, end);
    const filled = Math.min(CELLS_MAX, Math.max(cut, this.count));
    for (let missing = count + 1; missing <= filled; missing += 1) starts[missing] = ends[missing] = 0;
    this.bytes = bytes;
    this.lineStart = start;
    this.lineEnd = end;
    this.arrangement = null;
    this.count = count;
    if (this.anyRejected) this.rejected.fill(0);
    this.anyRejected = false;
  }

  /** Cuts at every tab and answers how many cells there are. Four bytes at a time: most of them are no tabs. */
  private cutPlain(bytes: Buffer, start: number, end: number): number {
    const { starts, ends } = this;
    let count = 1;
    let found = 0;
    starts[1] = start;
    let at = start;
    for (const last = end - 3; at < last; at += 4) {
      const first = kinds[bytes[at]!]!;
      const second = kinds[bytes[at + 1]!]!;
      const third = kinds[bytes[at + 2]!]!;
      const fourth = kinds[bytes[at + 3]!]!;
      const any = first | second | third | fourth;
      found |= any;
      if ((any & DELIMITER) === 0) continue;
      if (first === DELIMITER) {
        ends[count++] = at;
        starts[count] = at + 1;
      }
      if (second === DELIMITER) {
        ends[count++] = at + 1;
        starts[count] = at + 2;
      }
      if (third === DELIMITER) {
        ends[count++] = at + 2;
        starts[count] = at + 3;
      }
      if (fourth === DELIMITER) {
        ends[count++] = at + 3;
        starts[count] = at + 4;
      }
    }
    for (; at < end; at += 1) {
      const kind = kinds[bytes[at]!]!;
      found |= kind;
      if (kind !== DELIMITER) continue;
      ends[count++] = at;
      starts[count] = at + 1;
    }
    ends[count] = end;
    this.found = found;
    return count;
  }

  /** The same byte by byte, past what is escaped, and no further than there are cells to keep. */
  private cutEscaped(bytes: Buffer, start: number, end: number): number {
    const { starts, ends } = this;
    let count = 0;
    let found = 0;
    let cellStart = start;
    for (let at = start; at < end && count < CELLS_MAX; at += 1) {
      const byte = bytes[at]!;
      const kind = kinds[byte]!;
      if (kind === DELIMITER) {
        count += 1;
        starts[count] = cellStart;
        ends[count] = at;
        cellStart = at + 1;
      } else {
        found |= kind;
        if (byte === BACKSLASH) at += escapeLength(bytes, at, end, this.escapes) - 1;
      }
    }
    this.found = found;
    this.overflowing = count === CELLS_MAX;
    if (this.overflowing) return count;
    starts[count + 1] = cellStart;
    ends[count + 1] = end;
    return count + 1;
  }

  /** Puts the cells of the line into the order of the record by which it is read; what nobody named comes last. */
  arrange(arrangement: Arrangement): void {
    const { places, names } = arrangement;
    const [starts, ends, count] = [this.starts.slice(), this.ends.slice(), this.count];
    const surplus = Math.max(0, count - names.length - 1);
    const total = Math.min(CELLS_MAX, places.length + surplus);
    for (let cell = 1; cell <= Math.max(total, count); cell += 1) {
      const from = numberInFile(arrangement, cell);
      const isThere = cell <= total && from > 0 && from <= count;
      this.starts[cell] = isThere ? starts[from]! : 0;
      this.ends[cell] = isThere ? ends[from]! : 0;
    }
    this.count = Math.max(total, count);
    this.arrangement = arrangement;
  }

  /** The beginning of the line as it stands, for messages. */
  rawLine(bytesMax: number): string {
    return this.bytes.toString('utf8', this.lineStart, Math.min(this.lineEnd, this.lineStart + bytesMax));
  }

  start(cell: number): number {
    return this.starts[cell] ?? 0;
  }

  end(cell: number): number {
    return this.ends[cell] ?? 0;
  }

  isEmpty(cell: number): boolean {
    return this.starts[cell] === this.ends[cell];
  }

  /** The cell consists of these bytes and is not marked. */
  hasBytes(cell: number, wanted: Buffer): boolean {
    const start = this.start(cell);
    if (this.end(cell) - start !== wanted.length || (this.found & MARK) !== 0) return false;
    for (let at = 0; at < wanted.length; at += 1) if (this.bytes[start + at] !== wanted[at]) return false;
    return true;
  }

  /** The cell contains a pipe or a backslash. */
  isMarked(cell: number): boolean {
    if ((this.found & MARK) === 0) return false;
    for (let at = this.start(cell); at < this.end(cell); at += 1)
      if ((kinds[this.bytes[at]!]! & MARK) !== 0) return true;
    return false;
  }

  /** A line this short without pipes and backslashes has no cell of text with anything wrong. */
  isPlainAndShort(bytesMax: number): boolean {
    return (this.found & MARK) === 0 && this.lineEnd - this.lineStart <= bytesMax;
  }

  /** The whole line is valid UTF-8 without control characters. */
  isCleanText(): boolean {
    if ((this.found & CONTROL) !== 0) return false;
    return (this.found & HIGH) === 0 || isUtf8(this.bytes.subarray(this.lineStart, this.lineEnd));
  }

  /** Marks a cell whose value broke a rule, so that nothing is concluded from it. */
  reject(cell: number): void {
    this.rejected[cell] = 1;
    this.anyRejected = true;
  }

  /** The cell has a value and the value is sound. */
  isUsable(cell: number): boolean {
    return !this.isEmpty(cell) && this.rejected[cell] === 0;
  }

  /** The text of a cell of a single value, unescaped. */
  text(cell: number): string {
    if (this.isMarked(cell)) return this.values(cell, false).values[0]!;
    const bytes = this.bytes as SlicingBuffer;
    const start = this.start(cell);
    const end = this.end(cell);
    return (this.found & HIGH) !== 0 ? bytes.utf8Slice(start, end) : bytes.latin1Slice(start, end);
  }

  /** The same as `text`, quicker for cells that repeat from line to line, such as dates. */
  repeatedText(cell: number): string {
    if ((this.found & HIGH) !== 0 || this.isMarked(cell)) return this.text(cell);
    return this.cache.text(this.bytes, this.start(cell), this.end(cell));
  }

  /** The values of a cell, unescaped, and whether its escapes are in order. */
  values(cell: number, multiple: boolean): CellText {
    return readCellText(this.bytes, this.start(cell), this.end(cell), { multiple, escapes: this.escapes });
  }

  /** The bytes as they stand, for messages: anything that is not UTF-8 shows as replacement characters. */
  raw(cell: number): string {
    return this.bytes.toString('utf8', this.start(cell), Math.min(this.end(cell), this.start(cell) + 800));
  }
}
