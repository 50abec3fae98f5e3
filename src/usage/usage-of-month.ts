import type { AgreementWithTerms } from '../agreements';
import {
  calendarDateOf,
  compileGrants,
  exactText,
  grantsOf,
  type PeriodContext,
  rational,
  sumOf,
  territoryCode,
  type UsageSum,
  useAndModelOf,
} from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';

/** A month of one agreement as rating wants it, and the reports that it stands on. */
export interface UsageOfMonth {
  readonly reportIds: readonly string[];
  readonly usage: readonly UsageSum[];
  readonly context: PeriodContext;
}

/** The reports that speak for `month` ("2026-01") of the agreement now, in order of their ids. Cheap: no sums are read. */
export async function liveReportIds(tx: Tx, agreement: AgreementWithTerms, month: string): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `SELECT id FROM usage_reports
      WHERE label_id = $1 AND platform_id = $2 AND month = $3 AND state = 'accepted' AND service_id = ANY($4::uuid[]) ORDER BY id`,
    [agreement.labelId, agreement.platformId, `${month}-01`, agreement.terms.services.map(({ id }) => id)],
  );
  return rows.map(({ id }) => id);
}

/** What any set of reports says, live or superseded: sums of a report never change, so an old booking can be worked out again. */
export async function usageOfReports(
  tx: Tx,
  agreement: AgreementWithTerms,
  month: string,
  reportIds: readonly string[],
): Promise<UsageOfMonth> {
  const rows = await tx.rows<SumRow>(
    `SELECT isrc, territory, use_model, service_id, sum(quantity)::bigint AS quantity, sum(returns)::bigint AS returns
       FROM usage_sums WHERE agreement_id = $1 AND month = $2 AND report_id = ANY($3::uuid[])
      GROUP BY isrc, territory, use_model, service_id ORDER BY isrc, territory, use_model, service_id`,
    [agreement.id, `${month}-01`, reportIds],
  );
  return { reportIds, usage: rows.map(usageSum), context: await contextFigures(tx, agreement, reportIds) };
}

/** True while a report that could change the agreement's month waits to be read. */
export async function reportsAwaited(tx: Tx, agreement: AgreementWithTerms, month: string): Promise<boolean> {
  const { waiting } = await tx.one<{ waiting: boolean }>(
    `SELECT EXISTS (SELECT FROM usage_reports WHERE label_id = $1 AND platform_id = $2 AND month <= $3 AND state = 'received' AND service_id = ANY($4::uuid[])) AS waiting`,
    [agreement.labelId, agreement.platformId, `${month}-01`, agreement.terms.services.map(({ id }) => id)],
  );
  return waiting;
}

/**
 * Whether one of these reports was read before the agreement was concluded: its lines were then held as unmatched and count for nothing.
 * Sent again with `replaces` it is read under the agreement.
 */
export async function readBeforeConclusion(
  tx: Tx,
  agreement: AgreementWithTerms,
  reportIds: readonly string[],
): Promise<boolean> {
  const { early } = await tx.one<{ early: boolean }>(
    'SELECT EXISTS (SELECT FROM usage_reports WHERE id = ANY($1::uuid[]) AND read_at < $2) AS early',
    [reportIds, agreement.concludedAt],
  );
  return early;
}

interface SumRow {
  readonly isrc: string;
  readonly territory: number;
  readonly use_model: number;
  readonly service_id: string;
  readonly quantity: bigint;
  readonly returns: bigint;
}

const usageSum = ({ isrc, territory, use_model, service_id, quantity, returns }: SumRow): UsageSum => ({
  isrc,
  service: service_id,
  territory: territoryCode(territory),
  ...useAndModelOf(use_model),
  quantity,
  returns,
});

interface ContextRow {
  readonly service_id: string;
  readonly use_model: number;
  readonly territory: number;
  readonly from: string;
  readonly all_usages: bigint;
  readonly revenue: string;
  readonly currency: string;
}

/**
 * All plays and net music advertising revenue per service, over the advertising-supported contexts that the agreement grants:
 * what is used elsewhere or otherwise is neither base nor divisor. Revenue is the music part of a mixed service (SY10 cells 34 × 20).
 */
async function contextFigures(
  tx: Tx,
  agreement: AgreementWithTerms,
  reportIds: readonly string[],
): Promise<PeriodContext> {
  const rows = await tx.rows<ContextRow>(
    `SELECT service_id, use_model, territory, greatest(lower(period), $2::date) AS from, all_usages, trim_scale(net_revenue * music_usage_ratio)::text AS revenue, currency
       FROM usage_contexts WHERE report_id = ANY($1::uuid[]) ORDER BY report_id, context_id`,
    [reportIds, agreement.terms.term.from],
  );
  const grants = compileGrants(grantsOf(agreement.terms, agreement.id));
  const [anyTrack = ''] = agreement.terms.repertoire.isrcs;
  const granted = rows.filter((row) => {
    const { use, model } = useAndModelOf(row.use_model);
    const context = {
      service: row.service_id,
      territory: territoryCode(row.territory),
      use,
      model,
      day: calendarDateOf(row.from),
    };
    return model === 'AdvertisementSupportedModel' && grants.context(context).clauseFor(anyTrack).licensed;
  });
  const foreign = granted.find(({ currency }) => currency !== agreement.currency);
  if (foreign !== undefined) {
    throw new DomainError(
      'period-not-closable',
      `a report accounts in ${foreign.currency}, the agreement in ${agreement.currency}: nothing is converted without a rate that the contract names`,
    );
  }
  const services = agreement.terms.services.map(({ id }) => {
    const own = granted.filter(({ service_id }) => service_id === id);
    return {
      service: id,
      allPlays: own.reduce((total, { all_usages }) => total + all_usages, 0n),
      netMusicAdvertisingRevenue: exactText(sumOf(own.map(({ revenue }) => rational(revenue)))),
    };
  });
  return { services };
}
