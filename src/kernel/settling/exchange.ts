import {
  compare,
  moneyExact,
  moneyRoundingIn,
  multiply,
  rational,
  toMinor,
  ZERO,
  type Money,
  type Rational,
} from '../money';

/** A rate as published: units of the other currency for one unit of this one, who says so, and for which day. */
export interface ExchangeRate {
  /** A decimal or a quotient: a rate published for 100 yen is written as its hundredth. */
  readonly rate: string;
  readonly source: string;
  readonly on: string;
}

/** A conversion with all that was used: `exact` is in whole units of the currency of `to`. */
export interface Exchanged {
  readonly from: Money;
  readonly to: Money;
  readonly exact: Rational;
  readonly used: ExchangeRate;
}

/** Converts money into another currency: exact, then rounded half-up once to its minor unit. Throws RangeError on a rate not above zero. */
export function exchange(from: Money, { into, rate }: { into: string; rate: ExchangeRate }): Exchanged {
  const factor = rational(rate.rate);
  if (compare(factor, ZERO) <= 0) throw new RangeError(`not an exchange rate: ${rate.rate}`);
  const exact = multiply(moneyExact(from), factor);
  const minor = toMinor(exact, moneyRoundingIn(into, { mode: 'half-up' }));
  return { from, to: { minor, currency: into }, exact, used: rate };
}
