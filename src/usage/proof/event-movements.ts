import { territoryNumber, useModelCode, wholeShare } from '../../kernel';
import type { Parameter, Tx } from '../../platform/database/tx';
import { detailValues, eventDetailsOf, partSql } from '../events/event-days';
import { type EventsOf, monthsSummed } from '../events/event-sums';
import { movedEvents } from '../events/moved-events';
import { shareOf, type SumKey } from './sum-key';

/** In the order in which those of one event and position are listed. */
export const movementKinds = ['counted', 'matched', 'void', 'shared'] as const;

/** How an event moved a sum: it counted, was found to count later, was taken back, or counts for shares. */
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
  readonly agreement: EventsOf;
  /** "2026-01": of the period that it lies in. */
  readonly month: string;
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
  wanted: MovementsWanted,
  after: Pick<EventMovement, 'position' | 'source' | 'id' | 'kind'> | undefined,
  limit: number,
): Promise<EventMovement[]> {
  const from = after?.position ?? 0n;
  return tx.rows<EventMovement>(
    `${movedOfKey}
     SELECT position, source, id, ($26::text[])[moved.kind + 1] AS kind, sum(units)::bigint AS units FROM moved
      WHERE position <= $4 AND ${ofDays} AND (position, source, id, moved.kind) > ($21, $22, $23, $24)
      GROUP BY moved.position, moved.source, moved.id, moved.kind ORDER BY moved.position, moved.source, moved.id, moved.kind LIMIT $25`,
    [
      // Of a part of a period not every position of its recording has an event.
      ...valuesOf(wanted, from, isOfPart(wanted.key) ? null : limit + 1),
      ...[from, after?.source ?? '', after?.id ?? ''],
      ...[after === undefined ? -1 : movementKinds.indexOf(after.kind), limit, movementKinds],
    ],
  );
}

const isOfPart = ({ usedOn, reportedOn }: SumKey): boolean => usedOn !== undefined || reportedOn !== undefined;

/** `places`: so many positions are looked at, from one on; null: all. */
function valuesOf(
  { agreement, month, position, key }: MovementsWanted,
  from: bigint,
  places: number | null,
): Parameter[] {
  const { isrc, territory, use, model, service, usedOn = null, reportedOn = null } = key;
  return [
    ...[agreement.platformId, agreement.id, monthsSummed(agreement, month), position],
    ...[isrc, territoryNumber(territory), useModelCode(use, model), service, shareOf(key)],
    ...[from, places],
    ...detailValues(eventDetailsOf(agreement, month)),
    ...[usedOn, reportedOn],
  ];
}

const ofKey = (isrc: string): string => `${isrc} = $5 AND e.territory = $6 AND e.use_model = $7 AND e.service_id = $8`;

const movedOfKey = `
  WITH places AS MATERIALIZED (
    SELECT DISTINCT p.position FROM unnest($3::date[]) AS m (month),
      LATERAL (SELECT position FROM usage_event_sums s
                WHERE agreement_id = $2 AND s.month = m.month AND position <= $4 AND position >= $10
                  AND EXISTS (SELECT FROM unnest(service_ids, isrcs, territories, use_models, shares) AS u (service_id, isrc, territory, use_model, share)
                               WHERE u.isrc = $5 AND u.territory = $6 AND u.use_model = $7 AND u.service_id = $8 AND coalesce(u.share, ${wholeShare}) = $9)
                ORDER BY position LIMIT $11::int) p
     ORDER BY 1 LIMIT $11::int),
  moved AS (${movedEvents({ isWhole: `$9 = ${wholeShare}`, ofShare: 's.share = $9', ofKey })})`;

const ofDays = `($19::date IS NULL OR ${partSql('usage', 12)} = $19) AND ($20::date IS NULL OR ${partSql('report', 12)} = $20)`;

/** What the movements of a sum come to. */
export async function eventSum(tx: Tx, wanted: MovementsWanted): Promise<bigint> {
  const { agreement, month, position, key } = wanted;
  if (isOfPart(key)) {
    const { units } = await tx.one<{ units: string }>(
      `${movedOfKey} SELECT coalesce(sum(units), 0)::text AS units FROM moved WHERE position <= $4 AND ${ofDays}`,
      valuesOf(wanted, 0n, null),
    );
    return BigInt(units);
  }
  const { units } = await tx.one<{ units: string }>(
    `SELECT coalesce(sum(quantity), 0)::text AS units
       FROM usage_event_sums,
            unnest(service_ids, isrcs, territories, use_models, quantities, shares) AS u (service_id, isrc, territory, use_model, quantity, share)
      WHERE agreement_id = $1 AND month = ANY ($2::date[]) AND position <= $3
        AND isrc = $4 AND territory = $5 AND use_model = $6 AND service_id = $7 AND coalesce(share, ${wholeShare}) = $8`,
    [
      ...[agreement.id, monthsSummed(agreement, month), position],
      ...[key.isrc, territoryNumber(key.territory), useModelCode(key.use, key.model), key.service, shareOf(key)],
    ],
  );
  return BigInt(units);
}
