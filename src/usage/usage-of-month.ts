import type { AgreementWithTerms, LivingAgreement } from '../agreements';
import {
  monthsClosedWith,
  type PeriodContext,
  periodOfMonth,
  reportingPeriodAround,
  termsOfMonth,
  type UsageSum,
} from '../kernel';
import { often, type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { addedUp } from './added-up';
import type { KeptReadings } from './kept-readings';
import { reportDaysOf, standsIn } from './report-days';
import { reportsOf } from './usage-report.repository';
import { grantedContexts, reportedContexts, serviceFigures } from './reported-contexts';

/** A reporting period of one agreement as rating wants it, and the reports that it stands on. */
export interface UsageOfMonth {
  readonly reportIds: readonly string[];
  readonly usage: readonly UsageSum[];
  readonly context: PeriodContext;
}

/** The reports that speak now for the agreement's period that `month` ("2026-01") lies in, in order of their ids. Cheap: no sums are read. */
export async function liveReportIds(tx: Tx, agreement: LivingAgreement, month: string): Promise<string[]> {
  return (await liveReportsOf(tx, agreement, [month]))(month).map(({ id }) => id);
}

/** The months for which reports speak now, of the agreement's period that `month` lies in: "2026-01". */
export async function monthsReported(tx: Tx, agreement: LivingAgreement, month: string): Promise<Set<string>> {
  const live = await liveReportsOf(tx, agreement, [month]);
  return new Set(live(month).map((report) => report.month.slice(0, 7)));
}

interface LiveReport {
  readonly id: string;
  /** Its first day. */
  readonly month: string;
}

/**
 * As liveReportIds, of several periods: one question, however many. Of a period's months only those of the life: others are some other agreement's, whose services and parties
 * may be the same.
 */
export async function liveReportsOf(
  tx: Tx,
  { labelId, platformId, terms, life }: LivingAgreement,
  months: readonly string[],
): Promise<(month: string) => LiveReport[]> {
  const daysOf = (month: string): string[] => monthsClosedWith(life, month).map((one) => `${one}-01`);
  const rows = await tx.rows<LiveReport>(
    often(`SELECT id, month FROM usage_reports
      WHERE label_id = $1 AND platform_id = $2 AND month = ANY($3::date[]) AND state = 'accepted' AND service_id = ANY($4::uuid[]) ORDER BY id`),
    [labelId, platformId, months.flatMap(daysOf), terms.services.map(({ id }) => id)],
  );
  return (month) => {
    const days = daysOf(month);
    return rows.filter((report) => days.includes(report.month));
  };
}

/** When each month of the agreement was first reported by what is live, or was before it was replaced: months as "2026-01". */
export async function firstReported(tx: Tx, agreement: AgreementWithTerms): Promise<ReadonlyMap<string, Date>> {
  const rows = await tx.rows<{ month: string; at: Date }>(
    `SELECT to_char(month, 'YYYY-MM') AS month, min(received_at) AS at FROM usage_reports
      WHERE label_id = $1 AND platform_id = $2 AND state IN ('accepted', 'superseded') AND service_id = ANY($3::uuid[]) GROUP BY 1`,
    [agreement.labelId, agreement.platformId, agreement.terms.services.map(({ id }) => id)],
  );
  return new Map(rows.map(({ month, at }) => [month, at]));
}

/** What any set of reports says of the period that a month lies in, live or superseded: the files of a report never change, so an old booking can be worked out again. */
export async function usageOfReports(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  month: string,
  reportIds: readonly string[],
): Promise<UsageOfMonth> {
  const terms = termsOfMonth(agreement.life, month);
  const dated = await reportDaysOf(tx, agreement, { terms, month, reportIds });
  const all: UsageSum[][] = [];
  const period = periodOfMonth(agreement.life, month);
  let isStandIn = false;
  for (const report of await reportsOf(tx, reportIds)) {
    isStandIn ||= standsIn(report, period);
    all.push((await readings.sumsOf(report, agreement.id)).map(dated(report)));
  }
  return {
    reportIds,
    usage: all.length === 1 && !isStandIn ? (all[0] ?? []) : addedUp(all),
    context: await contextFigures(tx, agreement, reportIds),
  };
}

/** True while a report that could change the agreement's period that `month` lies in, or one before it, waits to be read, or to be read again. */
export async function reportsAwaited(tx: Tx, agreement: AgreementWithTerms, month: string): Promise<boolean> {
  const { until } = reportingPeriodAround(agreement.terms.reportingPeriod, month);
  const { waiting } = await tx.one<{ waiting: boolean }>(
    often(
      `SELECT EXISTS (SELECT FROM usage_reports WHERE label_id = $1 AND platform_id = $2 AND month < $3 AND (state = 'received' OR (state = 'accepted' AND read_again IS NOT NULL)) AND service_id = ANY($4::uuid[])) AS waiting`,
    ),
    [agreement.labelId, agreement.platformId, until, agreement.terms.services.map(({ id }) => id)],
  );
  return waiting;
}

/**
 * Whether one of these reports was last read before the agreement was concluded: its lines were then held as unmatched and count for nothing.
 * Reports are read again when an agreement is concluded, so this is so only where that failed.
 */
export async function readBeforeConclusion(
  tx: Tx,
  agreement: AgreementWithTerms,
  reportIds: readonly string[],
): Promise<boolean> {
  const { early } = await tx.one<{ early: boolean }>(
    'SELECT EXISTS (SELECT FROM usage_reports WHERE id = ANY($1::uuid[]) AND coalesce(confirmed_at, read_at) < $2) AS early',
    [reportIds, agreement.concludedAt],
  );
  return early;
}

/**
 * All plays and net music advertising revenue per service, over the contexts that the agreement grants. Refuses with
 * period-not-closable where one of them accounts in another currency.
 */
export async function contextFigures(
  tx: Tx,
  agreement: AgreementWithTerms,
  reportIds: readonly string[],
): Promise<PeriodContext> {
  const { terms } = agreement;
  const granted = grantedContexts(terms, await reportedContexts(tx, reportIds));
  const foreign = granted.find(({ currency }) => currency !== null && currency !== agreement.currency);
  if (foreign !== undefined) {
    throw new DomainError(
      'period-not-closable',
      `a report accounts in ${foreign.currency}, the agreement in ${agreement.currency}: nothing is converted without a rate that the contract names`,
    );
  }
  return { services: serviceFigures(terms, granted) };
}
