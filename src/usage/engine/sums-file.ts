import type { FileHandle } from 'node:fs/promises';
import {
  add,
  calendarDateOf,
  dayAfter,
  exactText,
  ratio,
  rational,
  shareText,
  type UsageSum,
  wholeShare,
} from '../../kernel';
import { saleDecimals } from './asked-uses';
import { bytesAt, HashedFile, readFooter, type WrittenFile } from './hashed-file';
import { isrcText, packedIsrc } from './packed-isrc';
import { askedAt, codeOf, keyOf, type MatchPlan, type Place } from './match-plan';
import { recordingAt, rowWithShare } from './recordings';
import { addLarge, type LargeSum, type SortedRun } from './sum-table';

/*
 * The sums of a report as a file (docs/usage-files.md): blocks of rows, each block of one agreement and in columns of 32-bit words (little-endian), then
 * a footer in JSON, its length, and the magic. Rows are sorted by agreement, recording, share (the whole first) and place, so the same usage gives the same bytes.
 * A file in which some row is of a part of a recording has another magic, and in blocks with such rows a column more: what knows no shares must not pay the whole.
 * The same goes for sales, and for rows of a part of the month.
 */
const magics = { '1': 'ACUSUM01', '2': 'ACUSUM02', '3': 'ACUSUM03' } as const;
const rowsPerBlock = 65_536;
/** ISRC as letters and digits, place, quantity and returns as low and high words; behind them the share in millionths where a block has one. */
const columns = 7;
const twoTo32 = 0x1_0000_0000;
/** Columns of what some agreements ask for beside units: the first day of the part of the month, counted from its first, and sales as low and high word. */
const detailColumns = 3;
/** A row of which nobody asks for a part: of its sales, the high word alone. */
const nothing = 0x8000_0000;

export interface SumsBlock {
  /** Number in the footer's list. */
  readonly agreement: number;
  readonly offset: number;
  readonly rows: number;
  /** Whether it has the column of shares. */
  readonly shared?: true;
  /** Whether it has the column of parts of the month, and those of sales. */
  readonly parted?: true;
  readonly sold?: true;
}

type BlockKind = Pick<SumsBlock, 'shared' | 'parted' | 'sold'>;

export interface SumsFooter {
  readonly schema: `accordo-usage-sums/${keyof typeof magics}`;
  readonly service: string;
  readonly agreements: readonly string[];
  readonly places: readonly Place[];
  readonly blocks: readonly SumsBlock[];
  /** Where some block is of parts of the month: its first day. */
  readonly from?: string;
}

/** Writes such a file from its first byte to its last. Rows come in order. */
export class SumsWriter {
  private readonly out: HashedFile;
  private words = new Uint32Array((columns + 1) * rowsPerBlock);
  private rows = 0;
  private agreement = -1;
  private isShared = false;
  private details: Uint32Array | undefined;
  private isParted = false;
  private isSold = false;
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

  /** What is asked for of the row that was added last beside its units. */
  detailLast({ part, sold }: { readonly part: number | undefined; readonly sold: bigint | undefined }): void {
    const details = (this.details ??= new Uint32Array(detailColumns * rowsPerBlock).fill(nothing));
    const row = this.rows - 1;
    if (part !== undefined) {
      details[row] = part;
      this.isParted = true;
    }
    if (sold !== undefined) {
      details[rowsPerBlock + row] = Number(sold & 0xffff_ffffn);
      details[rowsPerBlock * 2 + row] = Number((sold >> 32n) & 0xffff_ffffn);
      this.isSold = true;
    }
  }

  async flush(): Promise<void> {
    const { rows, agreement, words, out, isShared, isParted, isSold, details } = this;
    if (rows === 0) return;
    const kind: BlockKind = {
      ...(isShared && { shared: true }),
      ...(isParted && { parted: true }),
      ...(isSold && { sold: true }),
    };
    const block = new Uint32Array(columnsOf(kind) * rows);
    let next = 0;
    const put = (from: Uint32Array, column: number): void => {
      block.set(from.subarray(rowsPerBlock * column, rowsPerBlock * column + rows), rows * next);
      next += 1;
    };
    for (let column = 0; column < (isShared ? columns + 1 : columns); column += 1) put(words, column);
    if (details !== undefined && isParted) put(details, 0);
    if (details !== undefined && isSold) for (const column of [1, 2]) put(details, column);
    this.blocks.push({ agreement, offset: out.bytes, rows, ...kind });
    this.rows = 0;
    this.isShared = this.isParted = this.isSold = false;
    details?.fill(nothing);
    await out.write(Buffer.from(block.buffer));
  }

