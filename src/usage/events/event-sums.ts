import type { LivingAgreement } from '../../agreements';
import {
  firstDaysOf,
  periodOfMonth,
  shareText,
  territoryCode,
  territoryNumber,
  type UsageSum,
  useAndModelOf,
  useModelCode,
  wholeShare,
} from '../../kernel';
import { often, type Parameter, type Tx } from '../../platform/database/tx';
import { detailValues, type EventDetails, eventDetailsOf, partSql } from './event-days';
import { movedEvents } from './moved-events';

/** Whose events. A month ("2026-01") stands for the period that it lies in. */
export type EventsOf = Pick<LivingAgreement, 'id' | 'platformId' | 'life' | 'timeZone'>;

/** The months of the period, by their first days. */
export const monthsSummed = ({ life }: Pick<EventsOf, 'life'>, month: string): string[] =>
  firstDaysOf(periodOfMonth(life, month));

/**
 * The last position up to `settled` at which events changed each of these periods of the agreement, by the month that it is asked by; 0 where none did. One question,
 * however many.
 */
export async function lastPositions(
  tx: Tx,
  agreement: Pick<EventsOf, 'id' | 'life'>,
  months: readonly string[],
  settled: bigint,
): Promise<Map<string, bigint>> {
  const days = months.flatMap((month) => monthsSummed(agreement, month));
  const rows = await tx.rows<{ month: string; last: bigint }>(lastOfMonths, [agreement.id, days, settled]);
  const last = new Map(rows.map((row) => [row.month, row.last]));
  const lastOf = (month: string): bigint =>
    monthsSummed(agreement, month)
      .map((day) => last.get(day) ?? 0n)
      .reduce((a, b) => (a > b ? a : b), 0n);
  return new Map(months.map((month) => [month, lastOf(month)]));
}

// A month has a row for each batch: the last one is looked up, not searched for. The plan is the same for however many months; that there are few, which a bare parameter
// tells, would have it made anew each time.
const lastOfMonths = often(`
  SELECT m.month, l.last
    FROM unnest((SELECT $2::date[])) AS m (month),
         LATERAL (SELECT max(position) AS last FROM usage_event_sums s WHERE s.agreement_id = $1 AND s.month = m.month AND s.position <= $3) l
   WHERE l.last IS NOT NULL`);

interface SumRow {
  readonly service_id: string;
  readonly isrc: string;
  readonly territory: number;
  readonly use_model: number;
  /** In millionths. */
  readonly share: number;
  readonly quantity: string;
  readonly used_on?: string | null;
  readonly reported_on?: string | null;
  readonly sales?: string | null;
}

/** What events add up to in a period of the agreement, of one service or all, up to a position: always the same, for nothing is ever changed or added below it. */
export async function eventSums(
  tx: Tx,
  agreement: EventsOf,
  month: string,
  position: bigint,
  serviceId?: string,
): Promise<UsageSum[]> {
  const { text, values, isDetailed } = sumsQuery(agreement, month, position, serviceId);
  const ask = (): Promise<SumRow[]> => tx.rows<SumRow>(text, values);
  // An event of which several labels control a part is one of them's to see; what it adds to a sum is each's.
  const rows = await (isDetailed ? tx.asSystem(ask) : ask());
  return rows.map(sumOf);
}

/** As eventSums, of all services and in batches: a period may have more sums than memory has room for. */
export async function* eventSumsInBatches(
  tx: Tx,
  agreement: EventsOf,
  month: string,
  position: bigint,
): AsyncGenerator<UsageSum[]> {
  const { text, values } = sumsQuery(agreement, month, position);
  await tx.run(`DECLARE event_sums CURSOR FOR ${text}`, values);
  for (;;) {
    const rows = await tx.rows<SumRow>(`FETCH ${sumsPerBatch} FROM event_sums`);
    if (rows.length > 0) yield rows.map(sumOf);
    if (rows.length < sumsPerBatch) break;
  }
  await tx.run('CLOSE event_sums');
}

