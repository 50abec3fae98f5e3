import type { AgreementWithTerms } from '../../agreements';
import {
  firstDaysOf,
  reportingPeriodAround,
  shareText,
  territoryCode,
  type UsageSum,
  useAndModelOf,
  wholeShare,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';

/** Whose sums: an agreement, by its id, and how long its periods are. A month ("2026-01") stands for the one that it lies in. */
type Summed = Pick<AgreementWithTerms, 'id'> & { readonly terms: Pick<AgreementWithTerms['terms'], 'reportingPeriod'> };

/** The months of the period, by their first days. */
const monthsSummed = ({ terms }: Summed, month: string): string[] =>
  firstDaysOf(reportingPeriodAround(terms.reportingPeriod, month));

/** The last position up to `settled` at which events changed the agreement's period; 0 where none did. */
export async function lastPosition(tx: Tx, agreement: Summed, month: string, settled: bigint): Promise<bigint> {
  const { last } = await tx.one<{ last: bigint }>(
    `SELECT coalesce(max(l.last), 0) AS last
       FROM unnest($2::date[]) AS m (month),
            LATERAL (SELECT max(position) AS last FROM usage_event_sums s WHERE s.agreement_id = $1 AND s.month = m.month AND s.position <= $3) l`,
    [agreement.id, monthsSummed(agreement, month), settled],
  );
  return last;
}

interface SumRow {
  readonly service_id: string;
  readonly isrc: string;
  readonly territory: number;
  readonly use_model: number;
  /** In millionths. */
  readonly share: number;
  readonly quantity: string;
}

/** What events add up to in a period of the agreement, of one service or all, up to a position: always the same, for nothing is ever changed or added below it. */
export async function eventSums(
  tx: Tx,
  agreement: Summed,
  month: string,
  position: bigint,
  serviceId?: string,
): Promise<UsageSum[]> {
  const rows = await tx.rows<SumRow>(sumsOfEvents, [
    agreement.id,
    monthsSummed(agreement, month),
    position,
    serviceId ?? null,
  ]);
  return rows.map(sumOf);
}

/** As eventSums, of all services and in batches: a period may have more sums than memory has room for. */
export async function* eventSumsInBatches(
  tx: Tx,
  agreement: Summed,
  month: string,
  position: bigint,
): AsyncGenerator<UsageSum[]> {
  await tx.run(`DECLARE event_sums CURSOR FOR ${sumsOfEvents}`, [
    agreement.id,
    monthsSummed(agreement, month),
    position,
    null,
  ]);
  for (;;) {
    const rows = await tx.rows<SumRow>(`FETCH ${sumsPerBatch} FROM event_sums`);
    if (rows.length > 0) yield rows.map(sumOf);
    if (rows.length < sumsPerBatch) break;
  }
  await tx.run('CLOSE event_sums');
}

const sumsPerBatch = 5_000;

const sumsOfEvents = `
  SELECT service_id, isrc, territory, use_model, coalesce(share, ${wholeShare}) AS share, sum(quantity)::text AS quantity
    FROM usage_event_sums,
         unnest(service_ids, isrcs, territories, use_models, quantities, shares) AS u (service_id, isrc, territory, use_model, quantity, share)
   WHERE agreement_id = $1 AND month = ANY ($2::date[]) AND position <= $3 AND ($4::uuid IS NULL OR service_id = $4)
   GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) <> 0 ORDER BY isrc, territory, use_model, service_id, share`;

const sumOf = ({ service_id, isrc, territory, use_model, share, quantity }: SumRow): UsageSum => ({
  isrc,
  service: service_id,
  territory: territoryCode(territory),
  ...useAndModelOf(use_model),
  quantity: BigInt(quantity),
  returns: 0n,
  ...(share === wholeShare ? {} : { controlledShare: shareText(share) }),
});
