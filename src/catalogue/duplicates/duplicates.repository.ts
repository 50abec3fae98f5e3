import type { Tx } from '../../platform/database/tx';
import type { Recording } from '../recordings.repository';
import type { Changes, MergedValues } from './merge';

/** So many seconds are the same duration: services cut silence and round. */
const secondsApart = 2;
/** So many recordings are looked at for a page at most; where nothing is alike it may come back empty, and go on. */
const lookedAtMost = 100_000;

/** Where a recording stands among those that are alike. */
export interface AlikePlace {
  readonly key: string;
  readonly seconds: number;
  readonly isrc: string;
}

/** Two recordings that are alike. */
export interface AlikePair extends AlikePlace {
  /** The first one that it is like. */
  readonly otherIsrc: string;
}

export interface AlikePage {
  readonly pairs: readonly AlikePair[];
  /** Where to go on; undefined at the end. */
  readonly last: AlikePlace | undefined;
}

/** The index of migration 108. */
const comparable = (row: string): string =>
  `${row}.names_key IS NOT NULL AND ${row}.duration_seconds IS NOT NULL AND ${row}.parent_kind IS DISTINCT FROM 'same-recording'`;

const side = (row: string): string =>
  `jsonb_build_array(${row}.title, ${row}.version, ${row}.artists[1], ${row}.duration_seconds)`;
/** What two recordings are suspected for, the lower ISRC first. */
const grounds = (one: string, other: string): string =>
  `CASE WHEN ${one}.isrc < ${other}.isrc THEN jsonb_build_array(${side(one)}, ${side(other)}) ELSE jsonb_build_array(${side(other)}, ${side(one)}) END`;
const isDismissed = (one: string, other: string): string => `EXISTS (
  SELECT FROM duplicate_decisions d
   WHERE d.owner_id = $1 AND d.isrc = least(${one}.isrc, ${other}.isrc) AND d.other_isrc = greatest(${one}.isrc, ${other}.isrc)
     AND d.stays IS NULL AND d.grounds = ${grounds(one, other)})`;
const isNoVersion = (one: string, other: string): string =>
  `${one}.parent_isrc IS DISTINCT FROM ${other}.isrc AND ${other}.parent_isrc IS DISTINCT FROM ${one}.isrc`;

/** One who has nothing alike right before it is passed over without a look. The last row tells how far was looked, where that was not to the end. */
const alikeSql = `
  SELECT l.names_key::text AS key, l.duration_seconds AS seconds, l.isrc, alike.isrc AS "otherIsrc", l.place = $6 AS "isLast"
    FROM (SELECT looked.*, row_number() OVER before AS place, lag(names_key) OVER before AS key_before, lag(duration_seconds) OVER before AS seconds_before
            FROM (SELECT r.names_key, r.duration_seconds, r.isrc FROM recordings r
                   WHERE r.owner_id = $1 AND ${comparable('r')}
                     AND ($2::bigint IS NULL OR (r.names_key, r.duration_seconds, r.isrc) > ($2::bigint, $3::int, $4::bpchar))
                   ORDER BY r.names_key, r.duration_seconds, r.isrc LIMIT $6) AS looked
          WINDOW before AS (ORDER BY names_key, duration_seconds, isrc)) AS l
    LEFT JOIN LATERAL (
      SELECT o.isrc FROM recordings o JOIN recordings r ON r.owner_id = $1 AND r.isrc = l.isrc
       WHERE (l.place = 1 OR l.key_before = l.names_key AND l.duration_seconds - l.seconds_before <= ${secondsApart})
         AND o.owner_id = $1 AND ${comparable('o')} AND o.names_key = l.names_key
         AND o.duration_seconds BETWEEN l.duration_seconds - ${secondsApart} AND l.duration_seconds
         AND (o.duration_seconds, o.isrc) < (l.duration_seconds, l.isrc)
         AND ${isNoVersion('o', 'r')} AND NOT ${isDismissed('o', 'r')}
       ORDER BY o.duration_seconds, o.isrc LIMIT 1) AS alike ON true
   WHERE alike.isrc IS NOT NULL OR l.place = $6
   ORDER BY l.names_key, l.duration_seconds, l.isrc LIMIT $5 + 1`;

/**
 * Recordings of a label that are like another one (names, and a duration at most two seconds longer), each once, with the first of those that nobody has said to be another one. By key, so that what is alike
 * stands side by side. At most `lookAt` recordings are looked at.
 */
export async function alikePage(
  tx: Tx,
  ownerId: string,
  { after, limit, lookAt = lookedAtMost }: { after: AlikePlace | undefined; limit: number; lookAt?: number },
): Promise<AlikePage> {
  const place = [after?.key ?? null, after?.seconds ?? null, after?.isrc ?? null];
  const rows = await tx.rows<AlikePlace & { otherIsrc: string | null; isLast: boolean }>(alikeSql, [
    ...[ownerId, ...place, limit, lookAt],
  ]);
  const pairs = rows.filter((row): row is AlikePair & { isLast: boolean } => row.otherIsrc !== null);
  const shown = pairs.slice(0, limit);
  return { pairs: shown, last: pairs.length > limit ? shown.at(-1) : rows.find(({ isLast }) => isLast) };
}

