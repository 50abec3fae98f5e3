import type { AgreementWithTerms } from '../agreements';
import {
  calendarDateOf,
  contains,
  dayInZone,
  detailsAsked,
  type Period,
  reportingPeriodAround,
  type Terms,
  type UsageSum,
  useModelCode,
} from '../kernel';
import type { Tx } from '../platform/database/tx';
import type { UsageReport } from './usage-report';

/** Puts on a sum the day of its report, where it is paid by it, and the first day of the period, where the report stands in for another's. */
export type ReportDays = (report: Pick<UsageReport, 'id' | 'month'>) => (sum: UsageSum) => UsageSum;

const unchanged = (sum: UsageSum): UsageSum => sum;
/** Whether it is another period's report, which stands in for this one's. */
export const standsIn = ({ month }: Pick<UsageReport, 'month'>, period: Period): boolean =>
  !contains(period, calendarDateOf(month));

/**
 * The days on which reports told what they tell for the first time, where the agreement's clocks hang: a correction keeps the day of the report that it corrects, so that
 * nobody chooses a rate by sending a report again. Nothing is asked where no clause pays by it.
 */
export async function reportDaysOf(
  tx: Tx,
  { timeZone }: Pick<AgreementWithTerms, 'timeZone'>,
  { terms, month, reportIds }: { readonly terms: Terms; readonly month: string; readonly reportIds: readonly string[] },
): Promise<ReportDays> {
  const period = reportingPeriodAround(terms.reportingPeriod, month);
  const asked = detailsAsked(terms, period);
  const daysApart = (sum: UsageSum): number => asked.get(useModelCode(sum.use, sum.model))?.usageDays.length ?? 0;
  // Another period's report stands in for this one's: its days of use are none of this period, which is paid as it begins until its own report says more.
  const onFirstDay = ({ usedOn: _, ...sum }: UsageSum): UsageSum =>
    daysApart(sum) === 0 ? sum : { ...sum, usedOn: period.from };
  const ofUse = (report: Pick<UsageReport, 'month'>) => (standsIn(report, period) ? onFirstDay : unchanged);
  if ([...asked.values()].every(({ reportDays }) => reportDays.length === 0)) return ofUse;
  const rows = await tx.rows<{ id: string; at: Date }>(
    `WITH RECURSIVE told AS (
       SELECT id AS own, replaces, received_at FROM usage_reports WHERE id = ANY($1::uuid[])
       UNION ALL
       SELECT told.own, r.replaces, r.received_at FROM usage_reports r JOIN told ON r.id = told.replaces)
     SELECT own AS id, min(received_at) AS at FROM told GROUP BY own`,
    [reportIds],
  );
  const days = new Map(rows.map(({ id, at }) => [id, dayInZone(at, timeZone)]));
  return (report) => (sum) => {
    const used = ofUse(report)(sum);
    const isAsked = (asked.get(useModelCode(sum.use, sum.model))?.reportDays.length ?? 0) > 0;
    const day = days.get(report.id);
    return isAsked && day !== undefined ? { ...used, reportedOn: day } : used;
  };
}
