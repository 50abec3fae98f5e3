import type { FileHandle } from 'node:fs/promises';
import { shareText, type UsageSum, wholeShare } from '../../kernel';
import { bytesAt, HashedFile, readFooter, type WrittenFile } from './hashed-file';
import { isrcText, packedIsrc } from './packed-isrc';
import { codeOf, keyOf, type MatchPlan, type Place } from './match-plan';
import { recordingAt, rowWithShare } from './recordings';
import { addLarge, type LargeSum, type SortedRun } from './sum-table';

/*
 * The sums of a report as a file (docs/usage-files.md): blocks of rows, each block of one agreement and in columns of 32-bit words (little-endian), then
 * a footer in JSON, its length, and the magic. Rows are sorted by agreement, recording, share (the whole first) and place, so the same usage gives the same bytes.
 * A file in which some row is of a part of a recording has another magic, and in blocks with such rows a column more: what knows no shares must not pay the whole.
 */
const magics = { '1': 'ACUSUM01', '2': 'ACUSUM02' } as const;
const rowsPerBlock = 65_536;
/** ISRC as letters and digits, place, quantity and returns as low and high words; behind them the share in millionths where a block has one. */
const columns = 7;
const twoTo32 = 0x1_0000_0000;

export interface SumsBlock {
  /** Number in the footer's list. */
  readonly agreement: number;
  readonly offset: number;
  readonly rows: number;
  /** Whether it has the column of shares. */
  readonly shared?: true;
}

export interface SumsFooter {
  readonly schema: `accordo-usage-sums/${keyof typeof magics}`;
  readonly service: string;
  readonly agreements: readonly string[];
  readonly places: readonly Place[];
  readonly blocks: readonly SumsBlock[];
}

/** Writes such a file from its first byte to its last. Rows come in order. */
export class SumsWriter {
  private readonly out: HashedFile;
  private words = new Uint32Array((columns + 1) * rowsPerBlock);
  private rows = 0;
  private agreement = -1;
  private isShared = false;
  private readonly blocks: SumsBlock[] = [];

  constructor(file: FileHandle) {
    this.out = new HashedFile(file);
  }

  /** True when `flush` must come before the next row of this agreement. */
  isFull(agreement: number): boolean {
    return this.rows === rowsPerBlock || (agreement !== this.agreement && this.rows > 0);
  }

  /** Counts are doubles that hold them exactly. */
  add(
    agreement: number,
    letters: number,
    digits: number,
    place: number,
    quantity: number,
    returns: number,
    share: number,
  ): void {
    const { words, rows } = this;
    this.agreement = agreement;
    words[rows] = letters;
    words[rowsPerBlock + rows] = digits;
    words[rowsPerBlock * 2 + rows] = place;
    words[rowsPerBlock * 3 + rows] = quantity >>> 0;
    words[rowsPerBlock * 4 + rows] = Math.floor(quantity / twoTo32);
    words[rowsPerBlock * 5 + rows] = returns >>> 0;
    words[rowsPerBlock * 6 + rows] = Math.floor(returns / twoTo32);
    words[rowsPerBlock * 7 + rows] = share;
    if (share !== wholeShare) this.isShared = true;
    this.rows = rows + 1;
  }

  /** In place of the counts of the row that was added last. Below 2^63. */
  correctLast(quantity: bigint, returns: bigint): void {
    const { words } = this;
    const row = this.rows - 1;
    words[rowsPerBlock * 3 + row] = Number(quantity & 0xffff_ffffn);
    words[rowsPerBlock * 4 + row] = Number(quantity >> 32n);
    words[rowsPerBlock * 5 + row] = Number(returns & 0xffff_ffffn);
    words[rowsPerBlock * 6 + row] = Number(returns >> 32n);
  }

  async flush(): Promise<void> {
    const { rows, agreement, words, out, isShared } = this;
    if (rows === 0) return;
    const block = new Uint32Array(columnsOf(isShared) * rows);
    for (let column = 0; column < columnsOf(isShared); column += 1) {
      block.set(words.subarray(rowsPerBlock * column, rowsPerBlock * column + rows), rows * column);
    }
    this.blocks.push({ agreement, offset: out.bytes, rows, ...(isShared && { shared: true }) });
    this.rows = 0;
    this.isShared = false;
    await out.write(Buffer.from(block.buffer));
  }

  /** Ends the file; all of it is on disk afterwards. */
  async end(about: Omit<SumsFooter, 'schema' | 'blocks'>): Promise<WrittenFile> {
    await this.flush();
    const version = this.blocks.some(({ shared }) => shared) ? '2' : '1';
    const footer: SumsFooter = { schema: `accordo-usage-sums/${version}`, ...about, blocks: this.blocks };
    await this.out.writeFooter(footer, magics[version]);
    return this.out.end();
  }
}

const columnsOf = (isShared: boolean): number => (isShared ? columns + 1 : columns);

/** A sum and the agreement that it is of. */
export interface AgreementSum {
  readonly agreementId: string;
  /** In millionths, as text in the sum where it is not the whole. */
  readonly share: number;
  readonly sum: UsageSum;
}

