const FIRST_CAPACITY = 1 << 12;
/** Above this fill the probes of open addressing grow long. */
const FILL_MAX = 0.7;

/**
 * Remembers ids by a 64-bit hash in one typed array, 12 to 23 bytes an id (half as much again while it grows). Two
 * different ids are taken for the same with a chance of n²/2⁶⁵: about three in a million for a report of ten million.
 */
export class SeenIds {
  private slots = new Uint32Array(2 * FIRST_CAPACITY);
  private count = 0;

  private readonly hash = new Uint32Array(2);

  /** Adds the id in this range of bytes; false when it was there already. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    hashId(bytes, start, end, this.hash, 0);
    if (!insert(this.slots, this.hash[0]!, this.hash[1]!)) return false;
    this.count += 1;
    if (2 * this.count > FILL_MAX * this.slots.length) this.grow();
    return true;
  }

  /** The hashes of all of them, two words each. */
  get hashes(): Uint32Array {
    const { slots } = this;
    const hashes = new Uint32Array(2 * this.count);
    for (let at = 0, to = 0; at < slots.length; at += 2) {
      if (slots[at + 1] === 0) continue;
      hashes[to++] = slots[at]!;
      hashes[to++] = slots[at + 1]!;
    }
    return hashes;
  }

  private grow(): void {
    const larger = new Uint32Array(2 * this.slots.length);
    for (let at = 0; at < this.slots.length; at += 2) {
      if (this.slots[at + 1] !== 0) insert(larger, this.slots[at]!, this.slots[at + 1]!);
    }
    this.slots = larger;
  }
}

/** Writes the two halves of the id's hash to `into`. */
export function hashId(bytes: Uint8Array, start: number, end: number, into: Uint32Array, place: number): void {
  let high = 0x811c9dc5 ^ (end - start);
  let low = 0x2545f491;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x85ebca6b);
    low ^= low >>> 13;
  }
  into[place] = finish(high ^ (low >>> 7));
  // A low half of zero marks a free slot.
  into[place + 1] = finish(low) || 1;
}

/** Stirs all bits into all others (the last step of MurmurHash3, which its author put in the public domain). */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Puts a hash into a table of them that has a power of two of slots and room left; false where it is there already. */
export function insert(slots: Uint32Array, high: number, low: number): boolean {
  const mask = slots.length / 2 - 1;
  for (let slot = high & mask; ; slot = (slot + 1) & mask) {
    if (slots[2 * slot + 1] === 0) {
      slots[2 * slot] = high;
      slots[2 * slot + 1] = low;
      return true;
    }
    if (slots[2 * slot] === high && slots[2 * slot + 1] === low) return false;
  }
}