  /** Ends the file; all of it is on disk afterwards. */
  async end({ from, ...about }: Omit<SumsFooter, 'schema' | 'blocks'>): Promise<WrittenFile> {
    await this.flush();
    const isParted = this.blocks.some(({ parted }) => parted);
    const isDetailed = isParted || this.blocks.some(({ sold }) => sold);
    const version = isDetailed ? '3' : this.blocks.some(({ shared }) => shared) ? '2' : '1';
    const days = isParted && from !== undefined ? { from } : {};
    const footer: SumsFooter = { schema: `accordo-usage-sums/${version}`, ...about, ...days, blocks: this.blocks };
    await this.out.writeFooter(footer, magics[version]);
    return this.out.end();
  }
}

const columnsOf = ({ shared, parted, sold }: BlockKind): number =>
  columns + (shared ? 1 : 0) + (parted ? 1 : 0) + (sold ? 2 : 0);

/** A sum and the agreement that it is of. */
export interface AgreementSum {
  readonly agreementId: string;
  /** In millionths, as text in the sum where it is not the whole. */
  readonly share: number;
  readonly sum: UsageSum;
}

/** Which sum. Share in millionths. */
export interface SumWanted extends Pick<UsageSum, 'usedOn'> {
  readonly agreementId: string;
  readonly isrc: string;
  readonly place: number;
  readonly share: number;
}

/** Rows of one agreement as they are kept: in columns of words. */
export interface SumsRows {
  readonly agreementId: string;
  readonly rows: number;
  readonly words: Uint32Array;
  readonly places: readonly Place[];
  readonly service: string;
  readonly kind: BlockKind;
  /** The first day of the month, where rows are of parts of it. */
  readonly firstDay: string;
}

/** The number of the first day of the part that a row is of, from the month's first; undefined where it is of all of it. */
function partAt({ words, rows, kind }: Pick<SumsRows, 'words' | 'rows' | 'kind'>, row: number): number | undefined {
  if (!kind.parted) return undefined;
  const day = words[rows * (columns + (kind.shared ? 1 : 0)) + row]!;
  return day === nothing ? undefined : day;
}

/** What a row was sold for, in units of the eighth decimal; undefined where nobody asks. */
function soldAt({ words, rows, kind }: Pick<SumsRows, 'words' | 'rows' | 'kind'>, row: number): bigint | undefined {
  if (!kind.sold) return undefined;
  const column = columnsOf(kind) - 2;
  const [low, high] = [words[rows * column + row]!, words[rows * (column + 1) + row]!];
  return low === nothing && high === nothing ? undefined : BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
}

const soldText = (units: bigint): string => exactText(ratio(units, 10n ** BigInt(saleDecimals)));

const shareAt = ({ words, rows, kind }: Pick<SumsRows, 'words' | 'rows' | 'kind'>, row: number): number =>
  kind.shared ? words[rows * columns + row]! : wholeShare;

/** The blocks of one agreement, or of all, in the order of the file; `passed` may be told of rows that are not wanted, and says how many of a block are. */
async function* blocksOf(
  file: FileHandle,
  agreementId?: string,
  passed = 0,
): AsyncGenerator<SumsRows & { readonly from: number }> {
  const {
    agreements,
    blocks,
    places,
    service,
    from: firstDay = '',
  } = await readFooter<SumsFooter>(file, ...Object.values(magics));
  let left = passed;
  for (const { agreement, offset, rows, ...kind } of blocks) {
    const own = agreements[agreement]!;
    if (agreementId !== undefined && own !== agreementId) continue;
    if (left >= rows) {
      left -= rows;
      continue;
    }
    const bytes = await bytesAt(file, offset, rows * columnsOf(kind) * 4);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, rows * columnsOf(kind));
    yield { agreementId: own, rows, words, places, service, kind, firstDay, from: left };
    left = 0;
  }
}

/** The sums of one agreement, or of all, in the order of the file, after the first `passed`. */
export async function* sumsOf(file: FileHandle, agreementId?: string, passed = 0): AsyncGenerator<AgreementSum> {
  for await (const block of blocksOf(file, agreementId, passed)) {
    const { agreementId: own, rows, words, places, service, firstDay, from } = block;
    const isPlain = !block.kind.parted && !block.kind.sold;
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
      if (!isPlain) Object.assign(sum, detailsOf(partAt(block, row), soldAt(block, row), firstDay));
      yield { agreementId: own, share, sum };
    }
  }
}

