import type { LivingAgreement } from '../../../agreements';
import { monthsClosedWith } from '../../../kernel';
import { often, type Tx } from '../../../platform/database/tx';
import { monthsReported, sameReports } from '../../../usage';
import { basisOf, type Booking } from '../statements.repository';

/** Reports of an earlier period that stand in for a period's own, of which some are overdue. */
export interface StandIn {
  /** The period whose usage it is, its first day. */
  readonly from: string;
  readonly reportIds: readonly string[];
}

/** The months of a period for which no report speaks: while there are any, an estimate holds for all of it. */
export async function monthsUnreported(tx: Tx, agreement: LivingAgreement, month: string): Promise<string[]> {
  const reported = await monthsReported(tx, agreement, month);
  return monthsClosedWith(agreement.life, month).filter((one) => !reported.has(one));
}

/** Periods that were closed by another one's usage, by their first days. */
export async function estimatedMonths(tx: Tx, agreementId: string): Promise<ReadonlyMap<string, StandIn>> {
  const rows = await tx.rows<{ month: string; estimated_from: string; report_ids: readonly string[] }>(
    often(`SELECT s.month, s.estimated_from, b.report_ids
       FROM statements s JOIN period_bookings b ON b.agreement_id = s.agreement_id AND b.period = s.month AND b.sequence = 1
      WHERE s.agreement_id = $1 AND s.estimated_from IS NOT NULL`),
    [agreementId],
  );
  return new Map(rows.map(({ month, estimated_from: from, report_ids: reportIds }) => [month, { from, reportIds }]));
}

/** Whether the books still have an estimate of this period: no report has corrected it, whatever events have come since. */
export const isEstimate = (booking: Booking, estimated: ReadonlyMap<string, StandIn>): boolean => {
  const first = estimated.get(booking.period);
  return first !== undefined && sameReports(first, basisOf(booking));
};

/** The usage of the last period that was closed by reports; undefined where there is none. */
export function standInFor(bookings: readonly Booking[], estimated: ReadonlyMap<string, StandIn>): StandIn | undefined {
  const last = bookings
    .filter(({ report_ids }) => report_ids.length > 0)
    .sort((a, b) => (a.period < b.period ? -1 : 1))
    .at(-1);
  if (last === undefined) return undefined;
  const from = isEstimate(last, estimated) ? estimated.get(last.period)!.from : last.period;
  return { from, reportIds: last.report_ids };
}
