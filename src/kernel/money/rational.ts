import Fraction from 'fraction.js';

/** An exact quotient of two integers. Rates, shares and unrounded amounts are rationals; nothing is rounded before the terms say so. */
export type Rational = InstanceType<typeof Fraction>;

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const QUOTIENT = /^(-?\d+)\/([1-9]\d*)$/;

/** Whether the text is a plain decimal: an optional minus, digits, and digits after a point. No exponent, no separators. */
export function isDecimalText(text: string): boolean {
  return DECIMAL.test(text);
}

/** Whether the text is a plain decimal or a quotient: what `rational` reads. */
export function isExactText(text: string): boolean {
  return isDecimalText(text) || QUOTIENT.test(text);
}

/** Whether the text is a fraction of one: a decimal or a quotient from 0 to 1. */
export function isShare(text: string): boolean {
  if (!isExactText(text)) return false;
  const share = rational(text);
  return share.compare(ZERO) >= 0 && share.compare(ONE) <= 0;
}

/** Reads a plain decimal ("0.0020"), a quotient ("520/3") or an integer. Throws RangeError on anything else. */
export function rational(value: string | bigint): Rational {
  if (typeof value === 'bigint') return new Fraction(value, 1n);
  const decimal = DECIMAL.exec(value);
  if (decimal) {
    const [, sign, whole = '', decimals = ''] = decimal;
    const digits = BigInt(whole + decimals);
    return new Fraction(sign === '-' ? -digits : digits, 10n ** BigInt(decimals.length));
  }
  const quotient = QUOTIENT.exec(value);
  if (quotient) return new Fraction(BigInt(quotient[1] ?? ''), BigInt(quotient[2] ?? ''));
  throw new RangeError(`not a decimal or a quotient: ${value.slice(0, 60)}`);
}

/** The quotient of two integers. The denominator is not zero. */
export function ratio(numerator: bigint, denominator: bigint): Rational {
  return new Fraction(numerator, denominator);
}

export const ZERO: Rational = new Fraction(0n, 1n);
export const ONE: Rational = new Fraction(1n, 1n);

export const add = (a: Rational, b: Rational): Rational => a.add(b);
export const subtract = (a: Rational, b: Rational): Rational => a.sub(b);
export const multiply = (a: Rational, b: Rational): Rational => a.mul(b);
export const divide = (a: Rational, b: Rational): Rational => a.div(b);
/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export const compare = (a: Rational, b: Rational): number => a.compare(b);
export const minimum = (a: Rational, b: Rational): Rational => (a.compare(b) <= 0 ? a : b);
export const maximum = (a: Rational, b: Rational): Rational => (a.compare(b) >= 0 ? a : b);
export const sumOf = (parts: readonly Rational[]): Rational => parts.reduce(add, ZERO);
export const isZero = (a: Rational): boolean => a.n === 0n;

/** The numerator with its sign; the denominator is always positive. */
export const numeratorOf = (a: Rational): bigint => a.s * a.n;
export const denominatorOf = (a: Rational): bigint => a.d;

/** The exact value as text: a decimal without trailing zeros where one exists ("0.36"), else a reduced quotient ("520/3"). */
export function exactText(value: Rational): string {
  const sign = value.s < 0n && value.n !== 0n ? '-' : '';
  const places = decimalPlaces(value.d);
  if (places === undefined) return `${sign}${value.n}/${value.d}`;
  const digits = ((value.n * 10n ** BigInt(places)) / value.d).toString().padStart(places + 1, '0');
  if (places === 0) return sign + digits;
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** How many decimals a reduced denominator needs: the larger power of 2 and 5 in it; undefined when another prime is left. */
function decimalPlaces(denominator: bigint): number | undefined {
  let rest = denominator;
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  return rest === 1n ? Math.max(twos, fives) : undefined;
}
