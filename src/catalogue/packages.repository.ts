import type { Tx } from '../platform/database/tx';

export interface Package {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly content_hash: string;
  readonly track_count: number;
  readonly published_at: Date;
}

const shown = 'id, name, version, content_hash, track_count, published_at';

/** Adds the next version of the name. Two at once reach for the same number: the second is refused by the constraint. */
export async function insertPackage(
  tx: Tx,
  {
    ownerId,
    name,
    contentHash,
    tracks,
    at,
  }: { ownerId: string; name: string; contentHash: string; tracks: readonly string[]; at: Date },
): Promise<Package> {
  const inserted = await tx.one<Package>(
    `INSERT INTO packages (owner_id, name, version, content_hash, track_count, published_at)
     SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5 FROM packages WHERE owner_id = $1 AND name = $2 RETURNING ${shown}`,
    [ownerId, name, contentHash, tracks.length, at],
  );
  await tx.run(
    'INSERT INTO package_tracks (package_id, isrc, owner_id) SELECT $1, isrc, $2 FROM unnest($3::text[]) AS isrc',
    [inserted.id, ownerId, tracks],
  );
  return inserted;
}

export const findPackage = (tx: Tx, id: string): Promise<Package | undefined> =>
  tx.first<Package>(`SELECT ${shown} FROM packages WHERE id = $1`, [id]);

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