/** Rows of one agreement as they are kept: in columns of words. */
export interface SumsRows {
  readonly agreementId: string;
  readonly rows: number;
  readonly words: Uint32Array;
  readonly places: readonly Place[];
  readonly service: string;
  readonly shared: boolean;
}

const shareAt = ({ words, rows, shared }: Pick<SumsRows, 'words' | 'rows' | 'shared'>, row: number): number =>
  shared ? words[rows * columns + row]! : wholeShare;

/** The blocks of one agreement, or of all, in the order of the file; `passed` may be told of rows that are not wanted, and says how many of a block are. */
async function* blocksOf(
  file: FileHandle,
  agreementId?: string,
  passed = 0,
): AsyncGenerator<SumsRows & { readonly from: number }> {
  const { agreements, blocks, places, service } = await readFooter<SumsFooter>(file, ...Object.values(magics));
  let left = passed;
  for (const { agreement, offset, rows, shared = false } of blocks) {
    const own = agreements[agreement]!;
    if (agreementId !== undefined && own !== agreementId) continue;
    if (left >= rows) {
      left -= rows;
      continue;
    }
    const bytes = await bytesAt(file, offset, rows * columnsOf(shared) * 4);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, rows * columnsOf(shared));
    yield { agreementId: own, rows, words, places, service, shared, from: left };
    left = 0;
  }
}

/** The sums of one agreement, or of all, in the order of the file, after the first `passed`. */
export async function* sumsOf(file: FileHandle, agreementId?: string, passed = 0): AsyncGenerator<AgreementSum> {
  for await (const block of blocksOf(file, agreementId, passed)) {
    const { agreementId: own, rows, words, places, service, from } = block;
    for (let row = from; row < rows; row += 1) {
      const share = shareAt(block, row);
      const sum = {
        isrc: isrcText({ letters: words[row]!, digits: words[rows + row]! }),
        service,
        ...places[words[rows * 2 + row]!]!,
        quantity: wide(words[rows * 3 + row]!, words[rows * 4 + row]!),
        returns: wide(words[rows * 5 + row]!, words[rows * 6 + row]!),
        ...(share === wholeShare ? {} : { controlledShare: shareText(share) }),
      };
      yield { agreementId: own, share, sum };
    }
  }
}

/** What an agreement's use of one recording in one place under one share comes to; undefined where the file has none. Share in millionths. */
export async function sumIn(
  file: FileHandle,
  { agreementId, isrc, place, share }: { agreementId: string; isrc: string; place: number; share: number },
): Promise<Pick<UsageSum, 'quantity' | 'returns'> | undefined> {
  const { letters, digits } = packedIsrc(isrc);
  for await (const block of blocksOf(file, agreementId)) {
    const { rows, words } = block;
    const own = block.places.findIndex((each) => codeOf(each) === place);
    for (let row = 0; row < rows; row += 1) {
      if (words[row] !== letters || words[rows + row] !== digits || words[rows * 2 + row] !== own) continue;
      if (shareAt(block, row) !== share) continue;
      return {
        quantity: wide(words[rows * 3 + row]!, words[rows * 4 + row]!),
        returns: wide(words[rows * 5 + row]!, words[rows * 6 + row]!),
      };
    }
  }
  return undefined;
}

/**
 * All sums as a run by the keys of a plan, in pieces. The plan is the one that the report was read under: whatever is not in it is an Error. Counts that a double
 * does not hold are added to `large`.
 */
export async function* runOfSums(
  file: FileHandle,
  plan: MatchPlan,
  large: Map<number, LargeSum>,
): AsyncGenerator<SortedRun> {
  const agreements = new Map(plan.agreements.map((id, number) => [id, number]));
  const numbers = new Map([...plan.places].map((code, number) => [code, number]));
  for await (const block of blocksOf(file)) {
    const { agreementId, rows, words, places } = block;
    const agreement = agreements.get(agreementId);
    const run = new Float64Array(rows * 3);
    for (let row = 0; row < rows; row += 1) {
      const recording = recordingAt(plan.recordings, words[row]!, words[rows + row]!);
      const ofShare = recording < 0 ? recording : rowWithShare(plan.recordings, recording, shareAt(block, row));
      const place = numbers.get(codeOf(places[words[rows * 2 + row]!]!));
      if (agreement === undefined || ofShare < 0 || place === undefined) throw new Error('read under another plan');
      const key = keyOf(plan, agreement, ofShare, place);
      run[row * 3] = key;
      const [quantity, returns] = [
        wide(words[rows * 3 + row]!, words[rows * 4 + row]!),
        wide(words[rows * 5 + row]!, words[rows * 6 + row]!),
      ];
      if (quantity <= exactMax) {
        run[row * 3 + 1] = Number(quantity);
        run[row * 3 + 2] = Number(returns);
      } else addLarge(large, key, { quantity, returns });
    }
    yield run;
  }
}

const exactMax = BigInt(Number.MAX_SAFE_INTEGER);

/** A whole number from its low and high words. */
export const wide = (low: number, high: number): bigint =>
  high < 0x20_0000 ? BigInt(high * twoTo32 + low) : (BigInt(high) << 32n) | BigInt(low);
