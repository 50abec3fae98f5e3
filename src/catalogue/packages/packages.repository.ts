import type { Tx } from '../../platform/database/tx';
import type { RecordingQuery } from '../search/search-query';

/** What a version was published from: a saved query, and what it said then. */
export interface PackageSource {
  readonly saved_query_id: string;
  readonly saved_query_version: number;
  readonly query: RecordingQuery;
}

export type Package = {
  readonly id: string;
  readonly owner_id: string;
  readonly name: string;
  readonly version: number;
  readonly content_hash: string;
  readonly track_count: number;
  readonly published_at: Date;
  /** Null where a list was named. */
  readonly except_count: number | null;
} & (PackageSource | { readonly [column in keyof PackageSource]: null });

const shown = `id, owner_id, name, version, content_hash, track_count, published_at,
  saved_query_id, saved_query_version, query, cardinality(except_isrcs) AS except_count`;

export interface NewPackage {
  readonly ownerId: string;
  readonly name: string;
  readonly contentHash: string;
  readonly tracks: readonly string[];
  readonly source: (PackageSource & { readonly except_isrcs: readonly string[] }) | undefined;
  readonly at: Date;
}

/** Adds the next version of the name. Two at once reach for the same number: the second is refused by the constraint. */
export async function insertPackage(
  tx: Tx,
  { ownerId, name, contentHash, tracks, source, at }: NewPackage,
): Promise<Package> {
  const inserted = await tx.one<Package>(
    `INSERT INTO packages (owner_id, name, version, content_hash, track_count, published_at, saved_query_id, saved_query_version, query, except_isrcs)
     SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9 FROM packages WHERE owner_id = $1 AND name = $2 RETURNING ${shown}`,
    [
      ...[ownerId, name, contentHash, tracks.length, at, source?.saved_query_id ?? null],
      ...[source?.saved_query_version ?? null, source ? JSON.stringify(source.query) : null],
      source?.except_isrcs ?? null,
    ],
  );
  await tx.run(
    'INSERT INTO package_tracks (package_id, isrc, owner_id) SELECT $1, isrc, $2 FROM unnest($3::text[]) AS isrc',
    [inserted.id, ownerId, tracks],
  );
  return inserted;
}

export const findPackage = (tx: Tx, id: string): Promise<Package | undefined> =>
  tx.first<Package>(`SELECT ${shown} FROM packages WHERE id = $1`, [id]);

/** The newest version of a name, or the newest one below `below`. */
export const newestPackage = (tx: Tx, ownerId: string, name: string, below?: number): Promise<Package | undefined> =>
  tx.first<Package>(
    `SELECT ${shown} FROM packages WHERE owner_id = $1 AND name = $2 AND ($3::int IS NULL OR version < $3) ORDER BY version DESC LIMIT 1`,
    [ownerId, name, below ?? null],
  );

/** One more than `limit` of a label's packages, by name and version, of one name where it is given, after the given keys. */
export const listPackages = (tx: Tx, { ownerId, name, after, limit }: PackagesWanted): Promise<Package[]> =>
  tx.rows<Package>(
    `SELECT ${shown} FROM packages
      WHERE owner_id = $1 AND ($2::text IS NULL OR name = $2) AND ($3::text IS NULL OR (name, version) > ($3, $4::int))
      ORDER BY name, version LIMIT $5 + 1`,
    [ownerId, name ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
  );

export interface PackagesWanted {
  readonly ownerId: string;
  readonly name: string | undefined;
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

/** The recordings that the query of a package was never to take; none where a list was named. */
export async function exceptionsOfPackage(tx: Tx, id: string): Promise<readonly string[]> {
  const sql = 'SELECT except_isrcs AS "exceptIsrcs" FROM packages WHERE id = $1';
  return (await tx.first<{ exceptIsrcs: string[] | null }>(sql, [id]))?.exceptIsrcs ?? [];
}

/** The package's recordings in order. Also for the other party of an offer: ask only for a package that it offers. */
export const isrcsOfPackage = (tx: Tx, packageId: string): Promise<string[]> =>
  tx.asSystem(async () => {
    const rows = await tx.rows<{ isrc: string }>(
      'SELECT isrc FROM package_tracks WHERE package_id = $1 ORDER BY isrc',
      [packageId],
    );
    return rows.map(({ isrc }) => isrc);
  });

export interface PackageTrack {
  readonly isrc: string;
  readonly title: string;
  readonly version: string | null;
  readonly artists: readonly string[];
}

/** The tracks in ISRC order, with the titles that the catalogue has today. */
export const listPackageTracks = (
  tx: Tx,
  packageId: string,
  after: string | null,
  limit: number,
): Promise<PackageTrack[]> =>
  tx.rows<PackageTrack>(
    `SELECT t.isrc, r.title, r.version, r.artists FROM package_tracks t JOIN recordings r ON r.owner_id = t.owner_id AND r.isrc = t.isrc
      WHERE t.package_id = $1 AND ($2::text IS NULL OR t.isrc > $2) ORDER BY t.isrc LIMIT $3 + 1`,
    [packageId, after, limit],
  );

/** Which of these packages hold which of these recordings. Also for platforms: ask only about packages of listings that they may see. */
export const packagesWith = (
  tx: Tx,
  packageIds: readonly string[],
  isrcs: readonly string[],
): Promise<{ packageId: string; isrc: string }[]> =>
  tx.asSystem(() =>
    tx.rows<{ packageId: string; isrc: string }>(
      `SELECT package_id AS "packageId", isrc FROM package_tracks
        WHERE package_id = ANY ($1::uuid[]) AND isrc = ANY ($2::bpchar[]) ORDER BY isrc`,
      [packageIds, isrcs],
    ),
  );
