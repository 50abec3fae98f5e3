import type { Tx } from '../../../platform/database/tx';
import type { Booking } from '../statements.repository';

/** Reports of an earlier month that stand in for a month's own, which are overdue. */
export interface StandIn {
  /** The month whose usage it is, its first day. */
  readonly from: string;
  readonly reportIds: readonly string[];
}

/** Months that were closed by another month's usage, first days both. */
export async function estimatedMonths(tx: Tx, agreementId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.rows<{ month: string; estimated_from: string }>(
    'SELECT month, estimated_from FROM statements WHERE agreement_id = $1 AND estimated_from IS NOT NULL',
    [agreementId],
  );
  return new Map(rows.map(({ month, estimated_from }) => [month, estimated_from]));
}

/** Whether the books still have an estimate of this month: no report has corrected it. */
export const isEstimate = ({ period, sequence }: Booking, estimated: ReadonlyMap<string, string>): boolean =>
  sequence === 1 && estimated.has(period);

/** The usage of the last month that was closed by reports; undefined where there is none. */
export function standInFor(bookings: readonly Booking[], estimated: ReadonlyMap<string, string>): StandIn | undefined {
  const last = bookings
    .filter(({ report_ids }) => report_ids.length > 0)
    .sort((a, b) => (a.period < b.period ? -1 : 1))
    .at(-1);
  if (last === undefined) return undefined;
  const from = isEstimate(last, estimated) ? estimated.get(last.period)! : last.period;
  return { from, reportIds: last.report_ids };
}
