import type { LivingAgreement } from '../agreements';
import {
  daysOf,
  detailsAsked,
  monthPeriod,
  monthsOfLife,
  type Period,
  sourceOfRecord,
  termsOfMonth,
  useAndModelOf,
} from '../kernel';
import type { AskedUse } from './engine/asked-uses';

/**
 * What agreements ask of the lines of a report beside their units: what was sold, where a clause pays by it, and the day of use, where a rate changes within the month.
 * Of uses that are paid by events a report is evidence only, and nothing is asked.
 */
export const usesAsked = (
  agreements: readonly LivingAgreement[],
  { month, serviceId }: { readonly month: string; readonly serviceId: string },
): AskedUse[] =>
  agreements.flatMap(({ id: agreementId, life }) => {
    if (!monthsOfLife(life).includes(month)) return [];
    const terms = termsOfMonth(life, month);
    const period = monthPeriod(month);
    return [...detailsAsked(terms, period)].flatMap(([useModel, { sales, usageDays }]): AskedUse[] => {
      const isAsked = sales || usageDays.length > 0;
      if (!isAsked || sourceOfRecord(terms, serviceId, useAndModelOf(useModel).use) === 'events') return [];
      const parts = usageDays.map((day) => daysOf({ from: period.from, until: day as Period['until'] }));
      return [{ agreementId, useModel, ...(sales ? { sold: terms.currency } : {}), parts }];
    });
  });
