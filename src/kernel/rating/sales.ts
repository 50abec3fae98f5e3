import { rational, type Rational } from '../money';
import { type Selection } from '../terms';
import { type UsageRows } from './clause-usage';
import { type Figures } from './figures';
import { RatingRefused } from './rating-input';

/** One sale: its id, which sorts in the order in which the sales happened, and what it was sold for. */
export interface Sale {
  readonly sale: string;
  readonly amount: Rational;
}

/** The sales of the clause in the order of their ids. Throws RatingRefused when the usage comes as sums. */
export function salesInOrder(figures: Figures, where: Selection | undefined): { rows: UsageRows; sales: Sale[] } {
  const sales = orderedSales(figures, where);
  if (sales) return sales;
  throw new RatingRefused([
    { pointer: '/usage', code: 'usage-sale-missing', message: 'must name each sale: these terms charge sale by sale' },
  ]);
}

/** The same, or undefined where some usage is no single sale. */
export function orderedSales(
  { usage, rows }: Figures,
  where: Selection | undefined,
): { rows: UsageRows; sales: Sale[] } | undefined {
  const chosen = usage.select(where, rows);
  const named = chosen.places.map((place) => ({ place, sale: usage.rows[place]?.sale }));
  if (named.some(({ sale }) => sale === undefined)) return undefined;
  named.sort((a, b) => ((a.sale ?? '') < (b.sale ?? '') ? -1 : 1));
  return {
    rows: { key: `${chosen.key} by sale`, places: named.map(({ place }) => place) },
    sales: named.map(({ place, sale }) => ({ sale: sale ?? '', amount: usage.salesOf(place) })),
  };
}

/** Sales of amounts as text, for whoever has no rows. */
export const salesOf = (sales: readonly { readonly sale: string; readonly amount: string }[]): Sale[] =>
  sales.map(({ sale, amount }) => ({ sale, amount: rational(amount) }));
