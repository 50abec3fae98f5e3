/** A slot is three integers: the two parts of an ISRC and where its list of grants is. A leading part is never zero: zero is an empty slot. */
const STRIDE = 3;
const SMALLEST = 1 << 10;

/** ISRCs by hash, open addressing with linear probing: one flat array, no object a recording. Recordings are never taken out. */
export class Recordings {
  private slots = new Int32Array(SMALLEST * STRIDE);
  private mask = SMALLEST - 1;
  private count = 0;

  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }

  /** The list of the recording; negative when it is not here. */
  find(prefix: number, number: number): number {
    const { slots, mask } = this;
    for (let slot = hashOf(prefix, number) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * STRIDE;
      const found = slots[at]!;
      if (found === prefix && slots[at + 1] === number) return slots[at + 2]!;
      if (found === 0) return -1;
    }
  }

  /** Where the recording's list is kept, for `listAt` and `putListAt`; a new recording has list 0. The place holds until the next call. */
  place(prefix: number, number: number): number {
    if ((this.count + 1) * 3 > (this.mask + 1) * 2) this.grow();
    const { slots, mask } = this;
    for (let slot = hashOf(prefix, number) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * STRIDE;
      if (slots[at] === prefix && slots[at + 1] === number) return at + 2;
      if (slots[at] === 0) {
        slots[at] = prefix;
        slots[at + 1] = number;
        this.count += 1;
        return at + 2;
      }
    }
  }

  listAt(place: number): number {
    return this.slots[place]!;
  }

  putListAt(place: number, list: number): void {
    this.slots[place] = list;
  }

  /** Room for so many recordings at once, instead of growing step by step. */
  reserve(recordings: number): void {
    while (recordings * 3 > (this.mask + 1) * 2) this.grow();
  }

  forEach(visit: (prefix: number, number: number, list: number, place: number) => void): void {
    const { slots } = this;
    for (let at = 0; at < slots.length; at += STRIDE) {
      if (slots[at] !== 0) visit(slots[at]!, slots[at + 1]!, slots[at + 2]!, at + 2);
    }
  }

  private grow(): void {
    const before = this.slots;
    const capacity = (this.mask + 1) * 2;
    const after = new Int32Array(capacity * STRIDE);
    const mask = capacity - 1;
    for (let from = 0; from < before.length; from += STRIDE) {
      if (before[from] === 0) continue;
      let slot = hashOf(before[from]!, before[from + 1]!) & mask;
      while (after[slot * STRIDE] !== 0) slot = (slot + 1) & mask;
      after.set(before.subarray(from, from + STRIDE), slot * STRIDE);
    }
    this.slots = after;
    this.mask = mask;
  }
}

/** Neighbouring numbers of one registrant are the rule, so all bits are mixed. */
function hashOf(prefix: number, number: number): number {
  let hash = Math.imul(prefix, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