export interface Suspicion {
  readonly grounds: object;
  readonly isDismissed: boolean;
  /** One is stated to be a version of the other, directly or through others. */
  readonly isVersion: boolean;
}

/** What two recordings are suspected for; undefined where they are not alike. */
export const suspicionOf = (
  tx: Tx,
  ownerId: string,
  isrcs: readonly [string, string],
): Promise<Suspicion | undefined> =>
  tx.first<Suspicion>(
    `WITH RECURSIVE above AS (
       SELECT isrc AS below, parent_isrc FROM recordings WHERE owner_id = $1 AND isrc IN ($2, $3)
       UNION SELECT a.below, r.parent_isrc FROM above a JOIN recordings r ON r.owner_id = $1 AND r.isrc = a.parent_isrc)
     SELECT ${grounds('r', 'o')} AS grounds, ${isDismissed('r', 'o')} AS "isDismissed",
            EXISTS (SELECT FROM above WHERE below = $2 AND parent_isrc = $3 OR below = $3 AND parent_isrc = $2) AS "isVersion"
       FROM recordings r JOIN recordings o ON o.owner_id = $1 AND o.isrc = $3
      WHERE r.owner_id = $1 AND r.isrc = $2 AND ${comparable('r')} AND ${comparable('o')}
        AND r.names_key = o.names_key AND abs(r.duration_seconds - o.duration_seconds) <= ${secondsApart}`,
    [ownerId, ...isrcs],
  );

/** In how many published packages each of these recordings stands; those in none are left out. */
export async function packagesOfEach(
  tx: Tx,
  ownerId: string,
  isrcs: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.rows<{ isrc: string; packages: number }>(
    'SELECT isrc, count(*)::int AS packages FROM package_tracks WHERE owner_id = $1 AND isrc = ANY ($2::bpchar[]) GROUP BY isrc',
    [ownerId, isrcs],
  );
  return new Map(rows.map(({ isrc, packages }) => [isrc, packages]));
}

export const writeValues = (tx: Tx, { id }: Recording, values: MergedValues, at: Date): Promise<number> =>
  tx.run(
    `UPDATE recordings SET title = $2, version = $3, artists = $4, duration_seconds = $5, p_line = $6, genre = $7, label = $8, language = $9, parent_isrc = $10, parent_kind = $11, updated_at = $12
      WHERE id = $1`,
    [
      ...[id, values.title.title, values.title.version, values.artists, values.durationSeconds, values.pLine],
      ...[values.genre, values.label, values.language, values.parent?.isrc ?? null, values.parent?.kind ?? null, at],
    ],
  );

/** What a person decided: that two recordings are one, of which one stays, or (null) that they are two. */
export interface DuplicateDecision {
  readonly id: string;
  /** The lower of the two. */
  readonly isrc: string;
  readonly otherIsrc: string;
  readonly stays: string | null;
  /** By ISRC what was changed; null where nothing was. */
  readonly changes: Readonly<Record<string, Changes>> | null;
  readonly madeBy: string;
  readonly at: Date;
}

const shown = 'id, isrc, other_isrc AS "otherIsrc", stays, changes, made_by AS "madeBy", at';

export const insertDecision = (
  tx: Tx,
  ownerId: string,
  {
    isrcs,
    grounds: why,
    stays,
    changes,
    madeBy,
    at,
  }: Pick<DuplicateDecision, 'stays' | 'changes' | 'madeBy' | 'at'> & {
    readonly isrcs: readonly [string, string];
    readonly grounds: object;
  },
): Promise<DuplicateDecision> =>
  tx.one<DuplicateDecision>(
    `INSERT INTO duplicate_decisions (owner_id, isrc, other_isrc, grounds, stays, changes, made_by, at)
     VALUES ($1, least($2::bpchar, $3::bpchar), greatest($2::bpchar, $3::bpchar), $4, $5, $6, $7, $8) RETURNING ${shown}`,
    [ownerId, ...isrcs, JSON.stringify(why), stays, changes === null ? null : JSON.stringify(changes), madeBy, at],
  );

/** The latest first, after the given one. */
export const listDecisions = (
  tx: Tx,
  ownerId: string,
  limit: number,
  after: readonly string[] | undefined,
): Promise<DuplicateDecision[]> =>
  tx.rows<DuplicateDecision>(
    `SELECT ${shown} FROM duplicate_decisions
      WHERE owner_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid)) ORDER BY at DESC, id DESC LIMIT $4`,
    [ownerId, after?.[0] ?? null, after?.[1] ?? null, limit],
  );
