import { currencyExponent } from './currencies';
import { isDecimalText, ratio, rational, type Rational } from './rational';

/** An amount that can be owed: an integer of the currency's minor unit. */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

/** Reads "12000.00" as minor units of the currency. Throws RangeError when it is no decimal or finer than the minor unit. */
export function moneyFromText(text: string, currency: string): Money {
  if (!isDecimalText(text)) throw new RangeError(`not an amount: ${text.slice(0, 60)}`);
  const minor = rational(text).mul(10n ** BigInt(currencyExponent(currency)), 1n);
  if (minor.d !== 1n) throw new RangeError(`${text.slice(0, 60)} is finer than the minor unit of ${currency}`);
  return { minor: minor.s * minor.n, currency };
}

/** As moneyFromText, for text that somebody sent: undefined where it is no amount of the currency. */
export function readMoney(text: string, currency: string): Money | undefined {
  try {
    return moneyFromText(text, currency);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The amount with all digits of its currency: "12000.00" USD, "500" JPY. Zero never carries a sign. */
export function moneyText({ minor, currency }: Money): string {
  return digitsText(minor, currencyExponent(currency));
}

/** An integer of units of 10^-digits as a plain decimal with all its digits: 1235 and 3 are "1.235". */
export function digitsText(units: bigint, digits: number): string {
  const size = (units < 0n ? -units : units).toString().padStart(digits + 1, '0');
  const sign = units < 0n ? '-' : '';
  return digits === 0 ? sign + size : `${sign}${size.slice(0, -digits)}.${size.slice(-digits)}`;
}

/** The amount in whole units of the currency, exact. */
export function moneyExact({ minor, currency }: Money): Rational {
  return ratio(minor, 10n ** BigInt(currencyExponent(currency)));
}
