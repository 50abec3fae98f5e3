import type { FileHandle } from 'node:fs/promises';
import { bytesAt, HashedFile, readFooter, type WrittenFile } from './hashed-file';
import { type Place, placeOf, reasonOf } from './match-plan';
import { isrcText } from './packed-isrc';
import { wide } from './sums-file';
import { heldWords, noIsrc } from './tally';

/** Lines of a chunk that are held: `rows` of them, of `heldWords` words, the first at `offset`; their numbers count from `firstLine`. */
interface HeldChunk {
  readonly offset: number;
  readonly rows: number;
  readonly firstLine: number;
  /** Whose file the lines stand in, where it is not the report's own. */
  readonly report?: string | undefined;
  /** How many words a row is kept in, where it is not all of them. */
  readonly words?: number | undefined;
}

const heldMagic = 'ACUHLD01';
/** Rows without the upper words of their counts, as long as all counts are below 2^32; and without the returns, where nothing was returned. */
const wordsWithoutUpper = 6;
const wordsWithoutReturns = 5;

/** Sound lines that no agreement covers, in the order of the report. */
export class HeldWriter {
  private readonly out: HashedFile;
  private readonly chunks: HeldChunk[] = [];
  private narrowed = new Uint32Array(0);
  rows = 0;

  constructor(file: FileHandle) {
    this.out = new HashedFile(file);
  }

  /** `firstLine` is the number of the chunk's first line; `report` as in the chunk. */
  async add(words: Uint32Array, firstLine: number, report?: string): Promise<void> {
    const rows = words.length / heldWords;
    if (rows === 0) return;
    const width = widthOf(words);
    const chunk = { offset: this.out.bytes, rows, firstLine, ...(report !== undefined && { report }) };
    this.chunks.push(width === heldWords ? chunk : { ...chunk, words: width });
    this.rows += rows;
    const kept = width === heldWords ? words : this.narrow(words, width);
    await this.out.write(new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength));
  }

  private narrow(words: Uint32Array, width: number): Uint32Array {
    const length = (words.length / heldWords) * width;
    if (this.narrowed.length < length) this.narrowed = new Uint32Array(length);
    const { narrowed } = this;
    for (let from = 0, to = 0; from < words.length; from += heldWords, to += width) {
      narrowed[to] = words[from]!;
      narrowed[to + 1] = words[from + 1]!;
      narrowed[to + 2] = words[from + 2]!;
      narrowed[to + 3] = words[from + 3]!;
      narrowed[to + 4] = words[from + 4]!;
      if (width === wordsWithoutUpper) narrowed[to + 5] = words[from + 6]!;
    }
    return narrowed.subarray(0, length);
  }

  async end(): Promise<WrittenFile> {
    await this.out.writeFooter(this.chunks, heldMagic);
    return this.out.end();
  }
}

function widthOf(words: Uint32Array): number {
  let [upper, returns] = [0, 0];
  for (let at = 0; at < words.length; at += heldWords) {
    upper |= words[at + 5]! | words[at + 7]!;
    returns |= words[at + 6]!;
  }
  if (upper !== 0) return heldWords;
  return returns === 0 ? wordsWithoutReturns : wordsWithoutUpper;
}

/** Rows of a chunk in all their words: `count` from number `from` on. */
async function rowsOf(
  file: FileHandle,
  { offset, words: width = heldWords }: HeldChunk,
  from: number,
  count: number,
): Promise<Uint32Array<ArrayBuffer>> {
  const bytes = await bytesAt(file, offset + from * width * 4, count * width * 4);
  const kept = new Uint32Array(bytes.buffer, bytes.byteOffset, count * width) as Uint32Array<ArrayBuffer>;
  if (width === heldWords) return kept;
  const rows = new Uint32Array(count * heldWords);
  for (let row = 0; row < count; row += 1) {
    const [at, to] = [row * width, row * heldWords];
    for (let word = 0; word < wordsWithoutReturns; word += 1) rows[to + word] = kept[at + word]!;
    if (width === wordsWithoutUpper) rows[to + 6] = kept[at + 5]!;
  }
  return rows;
}

/** All rows of such a file, chunk by chunk. */
export async function* heldChunks(
  file: FileHandle,
): AsyncGenerator<Pick<HeldChunk, 'firstLine' | 'report'> & { readonly rows: Uint32Array }> {
  for (const chunk of await readFooter<HeldChunk[]>(file, heldMagic)) {
    const { firstLine, report } = chunk;
    yield { firstLine, report, rows: await rowsOf(file, chunk, 0, chunk.rows) };
  }
}

/** Whether two files hold the same lines in the same order, however they are cut into chunks. */
export async function sameHeldLines(one: FileHandle, other: FileHandle): Promise<boolean> {
  const others = everyRow(other);
  for await (const row of everyRow(one)) if ((await others.next()).value !== row) return false;
  return (await others.next()).done === true;
}

async function* everyRow(file: FileHandle): AsyncGenerator<string, undefined> {
  for await (const { rows, firstLine, report = '' } of heldChunks(file)) {
    for (let at = 0; at < rows.length; at += heldWords) {
      yield `${report} ${firstLine + rows[at]!} ${rows.subarray(at + 1, at + heldWords).join(' ')}`;
    }
  }
  return undefined;
}

