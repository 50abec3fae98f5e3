import type { Tx } from '../platform/database/tx';
import type { ParentVersion, VersionKind } from './catalogue-row';

export interface Recording {
  readonly id: string;
  readonly owner_id: string;
  readonly isrc: string;
  readonly title: string;
  readonly version: string | null;
  readonly artists: readonly string[];
  readonly duration_seconds: number | null;
  readonly p_line: string | null;
  readonly genre: string | null;
  readonly label: string | null;
  readonly language: string | null;
  /** What it is a version of, and how it was made of it: both or neither. */
  readonly parent_isrc: string | null;
  readonly parent_kind: VersionKind | null;
  readonly updated_at: Date;
}

const shown =
  'id, owner_id, isrc, title, version, artists, duration_seconds, p_line, genre, label, language, parent_isrc, parent_kind, updated_at';

/** The recordings that `ownerId` has among these ISRCs, in ISRC order. Also for the other party of a deal: ask only for what the deal names. */
export const findRecordings = (tx: Tx, ownerId: string, isrcs: readonly string[]): Promise<Recording[]> =>
  tx.asSystem(() =>
    tx.rows<Recording>(
      `SELECT ${shown} FROM recordings WHERE owner_id = $1 AND isrc = ANY ($2::bpchar[]) ORDER BY isrc`,
      [ownerId, isrcs],
    ),
  );

/** Which of these labels have which of these recordings. Also for platforms: ask only about labels that they have an agreement with. */
export const findOwners = (
  tx: Tx,
  ownerIds: readonly string[],
  isrcs: readonly string[],
): Promise<{ isrc: string; ownerId: string }[]> =>
  tx.asSystem(() =>
    tx.rows<{ isrc: string; ownerId: string }>(
      `SELECT isrc, owner_id AS "ownerId" FROM recordings
        WHERE owner_id = ANY ($1::uuid[]) AND isrc = ANY ($2::bpchar[]) ORDER BY isrc, owner_id`,
      [ownerIds, isrcs],
    ),
  );

/**
 * The recordings that these labels state to be versions of these, or of versions of them, by the one that was asked for (what is stated to be the same recording has its versions); together at most one more than `most`, and then not all. Also for
 * platforms: ask only about labels that they have an agreement with, and tell none that they could not know of.
 */
export async function versionsOfEach(
  tx: Tx,
  ownerIds: readonly string[],
  parents: readonly string[],
  most: number,
): Promise<Map<string, string[]>> {
  // Not in any order: then no more are read than are given. What was found already is not found again, so a ring ends.
  const rows = await tx.asSystem(() =>
    tx.rows<{ parent: string; isrc: string }>(
      `WITH RECURSIVE family AS (
         SELECT parent, parent AS isrc FROM unnest($2::bpchar[]) AS parent
         UNION SELECT f.parent, r.isrc FROM family f CROSS JOIN LATERAL (
         SELECT isrc FROM recordings WHERE parent_isrc = f.isrc AND owner_id = ANY ($1::uuid[])
         UNION ALL SELECT parent_isrc FROM recordings WHERE isrc = f.isrc AND parent_kind = 'same-recording' AND owner_id = ANY ($1::uuid[])) AS r)
       SELECT parent, isrc FROM family WHERE isrc <> parent LIMIT $3 + 1`,
      [ownerIds, parents, most],
    ),
  );
  const versions = new Map<string, string[]>(parents.map((parent) => [parent, []]));
  for (const { parent, isrc } of rows) versions.get(parent)!.push(isrc);
  return versions;
}

/** What one of these labels, the first of them, states these recordings to be versions of. As for findOwners. */
export async function parentsAmong(
  tx: Tx,
  ownerIds: readonly string[],
  isrcs: readonly string[],
): Promise<Map<string, ParentVersion>> {
  const rows = await tx.asSystem(() =>
    tx.rows<ParentVersion & { of: string }>(
      `SELECT DISTINCT ON (r.isrc) r.isrc AS of, parent_isrc AS isrc, parent_kind AS kind FROM recordings r
        WHERE owner_id = ANY ($1::uuid[]) AND r.isrc = ANY ($2::bpchar[]) AND parent_isrc IS NOT NULL ORDER BY r.isrc, owner_id`,
      [ownerIds, isrcs],
    ),
  );
  return new Map(rows.map(({ of, ...parent }) => [of, parent]));
}

/** As findOwners, the first label where several have a recording. */
export async function ownersOfRecordings(
  tx: Tx,
  ownerIds: readonly string[],
  isrcs: readonly string[],
): Promise<Map<string, string>> {
  if (ownerIds.length === 0 || isrcs.length === 0) return new Map();
  const owners = new Map<string, string>();
  for (const { isrc, ownerId } of await findOwners(tx, ownerIds, isrcs)) {
    if (!owners.has(isrc)) owners.set(isrc, ownerId);
  }
  return owners;
}

export const getRecording = (tx: Tx, ownerId: string, isrc: string): Promise<Recording | undefined> =>
  tx.first<Recording>(`SELECT ${shown} FROM recordings WHERE owner_id = $1 AND isrc = $2`, [ownerId, isrc]);

/** By ISRC; of one, or of those that name one as their parent, which need not be in the catalogue itself. */
export const listRecordings = (
  tx: Tx,
  {
    ownerId,
    isrc,
    parentIsrc,
    after,
    limit,
  }: { ownerId: string; isrc: string | null; parentIsrc: string | null; after: string | null; limit: number },
): Promise<Recording[]> =>
  tx.rows<Recording>(
    `SELECT ${shown} FROM recordings
      WHERE owner_id = $1 AND ($2::text IS NULL OR isrc = $2) AND ($3::text IS NULL OR isrc > $3) AND ($5::bpchar IS NULL OR parent_isrc = $5)
      ORDER BY isrc LIMIT $4 + 1`,
    [ownerId, isrc, after, limit, parentIsrc],
  );

export interface ReleaseOfRecording {
  readonly id: string;
  /** Null where it is known by another number only. */
  readonly gtin: string | null;
  readonly title: string;
}

export const releasesOf = (tx: Tx, recordingId: string): Promise<ReleaseOfRecording[]> =>
  tx.rows<ReleaseOfRecording>(
    `SELECT id, gtin, title FROM releases JOIN release_recordings ON release_id = releases.id WHERE recording_id = $1 AND left_at IS NULL ORDER BY gtin, id`,
    [recordingId],
  );

/** Every ISRC in a label's catalogue. */
export async function catalogueIsrcs(tx: Tx, ownerId: string): Promise<string[]> {
  // One text: a row for each would cost several times as much. The order saves whoever sorts them most of the work.
  const sql = `SELECT string_agg(isrc::text, '' ORDER BY isrc COLLATE "C") AS isrcs FROM recordings WHERE owner_id = $1`;
  const isrcs = (await tx.asSystem(() => tx.first<{ isrcs: string | null }>(sql, [ownerId])))?.isrcs ?? '';
  return Array.from({ length: isrcs.length / isrcLength }, (_, at) =>
    isrcs.slice(at * isrcLength, (at + 1) * isrcLength),
  );
}

const isrcLength = 12;
