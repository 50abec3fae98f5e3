import { exactText, rational, territoryCode, territoryNumber, useAndModelOf, useModelCode } from '../../kernel';
import { arrayText } from '../../platform/database/array-text';
import type { Database } from '../../platform/database/database';
import type { Statement } from '../../platform/database/lone-statement';
import { often, type Tx } from '../../platform/database/tx';
import type { Match } from './event-matcher';
import { stampSql } from './platform-grants';
import type { EventSale, UsageEvent } from './usage-event';

export interface MatchedEvent {
  readonly event: UsageEvent;
  readonly match: Match;
}

const lockOf = (platformId: string): string => `usage events of ${platformId}`;
/** `key` is what lockOf gives: the number is drawn once the lock is there, not before. */
const draw = (lock: string, { key = '$1', where = 'true' } = {}): string => `
  WITH locked AS MATERIALIZED (SELECT ${lock}(hashtextextended(${key}, 2)))
  SELECT nextval('usage_event_positions') AS position FROM locked WHERE ${where}`;

/**
 * The position of what this transaction adds. Writers share the lock and hold it until they commit, so that whoever takes it alone
 * knows that nothing below is still on its way.
 */
export async function drawPosition(tx: Tx, platformId: string): Promise<bigint> {
  const { position } = await tx.one<{ position: bigint }>(draw('pg_advisory_xact_lock_shared'), [lockOf(platformId)]);
  return position;
}

/**
 * A position up to which everything of the platform is committed, and above which all that comes later will be. Waits for batches that
 * are being written, for milliseconds; new ones wait no longer than that.
 */
export async function settledPosition(tx: Tx, platformId: string): Promise<bigint> {
  // A lock that was taken after a savepoint ends with it: this one must not last as long as a close.
  const key = tx.literal(lockOf(platformId));
  const { position } = await tx.undone<{ position: bigint }>(draw('pg_advisory_xact_lock', { key }));
  return position;
}

/**
 * Adds events, each with its own id, and what they add to the sums of their agreements' months, at a position of their own. Ids that are
 * there already are left alone; `added` says how many were new. Sorted, so that two batches of the same ids wait for each other instead of both.
 */
export async function insertEvents(
  tx: Tx,
  batch: EventBatch,
  matched: readonly MatchedEvent[],
): Promise<{ added: bigint; position: bigint }> {
  const { values, ...statement } = insertionOf(batch, matched, null);
  return tx.one(statement, values);
}

/** As insertEvents, in a transaction of its own that is one message. Undefined, and nothing is added, where the platform's stamp is not `stamp` any more. */
export async function insertEventsAlone(
  database: Database,
  batch: EventBatch & { readonly stamp: string },
  matched: readonly MatchedEvent[],
): Promise<{ added: bigint; position: bigint } | undefined> {
  const statement = insertionOf(batch, matched, batch.stamp);
  const [row] = await database.statementAsSystem<{ added: bigint; position: bigint | null }>(statement);
  return row === undefined || row.position === null ? undefined : { added: row.added, position: row.position };
}

export interface EventBatch {
  readonly platformId: string;
  readonly at: Date;
}

function insertionOf(
  { platformId, at }: EventBatch,
  matched: readonly MatchedEvent[],
  stamp: string | null,
): Statement {
  const rows = matched.toSorted(({ event: a }, { event: b }) =>
    a.source === b.source ? (a.id < b.id ? -1 : 1) : a.source < b.source ? -1 : 1,
  );
  // Few different ones among many: each is sent once, and rows say which by its place.
  const matches = dictionaryOf(rows.map(({ match }) => match));
  const services = dictionaryOf(rows.map(({ event }) => event.serviceId));
  const values = [
    lockOf(platformId),
    platformId,
    at.toISOString(),
    arrayText(rows.map(({ event }) => event.source)),
    arrayText(rows.map(({ event }) => event.id)),
    arrayText(matches.values.map(({ labelId }) => labelId)),
    arrayText(matches.values.map(({ agreementId }) => agreementId)),
    arrayText(matches.values.map(({ month }) => month)),
    arrayText(matches.values.map(({ held }) => held)),
    arrayText(services.values),
    arrayText(matches.places),
    arrayText(services.places),
    arrayText(rows.map(({ event }) => event.isrc)),
    arrayText(rows.map(({ event }) => territoryNumber(event.territory))),
    arrayText(rows.map(({ event }) => useModelCode(event.use, event.model))),
    arrayText(rows.map(({ event }) => event.quantity)),
    arrayText(rows.map(({ event }) => new Date(event.instant).toISOString())),
    // Where nobody tells how long, the array ends before it begins, and all are NULL.
    arrayText(
      rows.some(({ event }) => event.playedSeconds !== null) ? rows.map(({ event }) => event.playedSeconds) : [],
    ),
    stamp,
    ...salesOf(rows.map(({ event }) => event.sold)),
  ];
  return { ...insertion, values };
}

