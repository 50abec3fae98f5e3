/**
 * An ISRC as two whole numbers: its letters (base 36, five places) and its digits (seven). In this order ISRCs sort as their texts do in ASCII,
 * since a digit is below every letter in both.
 */
export interface PackedIsrc {
  letters: number;
  digits: number;
}

/** 0 to 9, then A to Z; 255 for anything else. Small letters are not ISRC's: what writes them is read by the careful path. */
const valueOf = new Uint8Array(256).fill(255);
for (let at = 0; at < 10; at += 1) valueOf[48 + at] = at;
for (let at = 0; at < 26; at += 1) valueOf[65 + at] = 10 + at;

/** Packs the twelve bytes at `at` into `into`; false where they are no ISRC in its stored form (ISO 3901). */
export function packIsrc(bytes: Uint8Array, at: number, into: PackedIsrc): boolean {
  const a = valueOf[bytes[at]!]!;
  const b = valueOf[bytes[at + 1]!]!;
  const c = valueOf[bytes[at + 2]!]!;
  const d = valueOf[bytes[at + 3]!]!;
  const e = valueOf[bytes[at + 4]!]!;
  // The first two are letters; 255 is above every value that is one.
  if (a < 10 || b < 10 || a > 35 || b > 35 || c > 35 || d > 35 || e > 35) return false;
  let digits = 0;
  for (let place = at + 5; place < at + 12; place += 1) {
    const digit = bytes[place]! - 48;
    if (digit < 0 || digit > 9) return false;
    digits = digits * 10 + digit;
  }
  into.letters = (((a * 36 + b) * 36 + c) * 36 + d) * 36 + e;
  into.digits = digits;
  return true;
}

const symbols = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export function isrcText({ letters, digits }: Readonly<PackedIsrc>): string {
  let text = '';
  for (let rest = letters, place = 0; place < 5; place += 1, rest = Math.floor(rest / 36)) {
    text = symbols[rest % 36]! + text;
  }
  return text + String(digits).padStart(7, '0');
}

/** Refuses by RangeError what is no ISRC. */
export function packedIsrc(isrc: string): PackedIsrc {
  const packed = { letters: 0, digits: 0 };
  if (isrc.length !== 12 || !packIsrc(Buffer.from(isrc, 'latin1'), 0, packed))
    throw new RangeError(`${isrc} is no ISRC`);
  return packed;
}
