import type { Tx } from '../platform/database/tx';
import type { RecordingRow, VersionKind } from './catalogue-row';

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
  /** What it is a version of, and how it was made of it: both or neither. */
  readonly parent_isrc: string | null;
  readonly parent_kind: VersionKind | null;
  readonly updated_at: Date;
}

const shown =
  'id, owner_id, isrc, title, version, artists, duration_seconds, p_line, genre, parent_isrc, parent_kind, updated_at';

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

export interface ReleaseOfRecording {
  readonly gtin: string;
  readonly title: string;
}

export const releasesOf = (tx: Tx, recordingId: string): Promise<ReleaseOfRecording[]> =>
  tx.rows<ReleaseOfRecording>(
    `SELECT gtin, title FROM releases JOIN release_recordings ON release_id = releases.id WHERE recording_id = $1 ORDER BY gtin`,
    [recordingId],
  );

/**
 * Adds the rows, or brings what is already there up to date. A recording that this same import wrote before is left alone
 * and not among the answers: that is how a repeated ISRC shows without keeping the file's ISRCs in memory. A file that says nothing of
 * parents leaves them as they are.
 */
export const writeRecordings = (
  tx: Tx,
  { ownerId, importId, at }: { ownerId: string; importId: string; at: Date },
  rows: readonly RecordingRow[],
): Promise<{ id: string; isrc: string }[]> =>
  tx.rows(
    `INSERT INTO recordings (owner_id, import_id, updated_at, isrc, title, version, artists, duration_seconds, p_line, genre,
                             parent_isrc, parent_kind)
     SELECT $1, $2, $3, isrc, title, version, string_to_array(artists, '|'), duration, p_line, genre, parent_isrc, parent_kind
       FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[])
         AS incoming (isrc, title, version, artists, duration, p_line, genre, parent_isrc, parent_kind)
     ON CONFLICT (owner_id, isrc) DO UPDATE SET
       title = excluded.title, version = excluded.version, artists = excluded.artists, duration_seconds = excluded.duration_seconds,
       p_line = excluded.p_line, genre = excluded.genre,
       parent_isrc = CASE WHEN $13 THEN excluded.parent_isrc ELSE recordings.parent_isrc END,
       parent_kind = CASE WHEN $13 THEN excluded.parent_kind ELSE recordings.parent_kind END, import_id = excluded.import_id, updated_at = excluded.updated_at
       WHERE recordings.import_id IS DISTINCT FROM excluded.import_id
     RETURNING id, isrc`,
    [
      ownerId,
      importId,
      at,
      rows.map((row) => row.isrc),
      rows.map((row) => row.title),
      rows.map((row) => row.version),
      rows.map((row) => row.artists.join('|')),
      rows.map((row) => row.durationSeconds),
      rows.map((row) => row.pLine),
      rows.map((row) => row.genre),
      rows.map((row) => row.parent?.isrc ?? null),
      rows.map((row) => row.parent?.kind ?? null),
      rows.some((row) => row.parent !== undefined),
    ],
  );

/** Puts recordings on their releases; a release's title is the one that the latest row gives. */
export async function writeReleases(
  tx: Tx,
  ownerId: string,
  tracks: readonly { readonly recordingId: string; readonly gtin: string; readonly title: string }[],
): Promise<void> {
  const titles = new Map(tracks.map(({ gtin, title }) => [gtin, title]));
  await tx.run(
    `INSERT INTO releases (owner_id, gtin, title) SELECT $1, gtin, title FROM unnest($2::text[], $3::text[]) AS incoming (gtin, title)
     ON CONFLICT (owner_id, gtin) DO UPDATE SET title = excluded.title WHERE releases.title <> excluded.title`,
    [ownerId, [...titles.keys()], [...titles.values()]],
  );
  await tx.run(
    `INSERT INTO release_recordings (release_id, recording_id, owner_id)
     SELECT releases.id, recording_id, $1 FROM unnest($2::uuid[], $3::text[]) AS incoming (recording_id, gtin)
       JOIN releases ON releases.owner_id = $1 AND releases.gtin = incoming.gtin
     ON CONFLICT DO NOTHING`,
    [ownerId, tracks.map(({ recordingId }) => recordingId), tracks.map(({ gtin }) => gtin)],
  );
}

/** Every ISRC in a label's catalogue. */
export const catalogueIsrcs = async (tx: Tx, ownerId: string): Promise<string[]> =>
  (
    await tx.asSystem(() => tx.rows<{ isrc: string }>('SELECT isrc FROM recordings WHERE owner_id = $1', [ownerId]))
  ).map(({ isrc }) => isrc);
