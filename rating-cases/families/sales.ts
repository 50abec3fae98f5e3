import { exactText, ratePricedSales, rateSales, rateSalesByTiers, salesOf, type PricedSale } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { family } from './family';
import { type CaseTier } from './formula';
import { expectKind, readRoyaltyOf, tiersJson } from './royalty-of-formula';

interface Event {
  readonly event: string;
  readonly amount: string;
}

interface Events {
  readonly events: readonly Event[];
}

/** Absent or null: no limit of that kind. */
interface Free {
  readonly events?: string | null;
  readonly amount?: string | null;
}

type FreeUnitsTerms = MoneyTerms & {
  readonly rate: string;
  readonly fixed_per_event?: string;
  readonly free?: Free | null;
};

/** percentage-with-free-units. */
export const percentageWithFreeUnits = family((terms: FreeUnitsTerms, { events }: Events) => {
  const { rate, fixed_per_event: fixedPerSale, free } = terms;
  const money = new CaseMoney(terms);
  const royalty = readRoyaltyOf({
    kind: 'percentage',
    rate,
    fixedPerSale,
    free: free ? { sales: free.events ?? undefined, amount: free.amount ?? undefined } : undefined,
  });
  const charged = rateSales(expectKind(royalty, 'percentage'), { sales: salesIn(events), rounding: money.scale });
  return {
    lines: charged.lines.map(({ sale, free: isFree, charged: amount, value, minor }) => ({
      event: sale,
      free: isFree,
      charged_amount: exactText(amount),
      ...money.exactAndFinal({ exact: value, minor }),
    })),
    total: money.exactAndFinal(charged.total),
  };
});

/** graduated-percentage. */
export const graduatedPercentage = family((terms: MoneyTerms & { tiers: readonly CaseTier[] }, { events }: Events) => {
  const money = new CaseMoney(terms);
  const royalty = readRoyaltyOf({
    kind: 'tiered',
    method: 'graduated',
    measure: 'sales',
    counter: 'period',
    tiers: tiersJson(terms.tiers),
  });
  const charged = rateSalesByTiers(expectKind(royalty, 'tiered'), { sales: salesIn(events), rounding: money.scale });
  return {
    lines: charged.lines.map(({ sale, cumulative, value, minor }) => ({
      event: sale,
      cumulative: exactText(cumulative),
      ...money.exactAndFinal({ exact: value, minor }),
    })),
    total: money.exactAndFinal(charged.total),
  };
});

/** dynamic-price. */
export const dynamicPrice = family(
  (terms: MoneyTerms & { unit_price_decimals: string }, { events }: { events: readonly PricedSale[] }) => {
    const money = new CaseMoney(terms);
    const { units, total, unitPrice } = ratePricedSales(events, {
      rounding: money.scale,
      unitPriceDecimals: parseInt(terms.unit_price_decimals, 10),
    });
    return { units: exactText(units), total: money.exactAndFinal(total), unit_price: unitPrice };
  },
);

const salesIn = (events: readonly Event[]) => salesOf(events.map(({ event, amount }) => ({ sale: event, amount })));
