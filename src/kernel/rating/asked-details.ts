import { type Period } from '../calendar';
import { grantsOf } from '../matching';
import { asksForSales, type RoyaltyClause, stepDays, stepDaysWithin, type Terms } from '../terms';
import { useModelCode, useModelNumber } from '../uses';
import { type UsageSum } from './rating-input';

/** What a use under a model is asked for beside its units: by every clause that pays for it, taken together. */
export interface AskedDetails {
  readonly sales: boolean;
  /** Days within the period on which usage is paid otherwise from; ascending. */
  readonly usageDays: readonly string[];
  /** Days on which what is reported is paid otherwise from; ascending. */
  readonly reportDays: readonly string[];
}

/** What terms ask of the usage of a period, by `useModelCode`; nothing is there of what units are enough for: mostly it is empty. */
export function detailsAsked(terms: Terms, period: Period): ReadonlyMap<number, AskedDetails> {
  const details = new Map<number, AskedDetails>();
  for (const clause of terms.royalties) {
    const own = {
      sales: asksForSales(clause.royalty),
      usageDays: stepDaysWithin(clause.royalty, period),
      reportDays: stepDays(clause.royalty, 'reportDate'),
    };
    if (!own.sales && own.usageDays.length + own.reportDays.length === 0) continue;
    for (const code of usesOf(terms, clause)) {
      const before = details.get(code) ?? { sales: false, usageDays: [], reportDays: [] };
      details.set(code, {
        sales: before.sales || own.sales,
        usageDays: both(before.usageDays, own.usageDays),
        reportDays: both(before.reportDays, own.reportDays),
      });
    }
  }
  return details;
}

function usesOf(terms: Terms, { grants }: RoyaltyClause): number[] {
  const codes = grantsOf(terms, '')
    .filter(({ clause }) => grants.includes(clause))
    .flatMap(({ uses, models }) => [...uses].flatMap((use) => [...models].map((model) => useModelNumber(use, model))));
  return [...new Set(codes)];
}

const both = (some: readonly string[], others: readonly string[]): string[] =>
  [...new Set([...some, ...others])].sort();

/** The first sum of a period that does not tell what was sold although it is paid by that. Usage without a day is refused when it is rated. */
export function sumWithoutSales(terms: Terms, period: Period, usage: Iterable<UsageSum>): UsageSum | undefined {
  const uses = new Set([...detailsAsked(terms, period)].flatMap(([code, { sales }]) => (sales ? [code] : [])));
  if (uses.size === 0) return undefined;
  for (const sum of usage) if (sum.sales === undefined && uses.has(useModelCode(sum.use, sum.model))) return sum;
  return undefined;
}
