import {
  digitsText,
  divide,
  isZero,
  rational,
  round,
  roundEach,
  sumOf,
  type MoneyRounding,
  type Rational,
  type RoundedEach,
} from '../money';
import { valueText } from './explanation';

/** A sale with the price that is stated on it: so many units for that much together. Decimals. */
export interface PricedSale {
  readonly units: string;
  readonly amount: string;
}

export interface RatedPricedSales {
  readonly units: Rational;
  /** Rounded once, in minor units. */
  readonly total: RoundedEach['total'];
  /** What a unit cost on average; null without units. `shown` is rounded, for people: nothing is worked out from it. */
  readonly unitPrice: { readonly exact: string; readonly shown: string } | null;
}

/** Adds up sales whose price is their own, as where the parties agreed on no rate but on what each sale states. */
export function ratePricedSales(
  sales: readonly PricedSale[],
  { rounding, unitPriceDecimals }: { rounding: MoneyRounding; unitPriceDecimals: number },
): RatedPricedSales {
  const units = sumOf(sales.map((sale) => rational(sale.units)));
  const amount = sumOf(sales.map((sale) => rational(sale.amount)));
  const { total } = roundEach([{ line: 'total', amount }], rounding);
  return { units, total, unitPrice: isZero(units) ? null : priceOf(divide(amount, units)) };

  function priceOf(price: Rational): { exact: string; shown: string } {
    const shown = round(price, { mode: rounding.mode, decimals: unitPriceDecimals });
    return { exact: valueText(price), shown: digitsText(shown, unitPriceDecimals) };
  }
}
