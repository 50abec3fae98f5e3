import { minorUnitExponent } from './currencies';
import { digitsText } from './money';
import { type Rational } from './rational';
import { round, type RoundingMode } from './rounding';

/** An amount in both forms, or why it has none. `decimals` are those of the currency's minor unit (ISO 4217). */
export type InMinorUnits =
  | {
      readonly status: 'accepted';
      readonly currency: string;
      readonly decimals: number;
      readonly amount: string;
      readonly minor: bigint;
    }
  | { readonly status: 'rejected'; readonly currency: string; readonly reason: 'unknown-currency' };

/** Rounds an exact amount to the minor unit of a currency. A code that is not listed, or has no minor unit, is rejected. */
export function toMinorUnits(
  value: Rational,
  { currency, mode }: { currency: string; mode: RoundingMode },
): InMinorUnits {
  return inMinorUnits(currency, (decimals) => round(value, { decimals, mode }));
}

/** Reads minor units of a currency back as an amount. Rejects what `toMinorUnits` rejects. */
export function fromMinorUnits(minor: bigint, currency: string): InMinorUnits {
  return inMinorUnits(currency, () => minor);
}

function inMinorUnits(currency: string, minorOf: (decimals: number) => bigint): InMinorUnits {
  const decimals = minorUnitExponent(currency);
  if (decimals === undefined) return { status: 'rejected', currency, reason: 'unknown-currency' };
  const minor = minorOf(decimals);
  return { status: 'accepted', currency, decimals, amount: digitsText(minor, decimals), minor };
}
