import { type Counts, readDeltas, readHybrid } from './encodings';
import { type Leaf, physical } from './leaves';
import { corrupt, tooTight, unsupported } from './unreadable';

/** Encodings, by their numbers. */
export const encodings = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  deltas: 5,
  deltaLengths: 6,
  deltaBytes: 7,
  dictionary: 8,
  split: 9,
};

/** Values that are there, as they were written: numbers, or the bytes of the others. */
export interface Values {
  readonly count: number;
  readonly number: (at: number) => number | bigint;
  readonly bytes: (at: number) => Buffer;
  /** What was made beside the page and a place for each value. */
  readonly madeBytes?: number;
}

/** What prefixes may unpack to. */
const prefixedBytesMax = 64 * 1024 * 1024;

/** Differences may tell values without end in no bytes at all; a page of so many is read all the same. */
const deltasFree = 256 * 1024;
/** Each is a number of 64 bits that takes a while: so many at once hold nobody up for long. */
const deltasMax = 1024 * 1024;

/** Reads the first `wanted` of `count` values of a column from the bytes of a page. Stops by ParquetUnreadable where they do not hold them. */
export function readValues(encoding: number, page: Buffer, leaf: Leaf, counts: Counts): Values {
  const { count, wanted } = counts;
  switch (encoding) {
    case encodings.plain:
      return plainValues(page, leaf, wanted);
    case encodings.rle:
      if (leaf.type === physical.boolean) return truths(page, wanted);
      break;
    case encodings.deltas:
      refuseManyDeltas(page, leaf, count);
      if (leaf.type === physical.int32 || leaf.type === physical.int64) return deltaValues(page, leaf, counts);
      break;
    case encodings.deltaLengths:
      refuseManyDeltas(page, leaf, count);
      if (leaf.type === physical.bytes) return withLengths(page, counts);
      break;
    case encodings.deltaBytes:
      refuseManyDeltas(page, leaf, count);
      if (leaf.type === physical.bytes || leaf.type === physical.fixed) return withPrefixes(page, leaf, counts);
      break;
    case encodings.split:
      return { ...plainValues(joinedFromStreams(page, widthOf(leaf), counts), leaf, wanted), madeBytes: page.length };
  }
  throw unsupported(`the column "${leaf.path.join('.')}" is written in a way that is not read (encoding ${encoding})`);
}

function refuseManyDeltas({ length }: Buffer, { path }: Leaf, count: number): void {
  const most = Math.min(deltasMax, Math.max(deltasFree, length));
  if (count > most)
    throw tooTight(
      `a page of the column "${path.join('.')}" has ${count} values in ${length} bytes, more than ${most}`,
    );
}

const widths: Readonly<Record<number, number>> = { 1: 4, 2: 8, 3: 12, 4: 4, 5: 8 };

/** Bytes of a value; 0 where values differ in that. */
const widthOf = ({ type, width }: Leaf): number => (type === physical.fixed ? width : (widths[type] ?? 0));

const noBytes = (): never => {
  throw new Error('these values are numbers');
};
const noNumber = (): never => {
  throw new Error('these values are bytes');
};

function plainValues(page: Buffer, leaf: Leaf, count: number): Values {
  if (leaf.type === physical.bytes) return withOwnLengths(page, count);
  if (leaf.type === physical.boolean) {
    refuseShort(page, Math.ceil(count / 8));
    return { count, bytes: noBytes, number: (at) => (page[at >> 3]! >> (at & 7)) & 1 };
  }
  const width = widthOf(leaf);
  refuseShort(page, count * width);
  switch (leaf.type) {
    case physical.int32:
      return { count, bytes: noBytes, number: (at) => page.readInt32LE(at * 4) };
    case physical.int64:
      return { count, bytes: noBytes, number: (at) => whole(page, at * 8) };
    case physical.float:
      return { count, bytes: noBytes, number: (at) => page.readFloatLE(at * 4) };
    case physical.double:
      return { count, bytes: noBytes, number: (at) => page.readDoubleLE(at * 8) };
    default:
      return { count, number: noNumber, bytes: (at) => page.subarray(at * width, at * width + width) };
  }
}

/** As a double where that is exact, which is much faster. */
function whole(page: Buffer, at: number): number | bigint {
  const value = page.readInt32LE(at + 4) * 2 ** 32 + page.readUInt32LE(at);
  return Number.isSafeInteger(value) ? value : page.readBigInt64LE(at);
}

