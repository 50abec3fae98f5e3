import { wholeShare } from '../../kernel';
import { arrayText } from '../../platform/database/array-text';
import type { Tx } from '../../platform/database/tx';
import { foldInto } from './events.repository';
import type { EventName, EventsWanted } from './voids.body';

export interface EventVoid {
  readonly id: string;
  readonly label_ids: readonly string[];
  readonly reason: string;
  readonly query: object | null;
  readonly events: bigint;
  readonly replacements: bigint;
  readonly made_at: Date;
}

/** Where a void stands: whose events, under which id, at which position of the sums. */
export interface VoidPlace {
  readonly platformId: string;
  readonly voidId: string;
  readonly position: bigint;
}

interface Voided {
  readonly events: bigint;
  /** Whose recordings are concerned. */
  readonly labelIds: readonly string[];
}

/** Whoever makes events void and whoever lets held ones count takes turns: neither sees what the other is about to commit. */
export const lockVoids = (tx: Tx, platformId: string): Promise<number> =>
  tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 3))', [`usage event voids of ${platformId}`]);

/** Makes these events void, and takes what they counted for out of the sums. */
export const voidNamed = (tx: Tx, place: VoidPlace, names: readonly EventName[]): Promise<Voided> => {
  const sorted = names.toSorted((a, b) => (`${a.source} ${a.id}` < `${b.source} ${b.id}` ? -1 : 1));
  // An event that is named twice is one.
  const joined =
    'JOIN (SELECT DISTINCT * FROM unnest($4::text[], $5::text[])) AS named (source, id) USING (source, id)';
  return voidAll(tx, place, joined, '', [
    arrayText(sorted.map(({ source }) => source)),
    arrayText(sorted.map(({ id }) => id)),
  ]);
};

/** As voidNamed, for all events that are as asked. */
export const voidWanted = (tx: Tx, place: VoidPlace, wanted: EventsWanted): Promise<Voided> => {
  const condition = `AND e.source = $4 AND ($5::uuid IS NULL OR e.service_id = $5) AND ($6::text IS NULL OR e.isrc = $6)
    AND ($7::timestamptz IS NULL OR e.happened_at >= $7) AND ($8::timestamptz IS NULL OR e.happened_at < $8)`;
  const { source, serviceId, isrc, from, until } = wanted;
  return voidAll(tx, place, '', condition, [source, serviceId ?? null, isrc ?? null, from ?? null, until ?? null]);
};

function voidAll(
  tx: Tx,
  { platformId, voidId, position }: VoidPlace,
  joined: string,
  condition: string,
  parameters: readonly (string | null)[],
): Promise<Voided> {
  return tx.one<Voided>(
    `WITH wanted AS (
       SELECT e.source, e.id, coalesce(m.label_id, e.label_id) AS label_id, coalesce(m.agreement_id, e.agreement_id) AS agreement_id,
              coalesce(m.month, e.month) AS month, e.service_id, coalesce(m.isrc, e.isrc) AS isrc, e.territory, e.use_model, -e.quantity AS quantity
         FROM usage_events e ${joined} LEFT JOIN usage_event_matches m USING (platform_id, source, id)
        WHERE e.platform_id = $1 ${condition}),
     voided AS (
       INSERT INTO voided_usage_events (platform_id, source, id, void_id, label_id)
       SELECT DISTINCT $1::uuid, source, id, $2::uuid, label_id FROM wanted ON CONFLICT DO NOTHING RETURNING source, id),
     counted AS (SELECT wanted.* FROM wanted JOIN voided USING (source, id)),
     changed AS (
       SELECT agreement_id, label_id, month, service_id, isrc, territory, use_model, quantity, ${wholeShare} AS share FROM counted
        UNION ALL
       SELECT s.agreement_id, s.label_id, s.month, c.service_id, s.isrc, c.territory, c.use_model, -s.quantity, s.share
         FROM counted c JOIN usage_event_shares s ON s.platform_id = $1 AND s.source = c.source AND s.id = c.id),
     folded AS (${foldInto('$3', '$1', 'share')})
     SELECT (SELECT count(*) FROM counted) AS events, coalesce(array_agg(DISTINCT label_id) FILTER (WHERE label_id IS NOT NULL), '{}') AS "labelIds" FROM changed`,
    [platformId, voidId, position, ...parameters],
  );
}

export interface NewVoid {
  readonly labelIds: readonly string[];
  readonly reason: string;
  readonly query: object | null;
  readonly events: bigint;
  readonly replacements: number;
  readonly by: string;
  readonly at: Date;
}

export const insertVoid = (tx: Tx, { platformId, voidId, position }: VoidPlace, made: NewVoid): Promise<EventVoid> =>
  tx.one<EventVoid>(
    `INSERT INTO usage_event_voids (id, platform_id, label_ids, reason, query, events, replacements, position, made_by, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *`,
    [
      voidId,
      platformId,
      made.labelIds,
      made.reason,
      made.query === null ? null : JSON.stringify(made.query),
      made.events,
      made.replacements,
      position,
      made.by,
      made.at,
    ],
  );

export const listVoids = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<EventVoid[]> =>
  tx.rows<EventVoid>(
    `SELECT * FROM usage_event_voids WHERE ($2::timestamptz IS NULL OR (made_at, id) > ($2, $3::uuid)) ORDER BY made_at, id LIMIT $1 + 1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );
