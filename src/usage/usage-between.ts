import { territoryCode, type UsageSum, useAndModelOf } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { type ReportedContext, reportedContexts } from './reported-contexts';

/** A report that speaks for its month now. */
export interface LiveReport {
  readonly id: string;
  readonly month: string;
  readonly serviceId: string;
  readonly fileSha256: string;
}

/** What was really used in a month, whichever agreements cover it, and the contexts of its reports. */
export interface ReportedMonth {
  readonly month: string;
  readonly usage: readonly UsageSum[];
  readonly contexts: readonly ReportedContext[];
}

interface Between {
  readonly labelId: string;
  readonly platformId: string;
}

/** The live reports about the label's recordings on the platform, of months from `from` on and before `until` ("2026-04"). */
export const liveReportsBetween = (
  tx: Tx,
  { labelId, platformId, from, until }: Between & { readonly from: string; readonly until: string },
): Promise<LiveReport[]> =>
  tx.rows<LiveReport>(
    `SELECT id, to_char(month, 'YYYY-MM') AS month, service_id AS "serviceId", file_sha256 AS "fileSha256" FROM usage_reports
      WHERE label_id = $1 AND platform_id = $2 AND state = 'accepted' AND month >= $3 AND month < $4 ORDER BY month, id`,
    [labelId, platformId, `${from}-01`, `${until}-01`],
  );

/**
 * A report's lines are each of one agreement, or held as unmatched: together they are its usage, every line once. Held lines count, since
 * other terms may license what those in force do not.
 */
const lines = `
  SELECT report_id, isrc::text, territory, use_model, service_id, quantity, returns FROM usage_sums
   WHERE agreement_id IN (SELECT id FROM agreements WHERE label_id = $1 AND platform_id = $2) AND report_id = ANY($3::uuid[])
  UNION ALL
  SELECT u.report_id, u.isrc, c.territory, c.use_model, c.service_id, u.quantity, u.returns
    FROM unmatched_usage u JOIN usage_contexts c USING (report_id, context_id) WHERE u.report_id = ANY($3::uuid[])`;

/** How many rows `usageBetween` would add up at most. */
export async function countUsageBetween(
  tx: Tx,
  { labelId, platformId }: Between,
  reportIds: readonly string[],
): Promise<number> {
  const { count } = await tx.one<{ count: bigint }>(`SELECT count(*) AS count FROM (${lines}) AS line`, [
    labelId,
    platformId,
    reportIds,
  ]);
  return Number(count);
}

interface SumRow {
  readonly month: string;
  readonly isrc: string;
  readonly territory: number;
  readonly use_model: number;
  readonly service_id: string;
  readonly quantity: bigint;
  readonly returns: bigint;
}

/** The usage that the reports tell, by month; units of the same recording and context are added up. */
export async function usageBetween(tx: Tx, between: Between, reports: readonly LiveReport[]): Promise<ReportedMonth[]> {
  const ids = reports.map(({ id }) => id);
  const rows = await tx.rows<SumRow>(
    `SELECT to_char(r.month, 'YYYY-MM') AS month, isrc, territory, use_model, line.service_id,
            sum(quantity)::bigint AS quantity, sum(returns)::bigint AS returns
       FROM (${lines}) AS line JOIN usage_reports r ON r.id = report_id
      GROUP BY 1, isrc, territory, use_model, line.service_id ORDER BY 1, isrc, territory, use_model, line.service_id`,
    [between.labelId, between.platformId, ids],
  );
  const contexts = await reportedContexts(tx, ids);
  return [...new Set(reports.map(({ month }) => month))].map((month) => {
    const own = new Set(reports.filter((report) => report.month === month).map(({ id }) => id));
    return {
      month,
      usage: rows.filter((row) => row.month === month).map(usageSum),
      contexts: contexts.filter(({ reportId }) => own.has(reportId)),
    };
  });
}

const usageSum = ({ isrc, territory, use_model, service_id, quantity, returns }: SumRow): UsageSum => ({
  isrc,
  service: service_id,
  territory: territoryCode(territory),
  ...useAndModelOf(use_model),
  quantity,
  returns,
});
