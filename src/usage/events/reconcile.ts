import type { LivingAgreement } from '../../agreements';
import {
  denominatorOf,
  numeratorOf,
  rational,
  sourceOfRecord,
  territoryCode,
  territoryNumber,
  termsOfMonth,
  useAndModelOf,
  useModelCode,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { KeptReadings } from '../kept-readings';
import { liveReportIds, usageOfReports } from '../usage-of-month';
import { monthsSummed } from './event-sums';

export interface ReconciliationWish {
  /** "2026-01": of the period that it lies in. */
  readonly month: string;
  readonly serviceId: string;
  /** The share of the larger side that a difference may be and still pass: a decimal or a quotient, as text. */
  readonly tolerance: string;
  readonly limit: number;
  readonly after: readonly string[] | undefined;
}

/** What both sources say of a recording in a territory and use; units, net of returns. */
export interface ReconciledRow {
  readonly isrc: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly source: 'report' | 'events';
  readonly reported: bigint;
  readonly metered: bigint;
}

export interface ReconciledTotals {
  readonly reported: bigint;
  readonly metered: bigint;
  /** Recordings and contexts that either side tells of. */
  readonly compared: bigint;
  /** Those whose difference does not pass. */
  readonly differing: bigint;
  /** The units of those differences, each taken positive. */
  readonly disputed: bigint;
}

const bothSides = `
  reported AS (
    SELECT isrc, territory, use_model, sum(units) AS units
      FROM unnest($4::text[], $6::int[], $7::int[], $8::bigint[]) AS u (isrc, territory, use_model, units) GROUP BY 1, 2, 3),
  metered AS (
    SELECT isrc, territory, use_model, sum(quantity) AS units
      FROM usage_event_sums, unnest(service_ids, isrcs, territories, use_models, quantities) AS u (service_id, isrc, territory, use_model, quantity)
     WHERE agreement_id = $1 AND month = ANY ($2::date[]) AND service_id = $3 GROUP BY 1, 2, 3),
  both_sides AS (
    SELECT isrc, territory, use_model, coalesce(r.units, 0) AS reported, coalesce(m.units, 0) AS metered
      FROM reported r FULL JOIN metered m USING (isrc, territory, use_model)),
  compared AS (
    SELECT *, reported <> metered AND abs(reported - metered) * $9::numeric > $5::numeric * greatest(reported, metered) AS differs FROM both_sides
     WHERE reported <> 0 OR metered <> 0)`;

interface Row {
  readonly isrc: string;
  readonly territory: number;
  readonly use_model: number;
  readonly reported: string;
  readonly metered: string;
}

type TotalsRow = Readonly<Record<keyof ReconciledTotals, string>>;

/** What live reports say of the service's month, net of returns, as columns: ISRCs, and territory, use and model, units. */
async function reportedUnits(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  { month, serviceId }: Pick<ReconciliationWish, 'month' | 'serviceId'>,
): Promise<{ isrcs: string[]; others: [number[], number[], bigint[]] }> {
  const reportIds = await liveReportIds(tx, agreement, month);
  const { usage } = await usageOfReports(tx, readings, agreement, month, reportIds);
  const own = usage.filter(({ service }) => service === serviceId);
  return {
    isrcs: own.map(({ isrc }) => isrc),
    others: [
      own.map(({ territory }) => territoryNumber(territory)),
      own.map(({ use, model }) => useModelCode(use, model)),
      own.map(({ quantity, returns }) => quantity - returns),
    ],
  };
}

/** Compares what live reports and events say of one service's month: the totals, and up to limit + 1 differences that do not pass. */
export async function reconcile(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  { month, serviceId, tolerance, limit, after }: ReconciliationWish,
): Promise<{ rows: ReconciledRow[]; totals: ReconciledTotals }> {
  const reported = await reportedUnits(tx, readings, agreement, { month, serviceId });
  const passing = rational(tolerance);
  const [share, of] = [String(numeratorOf(passing)), String(denominatorOf(passing))];
  const asked = [
    agreement.id,
    monthsSummed(agreement, month),
    serviceId,
    reported.isrcs,
    share,
    ...reported.others,
    of,
  ];
  const totals = await tx.one<TotalsRow>(
    `WITH ${bothSides}
     SELECT coalesce(sum(reported), 0)::text AS reported, coalesce(sum(metered), 0)::text AS metered, count(*)::text AS compared,
            count(*) FILTER (WHERE differs)::text AS differing,
            coalesce(sum(abs(reported - metered)) FILTER (WHERE differs), 0)::text AS disputed FROM compared`,
    asked,
  );
  const rows = await tx.rows<Row>(
    `WITH ${bothSides}
     SELECT isrc, territory, use_model, reported::text, metered::text FROM compared
      WHERE differs AND ($10::text IS NULL OR (isrc, territory, use_model) > ($10, $11::int, $12::int))
      ORDER BY isrc, territory, use_model LIMIT $13 + 1`,
    [...asked, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, limit],
  );
  const terms = termsOfMonth(agreement.life, month);
  return {
    rows: rows.map((row) => {
      const { use, model } = useAndModelOf(row.use_model);
      return {
        isrc: row.isrc,
        territory: territoryCode(row.territory),
        use,
        model,
        source: sourceOfRecord(terms, serviceId, use),
        reported: BigInt(row.reported),
        metered: BigInt(row.metered),
      };
    }),
    totals: {
      reported: BigInt(totals.reported),
      metered: BigInt(totals.metered),
      compared: BigInt(totals.compared),
      differing: BigInt(totals.differing),
      disputed: BigInt(totals.disputed),
    },
  };
}
