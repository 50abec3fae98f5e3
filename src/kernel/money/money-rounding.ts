import { allocate } from './allocate';
import { currencyExponent } from './currencies';
import { digitsText } from './money';
import { ratio, type Rational } from './rational';
import { round, type RoundingMode } from './rounding';

/** How exact amounts become money: rounded to `decimals` digits, kept as integers of 10^-`exponent`, the minor units. */
export interface MoneyRounding {
  readonly exponent: number;
  readonly decimals: number;
  readonly mode: RoundingMode;
}

/** Rounding in a currency: to its minor unit, or to fewer decimals. Throws RangeError on decimals finer than the minor unit. */
export function moneyRoundingIn(
  currency: string,
  { decimals, mode }: { decimals?: number; mode: RoundingMode },
): MoneyRounding {
  const exponent = currencyExponent(currency);
  const wanted = decimals ?? exponent;
  if (wanted > exponent) throw new RangeError(`${wanted} decimals are finer than the minor unit of ${currency}`);
  return { exponent, decimals: wanted, mode };
}

/** Rounding of amounts that belong to no currency of ours: units are those of the decimals, and whole ones for tens. */
export function moneyRoundingTo({ decimals, mode }: { decimals: number; mode: RoundingMode }): MoneyRounding {
  return { exponent: Math.max(decimals, 0), decimals, mode };
}

/** Minor units in the smallest step that is rounded to: 1000 when dollars are rounded to tens. */
const stepOf = ({ exponent, decimals }: MoneyRounding): bigint => 10n ** BigInt(exponent - decimals);

/** Rounds an exact amount once; the result is in minor units. */
export function toMinor(value: Rational, rounding: MoneyRounding): bigint {
  return round(value, rounding) * stepOf(rounding);
}

/** Minor units as an exact amount. */
export function minorExact(minor: bigint, { exponent }: Pick<MoneyRounding, 'exponent'>): Rational {
  return ratio(minor, 10n ** BigInt(exponent));
}

/** Minor units as text with as many digits as are rounded to, or all where some would be lost: "120" for tens of dollars. */
export function minorText(minor: bigint, { exponent, decimals }: MoneyRounding): string {
  const shown = Math.min(exponent, Math.max(decimals, 0));
  const hidden = 10n ** BigInt(exponent - shown);
  return minor % hidden === 0n ? digitsText(minor / hidden, shown) : digitsText(minor, exponent);
}

/**
 * Shares out a rounded total of minor units over the exact amounts that it was rounded from, by largest remainder. Throws
 * RangeError when the total was not rounded so.
 */
export function allocateMinor(total: bigint, amounts: readonly Rational[], rounding: MoneyRounding): bigint[] {
  const step = stepOf(rounding);
  if (total % step !== 0n) throw new RangeError(`${total} is not rounded to ${rounding.decimals} decimals`);
  const steps = amounts.map((amount) => amount.div(minorExact(step, rounding)));
  return allocate(total / step, steps).map((part) => part * step);
}
