import { currencyExponent } from './currencies';
import { type Money } from './money';
import { denominatorOf, numeratorOf, type Rational } from './rational';

export const ROUNDING_MODES = ['half-up', 'half-even', 'half-down', 'up', 'down'] as const;

/**
 * half-up: to the nearest, a tie away from zero. half-even: a tie to the even neighbour. half-down: a tie towards zero.
 * up: away from zero. down: towards zero. All mirror at zero: a credit is rounded like the charge it takes back.
 */
export type RoundingMode = (typeof ROUNDING_MODES)[number];

/** Rounds to units of 10^-decimals and returns how many. decimals -1 rounds to tens. */
export function round(value: Rational, { decimals, mode }: { decimals: number; mode: RoundingMode }): bigint {
  const scaled = numeratorOf(value) * (decimals > 0 ? 10n ** BigInt(decimals) : 1n);
  const denominator = denominatorOf(value) * (decimals < 0 ? 10n ** BigInt(-decimals) : 1n);
  const negative = scaled < 0n;
  const size = negative ? -scaled : scaled;
  const whole = size / denominator;
  const rest = size % denominator;
  const rounded = goesUp({ rest, denominator, whole, mode }) ? whole + 1n : whole;
  return negative ? -rounded : rounded;
}

interface Remainder {
  rest: bigint;
  denominator: bigint;
  whole: bigint;
  mode: RoundingMode;
}

function goesUp({ rest, denominator, whole, mode }: Remainder): boolean {
  const double = rest * 2n;
  switch (mode) {
    case 'half-up':
      return double >= denominator;
    case 'half-even':
      return double > denominator || (double === denominator && whole % 2n === 1n);
    case 'half-down':
      return double > denominator;
    case 'up':
      return rest > 0n;
    case 'down':
      return false;
  }
}

/** Minor units in one unit of 10^-decimals: 1 when rounding to cents of a dollar, 100 when rounding to whole dollars. */
export function minorPerUnit(currency: string, decimals: number): bigint {
  return 10n ** BigInt(currencyExponent(currency) - decimals);
}

/** Rounds an exact amount as the terms say. The decimals are not finer than the currency's minor unit. */
export function roundMoney(
  value: Rational,
  { currency, decimals, mode }: { currency: string; decimals: number; mode: RoundingMode },
): Money {
  return { minor: round(value, { decimals, mode }) * minorPerUnit(currency, decimals), currency };
}
