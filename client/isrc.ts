/**
 * An ISRC as two integers: its five leading characters (25 bits) and its seven digits (24 bits). Both are needed to find a recording;
 * neither says anything about the other.
 */
export const ISRC_BYTES = 12;
/** The part of what is no ISRC. */
export const MALFORMED = -1;

const LETTERS = new Int32Array(256).fill(MALFORMED);
const LETTERS_AND_DIGITS = new Int32Array(256).fill(MALFORMED);
const DIGITS = new Int32Array(256).fill(MALFORMED);
for (let digit = 0; digit < 10; digit += 1) {
  DIGITS[0x30 + digit] = digit;
  LETTERS_AND_DIGITS[0x30 + digit] = digit;
}
for (let letter = 0; letter < 26; letter += 1) {
  LETTERS[0x41 + letter] = letter;
  LETTERS_AND_DIGITS[0x41 + letter] = 10 + letter;
}

/** The leading part of the ISRC in its stored form (ASCII) at a place; MALFORMED where it is none. Always above zero otherwise. */
export function prefixAt(bytes: Uint8Array, at: number): number {
  const a = LETTERS[bytes[at]!]!;
  const b = LETTERS[bytes[at + 1]!]!;
  const c = LETTERS_AND_DIGITS[bytes[at + 2]!]!;
  const d = LETTERS_AND_DIGITS[bytes[at + 3]!]!;
  const e = LETTERS_AND_DIGITS[bytes[at + 4]!]!;
  // A malformed character is the only negative one.
  if ((a | b | c | d | e) < 0) return MALFORMED;
  return (((a * 26 + b) * 36 + c) * 36 + d) * 36 + e + 1;
}

/** The seven digits of the ISRC at a place; MALFORMED where they are none. */
export function numberAt(bytes: Uint8Array, at: number): number {
  const a = DIGITS[bytes[at + 5]!]!;
  const b = DIGITS[bytes[at + 6]!]!;
  const c = DIGITS[bytes[at + 7]!]!;
  const d = DIGITS[bytes[at + 8]!]!;
  const e = DIGITS[bytes[at + 9]!]!;
  const f = DIGITS[bytes[at + 10]!]!;
  const g = DIGITS[bytes[at + 11]!]!;
  if ((a | b | c | d | e | f | g) < 0) return MALFORMED;
  return a * 1_000_000 + b * 100_000 + c * 10_000 + d * 1_000 + e * 100 + f * 10 + g;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The stored form that two parts stand for. */
export function isrcText(prefix: number, number: number): string {
  let rest = prefix - 1;
  let text = '';
  for (let place = 0; place < 3; place += 1) {
    text = ALPHABET[rest % 36]! + text;
    rest = Math.floor(rest / 36);
  }
  text = ALPHABET[10 + (rest % 26)]! + text;
  text = ALPHABET[10 + Math.floor(rest / 26)]! + text;
  return text + String(number).padStart(7, '0');
}