/** A line that is held. */
export interface HeldLine extends Place {
  readonly line: number;
  /** Of the report that a delta changed, in whose file the line stands; undefined: in the report's own. */
  readonly report: string | undefined;
  /** Null where the line names no recording. */
  readonly isrc: string | null;
  readonly reason: string;
  readonly quantity: bigint;
  readonly returns: bigint;
}

/** At most `limit` held lines from number `first` (counted from 0) on. */
export async function heldLines(file: FileHandle, first: number, limit: number): Promise<HeldLine[]> {
  const chunks = await readFooter<HeldChunk[]>(file, heldMagic);
  const lines: HeldLine[] = [];
  let passed = 0;
  for (const chunk of chunks) {
    const { rows, firstLine, report } = chunk;
    const from = Math.max(0, first - passed);
    passed += rows;
    if (from >= rows) continue;
    const count = Math.min(rows - from, limit - lines.length);
    const words = await rowsOf(file, chunk, from, count);
    for (let row = 0; row < count; row += 1) lines.push(heldLine(words, row * heldWords, firstLine, report));
    if (lines.length === limit) break;
  }
  return lines;
}

/** All held lines of the report's own file, in its order. */
export async function* everyHeldLine(file: FileHandle): AsyncGenerator<HeldLine> {
  for await (const { rows, firstLine, report } of heldChunks(file)) {
    if (report !== undefined) continue;
    for (let at = 0; at < rows.length; at += heldWords) yield heldLine(rows, at, firstLine, report);
  }
}

function heldLine(words: Uint32Array, at: number, firstLine: number, report: string | undefined): HeldLine {
  const [letters, tagged] = [words[at + 1]!, words[at + 2]!];
  return {
    line: firstLine + words[at]! - 1,
    report,
    isrc: letters === noIsrc ? null : isrcText({ letters, digits: tagged % 0x100_0000 }),
    reason: reasonOf(-1 - Math.floor(tagged / 0x100_0000)),
    ...placeOf(words[at + 3]!),
    quantity: wide(words[at + 4]!, words[at + 5]!),
    returns: wide(words[at + 6]!, words[at + 7]!),
  };
}

/** A fault of a report as it is kept and shown. */
export interface KeptFault {
  /** As text: a number of a line, from 1. */
  readonly line: string;
  readonly record: string;
  /** From 1. */
  readonly cell: number | null;
  readonly cellName: string | null;
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly value: string;
  readonly message: string;
}

/** Every so many faults the place in the file is remembered. */
export const faultsPerMark = 256;

/** So much text of faults may wait between chunks. */
export const faultsWaiting = 1 << 16;

/** Faults as JSON Lines, in the order of the report. */
export class FaultsWriter {
  private readonly out: HashedFile;
  private text = '';
  count = 0;
  /** How many there are of each code. */
  readonly byCode = new Map<string, number>();
  /** The offset of every 256th fault. */
  readonly marks: number[] = [];
  private pending = 0;

  constructor(file: FileHandle) {
    this.out = new HashedFile(file);
  }

  add(fault: KeptFault): void {
    const line = `${JSON.stringify(fault)}\n`;
    if (this.count % faultsPerMark === 0) this.marks.push(this.out.bytes + this.pending);
    this.count += 1;
    this.byCode.set(fault.code, (this.byCode.get(fault.code) ?? 0) + 1);
    this.text += line;
    this.pending += Buffer.byteLength(line);
  }

  /** To be called between chunks: what waits goes to the file. */
  async flush(atLeast = 0): Promise<void> {
    if (this.text.length <= atLeast) return;
    const bytes = Buffer.from(this.text, 'utf8');
    this.text = '';
    this.pending = 0;
    await this.out.write(bytes);
  }

  async end(): Promise<WrittenFile> {
    await this.flush();
    return this.out.end();
  }
}

/** All faults of a file as its bytes come. */
export async function* everyFault(file: AsyncIterable<Buffer>): AsyncGenerator<KeptFault> {
  let rest = Buffer.alloc(0);
  for await (const chunk of file) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(10) + 1;
    for (const line of bytes.toString('utf8', 0, end).split('\n')) {
      if (line !== '') yield JSON.parse(line) as KeptFault;
    }
    rest = Buffer.from(bytes.subarray(end));
  }
}

/** At most `limit` faults from number `first` (counted from 0) on. `marks` as they were written. */
export async function faultsFrom(
  file: FileHandle,
  marks: readonly number[],
  first: number,
  limit: number,
): Promise<KeptFault[]> {
  const mark = Math.floor(first / faultsPerMark);
  const last = Math.floor((first + limit) / faultsPerMark) + 1;
  const start = marks[mark];
  if (start === undefined) return [];
  const { size } = await file.stat();
  const bytes = await bytesAt(file, start, (marks[last] ?? size) - start);
  const lines = bytes.toString('utf8').split('\n');
  return lines
    .slice(first % faultsPerMark, (first % faultsPerMark) + limit)
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as KeptFault);
}
