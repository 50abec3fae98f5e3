import { roundEach, type MoneyRounding, type Rational, type RoundedEach } from '../money';
import { type Percentage, type Tiered } from '../terms';
import { chargeSales, type SaleCharge } from './evaluate-percentage';
import { chargeTiers, type TierCharge } from './evaluate-tiers';
import { type Sale } from './sales';

/** A charge of one sale, exact, and what was issued for it in minor units. */
export type Issued<Charge> = Charge & { readonly minor: bigint };

/** Sales in their order, each charged and rounded on its own; `minor` adds what was issued, `exact` what was not rounded. */
export interface IssuedSales<Charge> {
  readonly lines: readonly Issued<Charge>[];
  readonly total: RoundedEach['total'];
}

/** Charges sales one by one by a percentage, with what is free and the fixed fee of each; see `chargeSales`. */
export function rateSales(
  royalty: Pick<Percentage, 'rate' | 'adjustments' | 'fixedPerSale' | 'free'>,
  { sales, rounding }: { sales: readonly Sale[]; rounding: MoneyRounding },
): IssuedSales<SaleCharge> {
  return issue(chargeSales(royalty, sales), rounding);
}

/** Charges each sale what it adds to the tiers of the running amount, the flat of a tier that it enters included. */
export function rateSalesByTiers(
  royalty: Tiered,
  { sales, rounding }: { sales: readonly Sale[]; rounding: MoneyRounding },
): IssuedSales<TierCharge> {
  return issue(chargeTiers(royalty, sales), rounding);
}

function issue<Charge extends { readonly sale: string; readonly value: Rational }>(
  charges: readonly Charge[],
  rounding: MoneyRounding,
): IssuedSales<Charge> {
  const amounts = charges.map(({ sale, value }) => ({ line: sale, amount: value }));
  const { lines, total } = roundEach(amounts, rounding);
  return { lines: charges.map((charge, index) => ({ ...charge, minor: lines[index]?.minor ?? 0n })), total };
}
