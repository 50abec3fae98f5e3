import type { Tx } from '../../platform/database/tx';

/** How often a platform was told no, about a recording, in a month, a place and a use, for a reason. */
export interface Sighting {
  readonly platformId: string;
  readonly isrc: string;
  /** The first day of the month that was asked about, in UTC. */
  readonly month: string;
  readonly territory: string;
  readonly useType: string;
  readonly reason: string;
  readonly count: number;
}

/** Adds to what was counted before, in one statement and always in one order: two processes never wait for each other's rows. */
export async function addSightings(tx: Tx, sightings: readonly Sighting[]): Promise<void> {
  await tx.run(
    `INSERT INTO clearance_sightings AS s (owner_id, isrc, month, territory, use_type, reason, sightings)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[], $6::text[], $7::bigint[])
         AS counted (owner_id, isrc, month, territory, use_type, reason, sightings)
      ORDER BY 1, 2, 3, 4, 5, 6
     ON CONFLICT (isrc, month, territory, use_type, reason, owner_id) DO UPDATE SET sightings = s.sightings + excluded.sightings`,
    [
      sightings.map(({ platformId }) => platformId),
      sightings.map(({ isrc }) => isrc),
      sightings.map(({ month }) => month),
      sightings.map(({ territory }) => territory),
      sightings.map(({ useType }) => useType),
      sightings.map(({ reason }) => reason),
      sightings.map(({ count }) => count),
    ],
  );
}

/** What all platforms together were told about a label's recordings. */
export interface Demand {
  readonly isrc: string;
  readonly territory: string;
  readonly useType: string;
  readonly reason: string;
  readonly sightings: bigint;
}

/** By recording, place, use and reason; one row more than `limit`. Which platform asked stays with the platform. */
export const listDemand = (
  tx: Tx,
  {
    labelId,
    month,
    limit,
    after,
  }: { labelId: string; month: string; limit: number; after: readonly string[] | undefined },
): Promise<Demand[]> =>
  tx.asSystem(() =>
    tx.rows<Demand>(
      `SELECT s.isrc, s.territory, s.use_type AS "useType", s.reason, sum(s.sightings)::bigint AS sightings
         FROM clearance_sightings s JOIN recordings r ON r.owner_id = $1 AND r.isrc = s.isrc
        WHERE s.month = $2::date AND ($3::text[] IS NULL OR ARRAY[s.isrc::text, s.territory, s.use_type, s.reason] > $3)
        GROUP BY s.isrc, s.territory, s.use_type, s.reason
        ORDER BY ARRAY[s.isrc::text, s.territory, s.use_type, s.reason] LIMIT $4 + 1`,
      [labelId, `${month}-01`, after ?? null, limit],
    ),
  );
