import type { UsageSum } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { addedUp } from './added-up';
import type { KeptReadings } from './kept-readings';
import { type ReportedContext, reportedContexts } from './reported-contexts';
import type { UsageReport } from './usage-report';
import { reportsOf } from './usage-report.repository';

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

/** How many sums and lines `usageBetween` would add up at most. */
export async function countUsageBetween(tx: Tx, reportIds: readonly string[]): Promise<number> {
  const { count } = await tx.one<{ count: string }>(
    `SELECT (coalesce((SELECT sum(sums) FROM usage_totals WHERE report_id = ANY($1::uuid[])), 0)
           + coalesce((SELECT sum(held_lines) FROM usage_reports WHERE id = ANY($1::uuid[])), 0))::text AS count`,
    [reportIds],
  );
  return Number(count);
}

/**
 * The usage that the reports tell, by month; units of the same recording and context are added up. A report's lines are each of one agreement, or held:
 * together they are its usage, every line once. Held lines count, since other terms may license what those in force do not.
 */
export async function usageBetween(
  tx: Tx,
  readings: KeptReadings,
  reports: readonly LiveReport[],
): Promise<ReportedMonth[]> {
  const ids = reports.map(({ id }) => id);
  const rows = await reportsOf(tx, ids);
  const contexts = await reportedContexts(tx, ids);
  const months: ReportedMonth[] = [];
  for (const month of new Set(reports.map((report) => report.month))) {
    const own = rows.filter((report) => report.month.startsWith(month));
    const lists: UsageSum[][] = [];
    for (const report of own) lists.push(...(await usageOf(readings, report)));
    const ownIds = new Set(own.map(({ id }) => id));
    const usage = addedUp(lists);
    months.push({ month, usage, contexts: contexts.filter(({ reportId }) => ownIds.has(reportId)) });
  }
  return months;
}

const linesAtOnce = 50_000;

async function usageOf(readings: KeptReadings, report: UsageReport): Promise<UsageSum[][]> {
  // Days are those of the month that it was: in another one they would be none.
  const lists = [(await readings.sumsOf(report)).map(({ usedOn: _, ...sum }): UsageSum => sum)];
  for (let passed = 0; ; passed += linesAtOnce) {
    const lines = await readings.heldLines(report, passed, linesAtOnce);
    lists.push(
      lines.flatMap(({ isrc, territory, use, model, quantity, returns }) =>
        isrc === null ? [] : [{ isrc, service: report.service_id, territory, use, model, quantity, returns }],
      ),
    );
    if (lines.length < linesAtOnce) return lists;
  }
}
