import { add, compare, isZero, multiply, rational, subtract, sumOf, ZERO, type Rational } from '../money';
import { type Percentage } from '../terms';
import { takeDeductions } from './deductions';
import { valueText } from './explanation';
import { explained, portionOf, type Evaluation, type Figures } from './figures';
import { salesInOrder, type Sale } from './sales';

export function evaluatePercentage(royalty: Percentage, figures: Figures): Evaluation {
  if (royalty.free !== undefined || royalty.fixedPerSale !== undefined) return bySale(royalty, figures);
  const { measure = 'sales', where } = royalty;
  const base = figures.measure(measure, where);
  const { left, steps } = takeDeductions(royalty.deductions ?? [], { base, notBelow: royalty.notBelow, figures });
  const value = multiply(left, percentageRate(royalty));
  return explained({
    royalty,
    value,
    arithmetic: [valueText(left), royalty.rate, ...(royalty.adjustments ?? [])].join(' × '),
    portions: portionOf(value, { measure, where, figures }),
    ...(steps.length > 0 ? { deductions: steps } : {}),
  });
}

/** The rate after its adjustments. */
export function percentageRate({ rate, adjustments = [] }: Pick<Percentage, 'rate' | 'adjustments'>): Rational {
  return adjustments.map(rational).reduce(multiply, rational(rate));
}

/** Sales one by one: their order decides which of them are free. */
function bySale(royalty: Percentage, figures: Figures): Evaluation {
  const { rows, sales } = salesInOrder(figures, royalty.where);
  const charges = chargeSales(royalty, sales);
  const values = charges.map((charge) => charge.value);
  const value = sumOf(values);
  const charged = charges.filter(({ free }) => !free);
  const base = valueText(sumOf(charged.map((charge) => charge.charged)));
  const fixed = royalty.fixedPerSale === undefined ? '' : ` + ${charged.length} × ${royalty.fixedPerSale}`;
  return explained({
    royalty,
    value,
    arithmetic: `${[base, royalty.rate, ...(royalty.adjustments ?? [])].join(' × ')}${fixed}`,
    portions: values.every(isZero) ? [] : [{ by: 'lines', rows, value, values }],
  });
}

export interface SaleCharge {
  readonly sale: string;
  /** Whether the allowance covers it wholly. */
  readonly free: boolean;
  /** What the percentage is taken of. */
  readonly charged: Rational;
  readonly value: Rational;
}

/**
 * Charges sales in their order: rate × what is charged + the fixed fee. Sales are free while, the sale itself counted, every
 * limit holds. The first that breaks one ends the allowance for good: only what lies above the limit is charged where it
 * breaks the amount alone, all of it where it breaks the number.
 */
export function chargeSales(
  royalty: Pick<Percentage, 'rate' | 'adjustments' | 'fixedPerSale' | 'free'>,
  sales: readonly Sale[],
): SaleCharge[] {
  const rate = percentageRate(royalty);
  const fixed = rational(royalty.fixedPerSale ?? '0');
  const { free } = royalty;
  let allowed = free !== undefined;
  let total = ZERO;
  return sales.map(({ sale, amount }, index): SaleCharge => {
    total = add(total, amount);
    let charged = amount;
    if (allowed) {
      const tooMany = free?.sales !== undefined && compare(rational(BigInt(index + 1)), rational(free.sales)) > 0;
      const above = free?.amount === undefined ? ZERO : subtract(total, rational(free.amount));
      if (!tooMany && compare(above, ZERO) <= 0) return { sale, free: true, charged: ZERO, value: ZERO };
      allowed = false;
      if (!tooMany) charged = above;
    }
    return { sale, free: false, charged, value: add(multiply(charged, rate), fixed) };
  });
}
