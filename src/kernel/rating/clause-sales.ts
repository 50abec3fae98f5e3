import { type Period } from '../calendar';
import { add, compare, ZERO, type Rational } from '../money';
import { measuresAllSales, type Terms } from '../terms';
import { clauseUsage } from './clause-usage';
import { type UsageSum } from './rating-input';
import { ratedPeriod } from './rated-period';
import { recordingsByClause } from './recordings';

/**
 * What can be held back of the sales of each royalty clause, under the label's control: recordings that came back more than they sold
 * count nothing, and so does a clause that is not paid by all its sales together.
 */
export function clauseSales(
  terms: Terms,
  { usage, period }: { usage: Iterable<UsageSum>; period: Period },
): ReadonlyMap<string, Rational> {
  const recordings = recordingsByClause(terms, { usage, day: ratedPeriod(terms, period).day });
  return new Map(
    terms.royalties.map(({ id, royalty }, place) => {
      if (!measuresAllSales(royalty)) return [id, ZERO];
      const own = clauseUsage(recordings[place] ?? []);
      const sold = own.all.places.map(own.salesOf).filter((sales) => compare(sales, ZERO) > 0);
      return [id, sold.reduce(add, ZERO)];
    }),
  );
}
