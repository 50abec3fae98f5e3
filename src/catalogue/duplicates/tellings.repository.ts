import type { Tx } from '../../platform/database/tx';
import type { Changes, MergedValues } from './merge';

/** What a sender told of a recording. Its parent is no part of it: not every sender can tell one. */
export interface Told {
  readonly title: string;
  readonly version: string | null;
  readonly artists: readonly string[];
  readonly durationSeconds: number | null;
  readonly pLine: string | null;
  readonly genre: string | null;
  readonly label: string | null;
  readonly language: string | null;
}

/** What one sender told of a recording, where another one has told it differently since. */
export interface Telling {
  readonly isrc: string;
  readonly toldBy: string;
  readonly told: Told;
  readonly replacedAt: Date;
  /** Who told what the recording reads now. */
  readonly now: string;
}

/** So many tellings are looked at for a page at most; where all are decided it may come back empty, and go on. */
const lookedAtMost = 10_000;

const asNow = `jsonb_build_object('title', r.title, 'version', r.version, 'artists', r.artists, 'durationSeconds', r.duration_seconds,
  'pLine', r.p_line, 'genre', r.genre, 'label', r.label, 'language', r.language)`;
const isOpen = `l.told_by <> r.told_by AND l.told <> ${asNow} AND NOT EXISTS (
  SELECT FROM telling_decisions d
   WHERE d.owner_id = $1 AND d.isrc = l.isrc AND (d.told = l.told AND d.kept = ${asNow} OR d.told = ${asNow} AND d.kept = l.told))`;
const shown = `l.isrc, l.told_by AS "toldBy", l.told, l.replaced_at AS "replacedAt", r.told_by AS now`;

export interface TellingPage {
  readonly tellings: readonly Telling[];
  /** Where to go on; undefined at the end. */
  readonly last: Pick<Telling, 'isrc' | 'toldBy'> | undefined;
}

/** By ISRC and sender. At most `lookAt` tellings are looked at. */
export async function tellingPage(
  tx: Tx,
  ownerId: string,
  { after, limit, lookAt = lookedAtMost }: { after: readonly string[] | undefined; limit: number; lookAt?: number },
): Promise<TellingPage> {
  const rows = await tx.rows<Telling & { isOpen: boolean; isLast: boolean }>(
    `SELECT * FROM (
       SELECT ${shown}, ${isOpen} AS "isOpen", l.place = $5 AS "isLast"
         FROM (SELECT t.*, row_number() OVER (ORDER BY isrc, told_by) AS place FROM recording_tellings t
                WHERE owner_id = $1 AND ($2::bpchar IS NULL OR (isrc, told_by) > ($2::bpchar, $3::text))
                ORDER BY isrc, told_by LIMIT $5) AS l
         JOIN recordings r ON r.owner_id = $1 AND r.isrc = l.isrc) AS looked
      WHERE "isOpen" OR "isLast" ORDER BY isrc, "toldBy" LIMIT $4 + 1`,
    [ownerId, after?.[0] ?? null, after?.[1] ?? null, limit, lookAt],
  );
  const open = rows.filter((row) => row.isOpen);
  const tellings = open.slice(0, limit);
  return { tellings, last: open.length > limit ? tellings.at(-1) : rows.find(({ isLast }) => isLast) };
}

/** Undefined where the sender told nothing else of it, or it was decided. */
export const openTelling = (tx: Tx, ownerId: string, isrc: string, toldBy: string): Promise<Telling | undefined> =>
  tx.first<Telling>(
    `SELECT ${shown} FROM recording_tellings l JOIN recordings r ON r.owner_id = $1 AND r.isrc = l.isrc
      WHERE l.owner_id = $1 AND l.isrc = $2 AND l.told_by = $3 AND ${isOpen}`,
    [ownerId, isrc, toldBy],
  );

export interface TellingDecision {
  readonly id: string;
  readonly isrc: string;
  readonly toldBy: string;
  /** Null: it stays as it was. */
  readonly changes: Changes | null;
  readonly madeBy: string;
  readonly at: Date;
}

const decided = 'id, isrc, told_by AS "toldBy", changes, made_by AS "madeBy", at';

export const insertTellingDecision = (
  tx: Tx,
  ownerId: string,
  {
    isrc,
    toldBy,
    told,
    kept,
    changes,
    madeBy,
    at,
  }: Omit<TellingDecision, 'id'> & {
    readonly told: Told;
    readonly kept: Told;
  },
): Promise<TellingDecision> =>
  tx.one<TellingDecision>(
    `INSERT INTO telling_decisions (owner_id, isrc, told_by, told, kept, changes, made_by, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${decided}`,
    [ownerId, isrc, toldBy, JSON.stringify(told), JSON.stringify(kept), changes && JSON.stringify(changes), madeBy, at],
  );

/** The latest first, after the given one. */
export const listTellingDecisions = (
  tx: Tx,
  ownerId: string,
  limit: number,
  after: readonly string[] | undefined,
): Promise<TellingDecision[]> =>
  tx.rows<TellingDecision>(
    `SELECT ${decided} FROM telling_decisions
      WHERE owner_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid)) ORDER BY at DESC, id DESC LIMIT $4`,
    [ownerId, after?.[0] ?? null, after?.[1] ?? null, limit],
  );

/** As what is merged; the parent is what it is. */
export const toldValues = ({ title, version, ...told }: Told, parent: MergedValues['parent']): MergedValues => ({
  ...told,
  title: { title, version },
  parent,
});

export const toldOf = ({ title: { title, version }, parent: _, ...values }: MergedValues): Told => ({
  ...values,
  title,
  version,
});
