/** A slot is three integers: the two parts of an ISRC and the number of its list. A leading part is never zero: zero is an empty slot. */
const STRIDE = 3;

/** ISRCs by hash, open addressing with linear probing, in one flat array. */
export class Recordings {
  private slots: Int32Array;
  private mask: number;
  private count = 0;

  /** With room for so many, without growing. */
  constructor(expected: number) {
    let capacity = 1 << 8;
    while (expected * 3 > capacity * 2) capacity *= 2;
    this.slots = new Int32Array(capacity * STRIDE);
    this.mask = capacity - 1;
  }

  get size(): number {
    return this.count;
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

  put(prefix: number, number: number, list: number): void {
    if ((this.count + 1) * 3 > (this.mask + 1) * 2) this.grow();
    const { slots, mask } = this;
    let slot = hashOf(prefix, number) & mask;
    let at = slot * STRIDE;
    while (slots[at] !== 0 && (slots[at] !== prefix || slots[at + 1] !== number)) {
      slot = (slot + 1) & mask;
      at = slot * STRIDE;
    }
    if (slots[at] === 0) this.count += 1;
    slots[at] = prefix;
    slots[at + 1] = number;
    slots[at + 2] = list;
  }

  forEach(visit: (prefix: number, number: number, list: number) => void): void {
    const { slots } = this;
    for (let at = 0; at < slots.length; at += STRIDE) {
      if (slots[at] !== 0) visit(slots[at]!, slots[at + 1]!, slots[at + 2]!);
    }
  }

  private grow(): void {
    const roomier = new Recordings((this.mask + 1) * 2 * (2 / 3));
    this.forEach((prefix, number, list) => roomier.put(prefix, number, list));
    this.slots = roomier.slots;
    this.mask = roomier.mask;
  }
}

/** Neighbouring numbers of one registrant are the rule, so all bits are mixed. */
function hashOf(prefix: number, number: number): number {
  let hash = Math.imul(prefix, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

const NONE = -1;
const LETTERS = new Int32Array(256).fill(NONE);
const LETTERS_AND_DIGITS = new Int32Array(256).fill(NONE);
const DIGITS = new Int32Array(256).fill(NONE);
for (let digit = 0; digit < 10; digit += 1) DIGITS[0x30 + digit] = LETTERS_AND_DIGITS[0x30 + digit] = digit;
for (let letter = 0; letter < 26; letter += 1) {
  LETTERS[0x41 + letter] = letter;
  LETTERS_AND_DIGITS[0x41 + letter] = 10 + letter;
}

/** The five leading characters of an ISRC (ASCII, stored form) as one integer above zero; below zero where they are none. */
export function prefixAt(bytes: Uint8Array, at: number): number {
  const a = LETTERS[bytes[at]!]!;
  const b = LETTERS[bytes[at + 1]!]!;
  const c = LETTERS_AND_DIGITS[bytes[at + 2]!]!;
  const d = LETTERS_AND_DIGITS[bytes[at + 3]!]!;
  const e = LETTERS_AND_DIGITS[bytes[at + 4]!]!;
  return (a | b | c | d | e) < 0 ? NONE : (((a * 26 + b) * 36 + c) * 36 + d) * 36 + e + 1;
}

/** The seven digits of the ISRC at a place as one integer; below zero where they are none. */
export function numberAt(bytes: Uint8Array, at: number): number {
  let number = 0;
  let faults = 0;
  for (let place = 5; place < 12; place += 1) {
    const digit = DIGITS[bytes[at + place]!]!;
    faults |= digit;
    number = number * 10 + digit;
  }
  return faults < 0 ? NONE : number;
}
