import { firstDaysOf, type Period, territoryNumber, useModelCode, wholeShare } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { shareOf, type SumKey } from './sum-key';

/** How an event moved a sum: it counted, was found to count later, was taken back, or counts for shares. */
/** In the order in which those of one event and position are listed. */
export const movementKinds = ['counted', 'matched', 'void', 'shared'] as const;
export type MovementKind = (typeof movementKinds)[number];

/** What one event added to a sum, or took away. */
export interface EventMovement {
  readonly position: bigint;
  readonly source: string;
  readonly id: string;
  readonly kind: MovementKind;
  /** Below zero where it takes away. */
  readonly units: bigint;
}

export interface MovementsWanted {
  readonly agreementId: string;
  readonly platformId: string;
  readonly period: Period;
  /** What a booking counted: everything up to here. */
  readonly position: bigint;
  readonly key: SumKey;
}

/**
 * The events that a period's sum is made of, in the order in which they came to count: at most `limit` movements after one. They add up to the sum. Positions at which the
 * sum moved stand in the sums of events, by agreement and month, so that no more is looked through than what was counted with it. To be asked as the system: of an
 * event of which several labels control a part each of them may see that it counts.
 */
export function eventMovements(
  tx: Tx,
  { agreementId, platformId, period, position, key }: MovementsWanted,
  after: Pick<EventMovement, 'position' | 'source' | 'id' | 'kind'> | undefined,
  limit: number,
): Promise<EventMovement[]> {
  return tx.rows<EventMovement>(
    `WITH places AS MATERIALIZED (
       SELECT DISTINCT p.position FROM unnest($3::date[]) AS m (month),
         LATERAL (SELECT position FROM usage_event_sums s
                   WHERE agreement_id = $2 AND s.month = m.month AND position <= $4 AND position >= $10
                     AND EXISTS (SELECT FROM unnest(service_ids, isrcs, territories, use_models, shares) AS u (service_id, isrc, territory, use_model, share)
                                  WHERE u.isrc = $5 AND u.territory = $6 AND u.use_model = $7 AND u.service_id = $8 AND coalesce(u.share, ${wholeShare}) = $9)
                   ORDER BY position LIMIT $14 + 1) p
        ORDER BY 1 LIMIT $14 + 1),
     moved AS (
       SELECT e.position, e.source, e.id, 0 AS kind, e.quantity AS units
         FROM places, ${at('usage_events')} e
        WHERE $9 = ${wholeShare} AND e.platform_id = $1 AND e.agreement_id = $2 AND e.month = ANY ($3) AND ${ofKey('e.isrc')}
        UNION ALL
       SELECT m.position, e.source, e.id, 1, e.quantity
         FROM places, ${at('usage_event_matches')} m JOIN usage_events e USING (platform_id, source, id)
        WHERE $9 = ${wholeShare} AND m.platform_id = $1 AND m.agreement_id = $2 AND m.month = ANY ($3) AND ${ofKey('coalesce(m.isrc, e.isrc)')}
        UNION ALL
       SELECT v.position, e.source, e.id, 2, -e.quantity
         FROM usage_event_voids v JOIN voided_usage_events x ON x.platform_id = v.platform_id AND x.void_id = v.id
         JOIN usage_events e ON e.source = x.source AND e.id = x.id LEFT JOIN usage_event_matches m ON m.platform_id = $1 AND m.source = e.source AND m.id = e.id
        WHERE $9 = ${wholeShare} AND v.platform_id = $1 AND e.platform_id = $1 AND v.position IN (SELECT position FROM places)
          AND coalesce(m.agreement_id, e.agreement_id) = $2 AND coalesce(m.month, e.month) = ANY ($3) AND ${ofKey('coalesce(m.isrc, e.isrc)')}
        UNION ALL
       SELECT v.position, e.source, e.id, 2, -s.quantity
         FROM usage_event_voids v JOIN voided_usage_events x ON x.platform_id = v.platform_id AND x.void_id = v.id
         JOIN usage_events e ON e.source = x.source AND e.id = x.id JOIN usage_event_shares s ON s.platform_id = $1 AND s.source = e.source AND s.id = e.id
        WHERE v.platform_id = $1 AND e.platform_id = $1 AND v.position IN (SELECT position FROM places)
          AND s.agreement_id = $2 AND s.month = ANY ($3) AND s.share = $9 AND s.position < v.position AND ${ofKey('s.isrc')}
        UNION ALL
       SELECT s.position, e.source, e.id, 3, s.quantity
         FROM places, ${at('usage_event_shares')} s JOIN usage_events e USING (platform_id, source, id)
        WHERE s.platform_id = $1 AND s.agreement_id = $2 AND s.month = ANY ($3) AND s.share = $9 AND ${ofKey('s.isrc')})
     SELECT position, source, id, ($15::text[])[moved.kind + 1] AS kind, sum(units)::bigint AS units FROM moved
      WHERE position <= $4 AND (position, source, id, moved.kind) > ($10, $11, $12, $13)
      GROUP BY moved.position, moved.source, moved.id, moved.kind ORDER BY moved.position, moved.source, moved.id, moved.kind LIMIT $14`,
    [
      ...[platformId, agreementId, firstDaysOf(period), position],
      ...[key.isrc, territoryNumber(key.territory), useModelCode(key.use, key.model), key.service, shareOf(key)],
      ...[
        after?.position ?? 0n,
        after?.source ?? '',
        after?.id ?? '',
        after === undefined ? -1 : movementKinds.indexOf(after.kind),
      ],
      ...[limit, movementKinds],
    ],
  );
}

/** The rows of a table at each position, looked up one by one: those of a month's rare recording lie far apart. */
const at = (table: string): string =>
  `LATERAL (SELECT * FROM ${table} all_of WHERE all_of.platform_id = $1 AND all_of.position = places.position OFFSET 0)`;

const ofKey = (isrc: string): string => `${isrc} = $5 AND e.territory = $6 AND e.use_model = $7 AND e.service_id = $8`;

/** What the movements of a sum come to. */
export async function eventSum(
  tx: Tx,
  { agreementId, period, position, key }: Omit<MovementsWanted, 'platformId'>,
): Promise<bigint> {
  const { units } = await tx.one<{ units: string }>(
    `SELECT coalesce(sum(quantity), 0)::text AS units
       FROM usage_event_sums,
            unnest(service_ids, isrcs, territories, use_models, quantities, shares) AS u (service_id, isrc, territory, use_model, quantity, share)
      WHERE agreement_id = $1 AND month = ANY ($2::date[]) AND position <= $3
        AND isrc = $4 AND territory = $5 AND use_model = $6 AND service_id = $7 AND coalesce(share, ${wholeShare}) = $8`,
    [
      ...[agreementId, firstDaysOf(period), position],
      ...[key.isrc, territoryNumber(key.territory), useModelCode(key.use, key.model), key.service, shareOf(key)],
    ],
  );
  return BigInt(units);
}