const detailsOf = (
  part: number | undefined,
  sold: bigint | undefined,
  firstDay: string,
): Pick<UsageSum, 'usedOn' | 'sales'> => ({
  ...(part === undefined ? {} : { usedOn: dayAfter(calendarDateOf(firstDay), part) }),
  ...(sold === undefined ? {} : { sales: soldText(sold) }),
});

/** What an agreement's use of one recording in one place under one share, in the part of the month that begins on `usedOn` or, without it, in all of them, comes to; undefined where the file has none. Share in millionths. */
export async function sumIn(file: FileHandle, wanted: SumWanted): Promise<SumFound | undefined> {
  let found: SumFound | undefined;
  for await (const block of blocksOf(file, wanted.agreementId)) {
    const isWanted = rowsWanted(block, wanted);
    for (let row = 0; row < block.rows; row += 1) {
      if (isWanted(row)) found = together(found, sumAt(block, row));
    }
  }
  return found;
}

function rowsWanted(block: SumsRows, { isrc, place, share, usedOn }: SumWanted): (row: number) => boolean {
  const { letters, digits } = packedIsrc(isrc);
  const { rows, words } = block;
  const own = block.places.findIndex((each) => codeOf(each) === place);
  return (row) =>
    words[row] === letters &&
    words[rows + row] === digits &&
    words[rows * 2 + row] === own &&
    shareAt(block, row) === share &&
    (usedOn === undefined || usedOn === detailsOf(partAt(block, row), undefined, block.firstDay).usedOn);
}

function sumAt(block: SumsRows, row: number): SumFound {
  const { rows, words } = block;
  const sold = soldAt(block, row);
  return {
    quantity: wide(words[rows * 3 + row]!, words[rows * 4 + row]!),
    returns: wide(words[rows * 5 + row]!, words[rows * 6 + row]!),
    ...(sold === undefined ? {} : { sales: soldText(sold) }),
  };
}

/** Parts of one sum: all of them tell what was sold, or none. */
function together(before: SumFound | undefined, { quantity, returns, sales }: SumFound): SumFound {
  const { quantity: units = 0n, returns: back = 0n, sales: sold = '0' } = before ?? {};
  return {
    quantity: units + quantity,
    returns: back + returns,
    ...(sales === undefined ? {} : { sales: exactText(add(rational(sold), rational(sales))) }),
  };
}

type SumFound = Pick<UsageSum, 'quantity' | 'returns' | 'sales'>;

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
    const run = new Float64Array(rows * 3 * plan.kinds);
    let end = 0;
    const put = (key: number, quantity: bigint, returns: bigint): void => {
      run[end] = key;
      if (quantity <= exactMax && returns <= exactMax) {
        run[end + 1] = Number(quantity);
        run[end + 2] = Number(returns);
      } else addLarge(large, key, { quantity, returns });
      end += 3;
    };
    for (let row = 0; row < rows; row += 1) {
      const recording = recordingAt(plan.recordings, words[row]!, words[rows + row]!);
      const ofShare = recording < 0 ? recording : rowWithShare(plan.recordings, recording, shareAt(block, row));
      const place = numbers.get(codeOf(places[words[rows * 2 + row]!]!));
      if (agreement === undefined || ofShare < 0 || place === undefined) throw new Error('read under another plan');
      const key = keyOf(plan, agreement, ofShare, place) + partNumber(plan, agreement, place, partAt(block, row));
      put(
        key,
        wide(words[rows * 3 + row]!, words[rows * 4 + row]!),
        wide(words[rows * 5 + row]!, words[rows * 6 + row]!),
      );
      const sold = soldAt(block, row);
      if (sold !== undefined && plan.kinds === 2) put(key + 1, sold > 0n ? sold : 0n, sold < 0n ? -sold : 0n);
    }
    yield run.subarray(0, end);
  }
}

/** How far behind the sum of the first part of the month that of the part lies which begins on this day. */
function partNumber(plan: MatchPlan, agreement: number, place: number, day: number | undefined): number {
  const { parts = [] } = askedAt(plan, agreement, place) ?? {};
  if ((day === undefined) !== (parts.length === 0)) throw new Error('read under another plan');
  if (day === undefined) return 0;
  const part = [0, ...parts].indexOf(day);
  if (part < 0) throw new Error('read under another plan');
  return part * plan.kinds;
}

const exactMax = BigInt(Number.MAX_SAFE_INTEGER);

/** A whole number from its low and high words. */
export const wide = (low: number, high: number): bigint =>
  high < 0x20_0000 ? BigInt(high * twoTo32 + low) : (BigInt(high) << 32n) | BigInt(low);
