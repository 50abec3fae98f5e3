import type { LivingAgreement } from '../agreements';
import {
  asksForSales,
  daysOf,
  grantsOf,
  monthPeriod,
  monthsOfLife,
  type Period,
  sourceOfRecord,
  stepDaysWithin,
  termsOfMonth,
  useAndModelOf,
  useModelNumber,
} from '../kernel';
import type { AskedUse } from './engine/asked-uses';

/**
 * What agreements ask of the lines of a report beside their units: what was sold, where a clause pays by it, and the day of use, where a rate changes within the month.
 * Of uses that are paid by events a report is evidence only, and nothing is asked.
 */
export const usesAsked = (
  agreements: readonly LivingAgreement[],
  { month, serviceId }: { readonly month: string; readonly serviceId: string },
): AskedUse[] => agreements.flatMap((agreement) => usesOf(agreement, month, serviceId));

function usesOf({ id: agreementId, life }: LivingAgreement, month: string, serviceId: string): AskedUse[] {
  if (!monthsOfLife(life).includes(month)) return [];
  const terms = termsOfMonth(life, month);
  const period = monthPeriod(month);
  return terms.royalties.flatMap(({ grants, royalty }) => {
    const sold = asksForSales(royalty) ? { sold: terms.currency } : {};
    const days = stepDaysWithin(royalty, period);
    const parts = days.map((day) => daysOf({ from: period.from, until: day as Period['until'] }));
    if (!('sold' in sold) && parts.length === 0) return [];
    return grantsOf(terms, agreementId)
      .filter(({ clause, services }) => grants.includes(clause) && services.has(serviceId))
      .flatMap(({ uses, models }) => [...uses].flatMap((use) => [...models].map((model) => useModelNumber(use, model))))
      .filter((code) => sourceOfRecord(terms, serviceId, useAndModelOf(code).use) === 'report')
      .map((useModel): AskedUse => ({ agreementId, useModel, ...sold, ...(parts.length === 0 ? {} : { parts }) }));
  });
}
