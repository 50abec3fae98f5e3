import { corrupt, unsupported } from './unreadable';

/** Numbers of up to so many bits: beyond it a page would hold more different values than a page can. */
const bitsMax = 24;

/**
 * Fills `out` with numbers of `width` bits that are told in runs and in packs of eight (RLE/bit-packed hybrid), and gives where the last one ends. What is
 * claimed beyond the room in `out` is never made.
 */
export function readHybrid(bytes: Buffer, from: number, width: number, out: Uint8Array | Int32Array): number {
  if (width > bitsMax) throw unsupported(`numbers of ${width} bits within a page are not read`);
  const runBytes = (width + 7) >> 3;
  let [at, filled] = [from, 0];
  while (filled < out.length) {
    const head = varint(bytes, at);
    at = head.at;
    if (head.value % 2 === 0) {
      const count = Math.min(head.value / 2, out.length - filled);
      if (at + runBytes > bytes.length) throw ended();
      out.fill(runBytes === 0 ? 0 : bytes.readUIntLE(at, runBytes), filled, filled + count);
      at += runBytes;
      filled += count;
    } else {
      const packs = (head.value - 1) / 2;
      const count = Math.min(packs * 8, out.length - filled);
      // The last pack may be cut where nothing is behind it.
      if (at + Math.ceil((count * width) / 8) > bytes.length) throw ended();
      unpackBits(bytes, at, width, out, filled, count);
      at = Math.min(at + packs * width, bytes.length);
      filled += count;
    }
  }
  return at;
}

function unpackBits(
  bytes: Buffer,
  from: number,
  width: number,
  out: Uint8Array | Int32Array,
  filled: number,
  count: number,
): void {
  const mask = (1 << width) - 1;
  let [at, held, bits] = [from, 0, 0];
  for (let each = 0; each < count; each += 1) {
    while (bits < width) {
      held |= bytes[at]! << bits;
      at += 1;
      bits += 8;
    }
    out[filled + each] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

/** How many values there are, and how many of them, from the first on, somebody wants. */
export interface Counts {
  readonly count: number;
  readonly wanted: number;
}

/** More in a block than any writer puts there. */
const blockMax = 1 << 16;

/** The first `wanted` of `count` numbers that are told by their differences (DELTA_BINARY_PACKED), and where the last block of all of them ends. */
export function readDeltas(
  bytes: Buffer,
  from: number,
  { count, wanted }: Counts,
): { readonly values: BigInt64Array; readonly at: number } {
  const block = varint(bytes, from);
  const parts = varint(bytes, block.at);
  const total = varint(bytes, parts.at);
  const perPart = block.value / parts.value;
  if (block.value > blockMax || parts.value > 512 || perPart % 8 !== 0 || perPart === 0)
    throw corrupt('a page of differences has an impossible form');
  if (total.value !== count) throw corrupt('a page of differences has not as many values as it says');
  const values = new BigInt64Array(wanted);
  const first = zigzag(bytes, total.at);
  let [at, value, filled] = [first.at, first.value, 0];
  if (count > 0) values[filled++] = value;
  while (filled < count) {
    const least = zigzag(bytes, at);
    const widths = least.at;
    at = widths + parts.value;
    if (at > bytes.length) throw ended();
    for (let part = 0; part < parts.value && filled < count; part += 1) {
      const width = bytes[widths + part]!;
      if (width > 64) throw corrupt('a page of differences has an impossible width');
      const end = at + (perPart * width) / 8;
      if (end > bytes.length) throw ended();
      const most = Math.min(perPart, wanted - filled);
      for (let each = 0; each < most; each += 1) {
        value = BigInt.asIntN(64, value + least.value + bitsAt(bytes, at, each * width, width));
        values[filled + each] = value;
      }
      // Those behind what is wanted are passed over.
      filled += perPart;
      at = end;
    }
  }
  return { values, at };
}

/** Within these a double is exact. */
const exactBits = 45;

function bitsAt(bytes: Buffer, from: number, offset: number, width: number): bigint {
  if (width === 0) return 0n;
  const [first, shift] = [from + Math.floor(offset / 8), offset % 8];
  const count = Math.ceil((shift + width) / 8);
  if (width <= exactBits) {
    let value = 0;
    for (let at = count - 1; at >= 0; at -= 1) value = value * 256 + bytes[first + at]!;
    return BigInt(Math.floor(value / 2 ** shift) % 2 ** width);
  }
  let value = 0n;
  for (let at = count - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[first + at]!);
  return BigInt.asUintN(width, value >> BigInt(shift));
}

function varint(bytes: Buffer, from: number): { readonly value: number; readonly at: number } {
  let value = 0;
  for (let count = 0; count < 5; count += 1) {
    const byte = bytes[from + count];
    if (byte === undefined) throw ended();
    value += (byte & 0x7f) * 128 ** count;
    if (byte < 0x80) return { value, at: from + count + 1 };
  }
  throw corrupt('a number within a page is beyond all measure');
}

function zigzag(bytes: Buffer, from: number): { readonly value: bigint; readonly at: number } {
  let value = 0n;
  for (let count = 0; count < 10; count += 1) {
    const byte = bytes[from + count];
    if (byte === undefined) throw ended();
    value |= BigInt(byte & 0x7f) << BigInt(7 * count);
    if (byte < 0x80) return { value: BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)), at: from + count + 1 };
  }
  throw corrupt('a number within a page is beyond all measure');
}

const ended = () => corrupt('a page ends too early');
