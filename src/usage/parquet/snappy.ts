import { corrupt } from './unreadable';

/** What is in a block of Snappy that says it unpacks to `size` bytes; it comes to that exactly, or the file is damaged. */
export function unsnapped(packed: Buffer, size: number): Buffer {
  const [from, said] = lengthOf(packed);
  if (said !== size) throw broken();
  const out = Buffer.allocUnsafe(size);
  let [at, length] = [from, 0];
  while (at < packed.length) {
    const { isLiteral, count, offset, next } = elementAt(packed, at);
    if (length + count > size) throw broken();
    at = next;
    if (isLiteral) {
      if (at + count > packed.length) throw broken();
      packed.copy(out, length, at, at + count);
      at += count;
    } else {
      if (offset === 0 || offset > length) throw broken();
      // What is copied may reach into what the copy makes.
      if (offset >= count) out.copyWithin(length, length - offset, length - offset + count);
      else for (let byte = length; byte < length + count; byte += 1) out[byte] = out[byte - offset]!;
    }
    length += count;
  }
  if (length !== size) throw broken();
  return out;
}

interface Element {
  /** Its bytes follow; otherwise they are those that lie `offset` before. */
  readonly isLiteral: boolean;
  readonly count: number;
  readonly offset: number;
  /** Where what it says of itself ends. */
  readonly next: number;
}

function elementAt(packed: Buffer, at: number): Element {
  const tag = packed[at]!;
  const kind = tag & 3;
  if (kind === 0) {
    const more = Math.max(0, (tag >> 2) - 59);
    const count = more > 0 ? littleEndian(packed, at + 1, more) : tag >> 2;
    return { isLiteral: true, count: count + 1, offset: 0, next: at + 1 + more };
  }
  if (kind === 1) {
    const offset = (tag >> 5) * 256 + littleEndian(packed, at + 1, 1);
    return { isLiteral: false, count: ((tag >> 2) & 7) + 4, offset, next: at + 2 };
  }
  const bytes = kind === 3 ? 4 : 2;
  return { isLiteral: false, count: (tag >> 2) + 1, offset: littleEndian(packed, at + 1, bytes), next: at + 1 + bytes };
}

function lengthOf(packed: Buffer): [at: number, length: number] {
  let length = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = packed[at];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 128 ** at;
    if (byte < 0x80) return [at + 1, length];
  }
  throw broken();
}

function littleEndian(bytes: Buffer, at: number, count: number): number {
  if (at + count > bytes.length) throw broken();
  return bytes.readUIntLE(at, count);
}

const broken = () => corrupt('a page cannot be unpacked');