/** Amounts and currencies; where nobody tells any, the arrays end before they begin. */
function salesOf(sales: readonly (EventSale | null)[]): [string, string] {
  const told = sales.some((sold) => sold !== null) ? sales : [];
  return [arrayText(told.map((sold) => sold?.amount ?? null)), arrayText(told.map((sold) => sold?.currency ?? null))];
}

/** The different values, and for each of all the place of its own among them, from 1 as PostgreSQL counts. */
function dictionaryOf<Value>(all: readonly Value[]): { values: Value[]; places: number[] } {
  const known = new Map<Value, number>();
  const places = all.map((value) => {
    let place = known.get(value);
    if (place === undefined) known.set(value, (place = known.size + 1));
    return place;
  });
  return { values: [...known.keys()], places };
}

/**
 * From rows (agreement_id, label_id, month, service_id, isrc, territory, use_model, quantity) named `changed` to one row a month of an agreement. With `share` the
 * rows have one, in millionths.
 */
export const foldInto = (position: string, platformId: string, share?: 'share'): string => `
  INSERT INTO usage_event_sums (agreement_id, month, position, label_id, platform_id, service_ids, isrcs, territories, use_models, quantities${share ? ', shares' : ''})
  SELECT agreement_id, month, ${position}, label_id, ${platformId}, array_agg(service_id), array_agg(isrc::text), array_agg(territory), array_agg(use_model),
         array_agg(quantity)${share ? ', array_agg(share)' : ''}
    FROM (SELECT agreement_id, label_id, month, service_id, isrc, territory, use_model, ${share ? 'share, ' : ''}sum(quantity)::bigint AS quantity
            FROM changed WHERE agreement_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7${share ? ', 8' : ''}) AS sums
   GROUP BY agreement_id, label_id, month`;

const insertion = often(`
  WITH place AS MATERIALIZED (${draw('pg_advisory_xact_lock_shared', { where: `$19::text IS NULL OR $19 = ${stampSql('$2::uuid')}` })}),
  changed AS (
    INSERT INTO usage_events (platform_id, position, received_at, source, id, label_id, agreement_id, month, held, service_id, isrc, territory, use_model,
                              quantity, happened_at, played_seconds, sold, sold_currency)
    SELECT $2, place.position, $3, source, id, ($6::uuid[])[match], ($7::uuid[])[match], ($8::date[])[match], ($9::text[])[match], ($10::uuid[])[service], isrc,
           territory, use_model, quantity, happened_at, played_seconds, sold, sold_currency
      FROM place, unnest($4::text[], $5::text[], $11::int[], $12::int[], $13::text[], $14::int[], $15::int[], $16::bigint[], $17::timestamptz[], $18::int[],
                         $20::numeric[], $21::text[])
           AS e (source, id, match, service, isrc, territory, use_model, quantity, happened_at, played_seconds, sold, sold_currency)
    ON CONFLICT DO NOTHING
    RETURNING agreement_id, label_id, month, service_id, isrc, territory, use_model, quantity),
  folded AS (${foldInto('(SELECT position FROM place)', '$2')})
  SELECT (SELECT position FROM place) AS position, count(*) AS added FROM changed`);

export interface StoredEvent {
  readonly event: UsageEvent;
  readonly position: bigint;
  readonly agreementId: string | null;
  readonly held: string | null;
}

export interface EventRow {
  readonly source: string;
  readonly id: string;
  readonly position: bigint;
  readonly agreement_id: string | null;
  readonly held: string | null;
  readonly service_id: string;
  readonly isrc: string;
  readonly territory: number;
  readonly use_model: number;
  readonly quantity: bigint;
  readonly happened_at: Date;
  readonly played_seconds: number | null;
  readonly sold: string | null;
  readonly sold_currency: string | null;
  readonly received_at: Date;
}

/** The events of these ids that are there, whenever they came. */
export async function findEvents(
  tx: Tx,
  platformId: string,
  ids: readonly Pick<UsageEvent, 'source' | 'id'>[],
): Promise<StoredEvent[]> {
  const rows = await tx.rows<EventRow>(
    `SELECT e.* FROM usage_events e JOIN unnest($2::text[], $3::text[]) AS wanted (source, id) ON e.source = wanted.source AND e.id = wanted.id
      WHERE e.platform_id = $1`,
    [platformId, arrayText(ids.map(({ source }) => source)), arrayText(ids.map(({ id }) => id))],
  );
  return rows.map((row) => ({
    event: eventOf(row),
    position: row.position,
    agreementId: row.agreement_id,
    held: row.held,
  }));
}

export const eventOf = (row: EventRow): UsageEvent => ({
  source: row.source,
  id: row.id,
  instant: row.happened_at.getTime(),
  serviceId: row.service_id,
  isrc: row.isrc,
  territory: territoryCode(row.territory),
  ...useAndModelOf(row.use_model),
  quantity: Number(row.quantity),
  playedSeconds: row.played_seconds,
  sold: saleOf(row),
});

/** What all of an event was sold for. */
export const saleOf = ({
  sold,
  sold_currency: currency,
}: Partial<Pick<EventRow, 'sold' | 'sold_currency'>>): EventSale | null =>
  sold == null || currency == null ? null : { amount: exactText(rational(sold)), currency };
