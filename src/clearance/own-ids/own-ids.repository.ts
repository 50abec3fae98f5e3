import type { Tx } from '../../platform/database/tx';

/** What a platform calls a recording in its own systems. */
export interface OwnId {
  readonly ownId: string;
  readonly isrc: string;
}

/** Remembers names, the last word counting; always in one order: two requests never wait for each other's rows. */
export const stateOwnIds = (tx: Tx, platformId: string, ids: readonly OwnId[], at: Date): Promise<number> =>
  tx.run(
    `INSERT INTO clearance_own_ids (owner_id, own_id, isrc, stated_at)
     SELECT $1, own_id, isrc, $4 FROM unnest($2::text[], $3::text[]) AS stated (own_id, isrc) ORDER BY own_id
     ON CONFLICT (owner_id, own_id) DO UPDATE SET isrc = excluded.isrc, stated_at = excluded.stated_at`,
    [platformId, ids.map(({ ownId }) => ownId), ids.map(({ isrc }) => isrc), at],
  );

/** The recordings that these names of a platform mean. */
export async function isrcsOfOwnIds(
  tx: Tx,
  platformId: string,
  ownIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.rows<OwnId>(
    'SELECT own_id AS "ownId", isrc FROM clearance_own_ids WHERE owner_id = $1 AND own_id = ANY ($2::text[])',
    [platformId, ownIds],
  );
  return new Map(rows.map(({ ownId, isrc }) => [ownId, isrc]));
}
