import { toMinor, type MoneyRounding, type Rational } from '../money';

/** An amount before and after its one rounding: exact in whole units of the currency, rounded in minor units. */
export interface ExactAndRounded {
  readonly exact: Rational;
  readonly rounded: bigint;
}

export function exactAndRounded(exact: Rational, rounding: MoneyRounding): ExactAndRounded {
  return { exact, rounded: toMinor(exact, rounding) };
}