function refuseShort(page: Buffer, bytes: number): void {
  if (page.length < bytes) throw corrupt('a page has not as many values as it says');
}

function withOwnLengths(page: Buffer, count: number): Values {
  refuseShort(page, count * 4);
  const starts = new Int32Array(count + 1);
  let at = 0;
  for (let each = 0; each < count; each += 1) {
    refuseShort(page, at + 4);
    const length = page.readUInt32LE(at);
    starts[each] = at + 4;
    at += 4 + length;
    refuseShort(page, at);
  }
  starts[count] = at + 4;
  return { count, number: noNumber, bytes: (each) => page.subarray(starts[each], starts[each + 1]! - 4) };
}

function truths(page: Buffer, count: number): Values {
  const out = new Uint8Array(count);
  // The length of what follows, which the count tells already.
  readHybrid(page, 4, 1, out);
  return { count, bytes: noBytes, number: (at) => out[at]! };
}

function deltaValues(page: Buffer, { type }: Leaf, counts: Counts): Values {
  const { values } = readDeltas(page, 0, counts);
  const bits = type === physical.int32 ? 32 : 64;
  const number = (at: number): bigint => BigInt.asIntN(bits, values[at]!);
  return { count: values.length, bytes: noBytes, number, madeBytes: values.byteLength };
}

function withLengths(page: Buffer, counts: Counts): Values {
  const { values: lengths, at: from } = readDeltas(page, 0, counts);
  const count = lengths.length;
  const starts = new Int32Array(count + 1);
  starts[0] = from;
  for (let each = 0; each < count; each += 1)
    starts[each + 1] = starts[each]! + lengthOf(lengths[each]!, page.length - starts[each]!);
  return { count, number: noNumber, bytes: (at) => page.subarray(starts[at], starts[at + 1]) };
}

/** Each value is the beginning of the one before it, and bytes of its own. */
function withPrefixes(page: Buffer, leaf: Leaf, counts: Counts): Values {
  const { values: prefixes, at: suffixesAt } = readDeltas(page, 0, counts);
  const { values: lengths, at: from } = readDeltas(page, suffixesAt, counts);
  const count = lengths.length;
  const starts = new Int32Array(count + 1);
  for (let each = 0; each < count; each += 1) {
    const prefix = lengthOf(prefixes[each]!, each === 0 ? 0 : starts[each]! - starts[each - 1]!);
    starts[each + 1] = starts[each]! + prefix + lengthOf(lengths[each]!, page.length);
    if (starts[each + 1]! > prefixedBytesMax)
      throw tooTight(`a page of the column "${leaf.path.join('.')}" unpacks to far too much`);
  }
  const all = Buffer.alloc(starts[count]!);
  let at = from;
  for (let each = 0; each < count; each += 1) {
    const [start, own] = [starts[each]!, Number(lengths[each]!)];
    const prefix = starts[each + 1]! - start - own;
    if (each > 0) all.copyWithin(start, starts[each - 1]!, starts[each - 1]! + prefix);
    refuseShort(page, at + own);
    page.copy(all, start + prefix, at, at + own);
    at += own;
  }
  const bytes = (each: number): Buffer => exact(all.subarray(starts[each], starts[each + 1]), leaf);
  return { count, number: noNumber, bytes, madeBytes: all.length };
}

function exact(value: Buffer, { type, width }: Leaf): Buffer {
  if (type === physical.fixed && value.length !== width) throw corrupt('a value has not the width of its column');
  return value;
}

function lengthOf(length: bigint, most: number): number {
  if (length < 0n || length > BigInt(most)) throw corrupt('a page has a value of an impossible length');
  return Number(length);
}

/** The first bytes of all values, then the second ones, and so on. */
function joinedFromStreams(page: Buffer, width: number, { count, wanted }: Counts): Buffer {
  if (width === 0) throw unsupported('a column is written in streams of bytes that have no width');
  refuseShort(page, count * width);
  const values = Buffer.allocUnsafe(wanted * width);
  for (let stream = 0; stream < width; stream += 1)
    for (let each = 0; each < wanted; each += 1) values[each * width + stream] = page[stream * count + each]!;
  return values;
}