/** The first few events of a sum that do not tell what they were sold for in the currency. */
export const eventsUntold = (
  tx: Tx,
  agreement: EventsOf,
  { month, position, currency }: { readonly month: string; readonly position: bigint; readonly currency: string },
  { isrc, territory, use, model, service }: UsageSum,
): Promise<{ readonly source: string; readonly id: string }[]> =>
  tx.asSystem(() =>
    tx.rows(untoldOfSum, [
      ...[agreement.platformId, agreement.id, monthsSummed(agreement, month), position],
      ...[service, isrc, currency, territoryNumber(territory), useModelCode(use, model)],
    ]),
  );

const sumsPerBatch = 5_000;

interface Query {
  readonly text: string;
  readonly values: readonly Parameter[];
  readonly isDetailed: boolean;
}

function sumsQuery(agreement: EventsOf, month: string, position: bigint, serviceId?: string): Query {
  const details = eventDetailsOf(agreement, month);
  const { id, platformId } = agreement;
  const months = monthsSummed(agreement, month);
  if (details === undefined)
    return { text: sumsOfEvents, values: [id, months, position, serviceId ?? null], isDetailed: false };
  return {
    isDetailed: true,
    text: detailedSums,
    values: [
      ...[platformId, id, months, position, serviceId ?? null],
      ...saleValues(details),
      ...detailValues(details),
    ],
  };
}

const saleValues = ({ sold, currency }: EventDetails): Parameter[] => [sold, currency];

const sumsOfEvents = `
  SELECT service_id, isrc, territory, use_model, coalesce(share, ${wholeShare}) AS share, sum(quantity)::text AS quantity
    FROM usage_event_sums,
         unnest(service_ids, isrcs, territories, use_models, quantities, shares) AS u (service_id, isrc, territory, use_model, quantity, share)
   WHERE agreement_id = $1 AND month = ANY ($2::date[]) AND position <= $3 AND ($4::uuid IS NULL OR service_id = $4)
   GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) <> 0 ORDER BY isrc, territory, use_model, service_id, share`;

/** Whether an event tells what it was sold for as it is asked. */
const isTold = '(sold IS NOT NULL AND sold_currency = $7)';

const placesOfPeriod =
  'places AS MATERIALIZED (SELECT DISTINCT position FROM usage_event_sums WHERE agreement_id = $2 AND month = ANY ($3::date[]) AND position <= $4)';

const ofSum = (isrc: string): string => `e.service_id = $5 AND ${isrc} = $6 AND e.territory = $8 AND e.use_model = $9`;
const untoldOfSum = `
  WITH ${placesOfPeriod},
  moved AS (${movedEvents({ isWhole: 'true', ofShare: 'true', ofKey: ofSum })})
  SELECT source, id FROM moved WHERE position <= $4 AND NOT coalesce(${isTold}, false)
   GROUP BY source, id HAVING sum(units) <> 0 ORDER BY source, id LIMIT 3`;

/**
 * The sums kept of events know no days and no sales: where the terms ask for them, the events themselves are added up. What was sold is not known where units that count do
 * not tell it.
 */
const detailedSums = `
  WITH ${placesOfPeriod},
  moved AS (${movedEvents({ isWhole: 'true', ofShare: 'true', ofKey: () => '($5::uuid IS NULL OR e.service_id = $5)' })})
  SELECT service_id, isrc, territory, use_model, share, ${partSql('usage', 8)} AS used_on, ${partSql('report', 8)} AS reported_on,
         sum(units)::text AS quantity,
         CASE WHEN use_model = ANY ($6::int[]) AND coalesce(sum(units) FILTER (WHERE NOT coalesce(${isTold}, false)), 0) = 0
              THEN trim_scale(sum(CASE WHEN units < 0 THEN -sold ELSE sold END) FILTER (WHERE ${isTold}))::text END AS sales
    FROM moved WHERE position <= $4
   GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(units) <> 0 ORDER BY isrc, territory, use_model, service_id, share, used_on, reported_on`;

const sumOf = ({ service_id, isrc, territory, use_model, share, quantity, ...row }: SumRow): UsageSum => ({
  isrc,
  service: service_id,
  territory: territoryCode(territory),
  ...useAndModelOf(use_model),
  quantity: BigInt(quantity),
  returns: 0n,
  ...(share === wholeShare ? {} : { controlledShare: shareText(share) }),
  ...(row.used_on == null ? {} : { usedOn: row.used_on }),
  ...(row.reported_on == null ? {} : { reportedOn: row.reported_on }),
  ...(row.sales == null ? {} : { sales: row.sales }),
});
