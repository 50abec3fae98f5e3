const digitBitsMax = 11;

/**
 * Rows of three doubles each, sorted by the first, a whole number from 0 to 2^53 - 1: digit by digit from the lowest, so each pass moves rows and none compares them.
 * `rows` are the memory for it too, and are lost; given back in `into`, which is as long.
 */
export function sortedRows(rows: Float64Array, into: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const { least, most } = boundsOf(rows);
  const bits = most > least ? Math.floor(Math.log2(most - least)) + 1 : 1;
  // The last of them writes into what is given back.
  const passes = Math.ceil(bits / digitBitsMax) | 1;
  const digitBits = Math.ceil(bits / passes);
  const ends = new Uint32Array(2 ** digitBits);
  let [from, to]: [Float64Array, Float64Array] = [rows, into];
  for (let pass = 0; pass < passes; pass += 1) {
    sortByDigit(from, to, { least, unit: 2 ** (pass * digitBits), ends });
    [from, to] = [to, from];
  }
  return into;
}

function boundsOf(rows: Float64Array): { readonly least: number; readonly most: number } {
  let [least, most] = [Infinity, 0];
  for (let at = 0; at < rows.length; at += 3) {
    const key = rows[at]!;
    if (key < least) least = key;
    if (key > most) most = key;
  }
  return { least, most };
}

interface Digit {
  /** The least key: digits are of what a key has above it. */
  readonly least: number;
  readonly unit: number;
  /** A counter for each value of the digit. */
  readonly ends: Uint32Array;
}

/** Moves rows into the order of one digit; those that have the same keep theirs. */
function sortByDigit(from: Float64Array, to: Float64Array, { least, unit, ends }: Digit): void {
  const mask = ends.length - 1;
  const scale = 1 / unit;
  ends.fill(0);
  for (let at = 0; at < from.length; at += 3) ends[((from[at]! - least) * scale) & mask]! += 1;
  let end = 0;
  for (let value = 0; value <= mask; value += 1) ends[value] = end += ends[value]!;
  for (let at = from.length - 3; at >= 0; at -= 3) {
    const key = from[at]!;
    const place = (ends[((key - least) * scale) & mask]! -= 1) * 3;
    to[place] = key;
    to[place + 1] = from[at + 1]!;
    to[place + 2] = from[at + 2]!;
  }
}
