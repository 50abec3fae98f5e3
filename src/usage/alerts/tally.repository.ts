import { ALERT_PLAYS_MIN, DAYS_BEFORE, type DaysBefore, type PlayedDay, SHORT_PLAY_SECONDS } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

/** Positions of one platform's events: those above `from`, up to `to`. */
export interface PositionRange {
  readonly platformId: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** Batches tallied in one transaction. */
const batchesMax = 2_000;

/** Up to where the platform's events are tallied. Nobody else tallies them until the transaction ends. */
export async function lockTally(tx: Tx, platformId: string): Promise<bigint> {
  await tx.run('INSERT INTO usage_tallies (organization_id, position) VALUES ($1, 0) ON CONFLICT DO NOTHING', [
    platformId,
  ]);
  const { position } = await tx.one<{ position: bigint }>(
    'SELECT position FROM usage_tallies WHERE organization_id = $1 FOR UPDATE',
    [platformId],
  );
  return position;
}

export const moveTally = (tx: Tx, { platformId, to }: PositionRange): Promise<number> =>
  tx.run('UPDATE usage_tallies SET position = $2 WHERE organization_id = $1', [platformId, to]);

/** How far one step goes: to the end, or as many batches as fit one transaction. */
export async function firstBatches(tx: Tx, { platformId, from, to }: PositionRange): Promise<bigint> {
  const { last, batches } = await tx.one<{ last: bigint | null; batches: bigint }>(
    `SELECT max(position) AS last, count(*) AS batches FROM (
       SELECT DISTINCT position FROM usage_event_sums WHERE platform_id = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT ${batchesMax}) AS batch`,
    [platformId, from, to],
  );
  return batches < BigInt(batchesMax) ? to : last!;
}

/** An agreement, and where its clocks hang. */
export interface Zoned {
  readonly id: string;
  readonly timeZone: string;
}

const inRange = (alias: string): string =>
  `${alias}.platform_id = $1 AND ${alias}.position > $2 AND ${alias}.position <= $3`;

export interface TouchedMonth extends Zoned {
  readonly labelId: string;
  /** "2026-01" */
  readonly month: string;
}

/** The months that events in the range count for, are void of, or came to count for. */
export const touchedMonths = (tx: Tx, { platformId, from, to }: PositionRange): Promise<TouchedMonth[]> =>
  tx.rows<TouchedMonth>(
    `SELECT DISTINCT a.id, a.label_id AS "labelId", a.time_zone AS "timeZone", to_char(s.month, 'YYYY-MM') AS month
       FROM usage_event_sums s JOIN agreements a ON a.id = s.agreement_id WHERE ${inRange('s')} ORDER BY 1, 4`,
    [platformId, from, to],
  );

/** What was played on a day that the range has something of, all of it counted. */
export interface TalliedDay extends PlayedDay {
  readonly agreement_id: string;
  readonly service_id: string;
  readonly isrc: string;
  readonly day: string;
}

/** Adds the events of the range to their days, void ones taken off. Gives the days with enough plays to be worth a look. */
export const tally = (
  tx: Tx,
  { platformId, from, to }: PositionRange,
  zones: readonly Zoned[],
): Promise<TalliedDay[]> =>
  tx.rows<TalliedDay>(
    `WITH changed AS (
       SELECT e.agreement_id, e.service_id, e.isrc, e.happened_at, e.quantity, e.played_seconds
         FROM usage_events e WHERE ${inRange('e')} AND e.agreement_id IS NOT NULL
       UNION ALL
       SELECT m.agreement_id, e.service_id, coalesce(m.isrc, e.isrc), e.happened_at, e.quantity, e.played_seconds
         FROM usage_event_matches m JOIN usage_events e USING (platform_id, source, id) WHERE ${inRange('m')}
       UNION ALL
       SELECT coalesce(m.agreement_id, e.agreement_id), e.service_id, coalesce(m.isrc, e.isrc), e.happened_at, -e.quantity, e.played_seconds
         FROM usage_event_voids v JOIN voided_usage_events x ON x.void_id = v.id AND x.platform_id = v.platform_id
         JOIN usage_events e ON e.platform_id = x.platform_id AND e.source = x.source AND e.id = x.id
         LEFT JOIN usage_event_matches m ON m.platform_id = e.platform_id AND m.source = e.source AND m.id = e.id
        WHERE ${inRange('v')}),
     days AS (
       SELECT agreement_id, service_id, isrc, (happened_at AT TIME ZONE zone)::date AS day, sum(quantity)::bigint AS plays,
              coalesce(sum(quantity) FILTER (WHERE played_seconds IS NOT NULL), 0)::bigint AS timed,
              coalesce(sum(quantity) FILTER (WHERE played_seconds < ${SHORT_PLAY_SECONDS}), 0)::bigint AS short
         FROM changed JOIN unnest($4::uuid[], $5::text[]) AS zoned (agreement_id, zone) USING (agreement_id) GROUP BY 1, 2, 3, 4),
     tallied AS (
       INSERT INTO usage_days AS d (agreement_id, service_id, isrc, day, plays, timed, short) SELECT * FROM days
       ON CONFLICT (agreement_id, service_id, isrc, day)
       DO UPDATE SET plays = d.plays + excluded.plays, timed = d.timed + excluded.timed, short = d.short + excluded.short
       RETURNING d.*)
     SELECT * FROM tallied WHERE plays >= ${ALERT_PLAYS_MIN} ORDER BY agreement_id, isrc, service_id, day`,
    [platformId, from, to, zones.map(({ id }) => id), zones.map(({ timeZone }) => timeZone)],
  );

/** What came before each of these days, in their order. */
export const daysBefore = (tx: Tx, days: readonly TalliedDay[]): Promise<DaysBefore[]> =>
  tx.rows<DaysBefore>(
    `SELECT coalesce(earlier.plays, 0)::bigint AS plays, coalesce(least(${DAYS_BEFORE.most}, asked.day - earlier.first), 0) AS days
       FROM unnest($1::uuid[], $2::uuid[], $3::bpchar[], $4::date[]) WITH ORDINALITY AS asked (agreement_id, service_id, isrc, day, place),
            LATERAL (SELECT min(day) AS first, sum(plays) FILTER (WHERE day >= asked.day - ${DAYS_BEFORE.most}) AS plays FROM usage_days d
                      WHERE d.agreement_id = asked.agreement_id AND d.service_id = asked.service_id AND d.isrc = asked.isrc
                        AND d.day < asked.day AND d.plays > 0) AS earlier
      ORDER BY asked.place`,
    [
      days.map(({ agreement_id }) => agreement_id),
      days.map(({ service_id }) => service_id),
      days.map(({ isrc }) => isrc),
      days.map(({ day }) => day),
    ],
  );
