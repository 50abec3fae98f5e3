import {
  type CalendarDate,
  calendarDateOf,
  compileGrants,
  exactText,
  grantsOf,
  rational,
  type ServiceContext,
  sumOf,
  territoryCode,
  type Terms,
  useAndModelOf,
} from '../kernel';
import { often, type Tx } from '../platform/database/tx';

/** A sales context as reported: everybody's plays, and the money that they brought. */
export interface ReportedContext {
  readonly reportId: string;
  readonly service: string;
  readonly use: string;
  readonly model: string;
  readonly territory: string;
  readonly from: CalendarDate;
  readonly allPlays: bigint;
  /** The music part of a mixed service (SY10 cells 34 × 20); null where the report does not tell what everybody's use brought, nor how much it was. */
  readonly revenue: string | null;
  readonly currency: string | null;
}

interface Row {
  readonly report_id: string;
  readonly service_id: string;
  readonly use_model: number;
  readonly territory: number;
  readonly from: string;
  readonly all_usages: bigint;
  readonly revenue: string | null;
  readonly currency: string | null;
}

/** The contexts of the reports, each once. */
export async function reportedContexts(tx: Tx, reportIds: readonly string[]): Promise<ReportedContext[]> {
  const rows = await tx.rows<Row>(
    often(`SELECT report_id, service_id, use_model, territory, lower(period) AS from, all_usages,
            trim_scale(net_revenue * music_usage_ratio)::text AS revenue, currency
       FROM usage_contexts WHERE report_id = ANY($1::uuid[]) ORDER BY report_id, context_id`),
    [reportIds],
  );
  return rows.map((row) => ({
    reportId: row.report_id,
    service: row.service_id,
    ...useAndModelOf(row.use_model),
    territory: territoryCode(row.territory),
    from: calendarDateOf(row.from),
    allPlays: row.all_usages,
    revenue: row.revenue,
    currency: row.currency,
  }));
}

/**
 * The advertising-supported contexts that the terms grant: what is used elsewhere or otherwise is neither base nor divisor. Asked for the
 * context's own first day in the term, or for `day` where usage is looked at as if it were of another time.
 */
export function grantedContexts(
  terms: Terms,
  contexts: readonly ReportedContext[],
  day?: CalendarDate,
): ReportedContext[] {
  const grants = compileGrants(grantsOf(terms, ''));
  const [anyTrack = ''] = terms.repertoire.isrcs;
  return contexts.filter(({ service, territory, use, model, from }) => {
    const asked = day ?? (from > terms.term.from ? from : terms.term.from);
    const context = { service, territory, use, model, day: asked };
    return model === 'AdvertisementSupportedModel' && grants.context(context).clauseFor(anyTrack).licensed;
  });
}

/** All plays and net music advertising revenue of each service of the terms. The contexts account in the currency of the terms. */
export const serviceFigures = (terms: Terms, contexts: readonly ReportedContext[]): ServiceContext[] =>
  terms.services.map(({ id }) => {
    const own = contexts.filter(({ service }) => service === id);
    // A base of which a part is not known is not known: the kernel refuses what would need it.
    const told = own.flatMap(({ revenue }) => revenue ?? []);
    if (told.length < own.length) return { service: id };
    return {
      service: id,
      allPlays: own.reduce((total, { allPlays }) => total + allPlays, 0n),
      netMusicAdvertisingRevenue: exactText(sumOf(told.map((revenue) => rational(revenue)))),
    };
  });
