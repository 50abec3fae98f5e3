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
    return this.addHash(this.hash[0]!, this.hash[1]!);
  }

  /** The same for an id whose hash was made elsewhere, by `hashId`. */
  addHash(high: number, low: number): boolean {
    if (!insert(this.slots, high, low)) return false;
    this.count += 1;
    if (2 * this.count > FILL_MAX * this.slots.length) this.growTo(this.slots.length);
    return true;
  }

  /** So many ids are to come: making room once is cheaper than growing to it. */
  expect(ids: number): void {
    let capacity = this.slots.length / 2;
    while (ids > FILL_MAX * capacity) capacity *= 2;
    if (2 * capacity > this.slots.length) this.growTo(capacity);
  }

  private growTo(capacity: number): void {
    const larger = new Uint32Array(2 * capacity);
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

function insert(slots: Uint32Array, high: number, low: number): boolean {
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
