import type { Tx } from '../platform/database/tx';
import type { VersionKind } from './catalogue-row';

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

export const listRecordings = (
  tx: Tx,
  { ownerId, isrc, after, limit }: { ownerId: string; isrc: string | null; after: string | null; limit: number },
): Promise<Recording[]> =>
  tx.rows<Recording>(
    `SELECT ${shown} FROM recordings
      WHERE owner_id = $1 AND ($2::text IS NULL OR isrc = $2) AND ($3::text IS NULL OR isrc > $3)
      ORDER BY isrc LIMIT $4 + 1`,
    [ownerId, isrc, after, limit],
  );

/** Recordings that name another one as their parent, by ISRC. That one need not be in the catalogue. */
export const listVersions = (
  tx: Tx,
  { ownerId, parentIsrc, after, limit }: { ownerId: string; parentIsrc: string; after: string | null; limit: number },
): Promise<Recording[]> =>
  tx.rows<Recording>(
    `SELECT ${shown} FROM recordings
      WHERE parent_isrc = $2 AND owner_id = $1 AND ($3::text IS NULL OR isrc > $3)
      ORDER BY isrc LIMIT $4 + 1`,
    [ownerId, parentIsrc, after, limit],
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
