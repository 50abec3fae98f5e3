import type { Tx } from '../platform/database/tx';

export interface Rights {
  readonly share: string;
  readonly territories: readonly number[];
  readonly from: string;
  readonly until: string | null;
}

export const rightsOf = (tx: Tx, recordingId: string): Promise<Rights[]> =>
  tx.rows<Rights>(
    `SELECT trim_scale(share)::text AS share, territories, lower(in_force) AS from, upper(in_force) AS until
       FROM recording_rights WHERE recording_id = $1 AND replaced_at IS NULL ORDER BY lower(in_force), territories`,
    [recordingId],
  );

/** What a label states: its share of recordings in these places (numbers) from a day on, until a day or without end. */
export interface RightsStatement {
  readonly ownerId: string;
  readonly recordingIds: readonly string[];
  readonly share: string;
  readonly territories: readonly number[];
  readonly from: string;
  readonly until: string | null;
  readonly at: Date;
  readonly by: string;
}

export const writeRights = (
  tx: Tx,
  { ownerId, recordingIds, share, territories, from, until, at, by }: RightsStatement,
): Promise<number> =>
  tx.run(
    `INSERT INTO recording_rights (owner_id, recording_id, share, territories, in_force, stated_at, stated_by)
     SELECT $1, recording_id, $3, $4, daterange($5, $6), $7, $8 FROM unnest($2::uuid[]) AS recording_id`,
    [ownerId, recordingIds, share, territories, from, until, at, by],
  );

/** What a statement took the place of. */
export interface Replaced {
  /** The shares, as text, that held. */
  readonly shares: readonly string[];
  /** Each place and day of every recording had a share; false also where that takes more than one statement for a day to see. */
  readonly everywhere: boolean;
}

/**
 * Takes what was stated for these places and days out of force; what is left of each older statement stands on in its own name.
 */
export async function makeRoom(
  tx: Tx,
  { recordingIds, territories, from, until, at }: RightsStatement,
): Promise<Replaced> {
  const replaced = await tx.rows<{ id: string; share: string }>(
    `UPDATE recording_rights SET replaced_at = $5
      WHERE recording_id = ANY ($1::uuid[]) AND replaced_at IS NULL AND territories && $2::int[] AND in_force && daterange($3, $4)
      RETURNING id, trim_scale(share)::text AS share`,
    [recordingIds, territories, from, until, at],
  );
  const ids = replaced.map(({ id }) => id);
  await tx.run(
    `INSERT INTO recording_rights (owner_id, recording_id, share, territories, in_force, stated_at, stated_by)
     SELECT owner_id, recording_id, share, left_over.territories, left_over.in_force, stated_at, stated_by
       FROM recording_rights x, LATERAL (
            SELECT x.territories - $2::int[], x.in_force WHERE NOT x.territories <@ $2::int[]
             UNION ALL
            SELECT x.territories & $2::int[], days
              FROM unnest(datemultirange(x.in_force) - datemultirange(daterange($3, $4))) AS days) AS left_over (territories, in_force)
      WHERE x.id = ANY ($1::uuid[])`,
    [ids, territories, from, until],
  );
  const { full } = await tx.one<{ full: bigint }>(
    `SELECT count(*) AS full FROM (
       SELECT recording_id FROM recording_rights WHERE id = ANY ($1::uuid[]) AND territories @> $2::int[]
        GROUP BY recording_id HAVING range_agg(in_force) @> daterange($3, $4)) AS known`,
    [ids, territories, from, until],
  );
  return {
    shares: [...new Set(replaced.map(({ share }) => share))],
    everywhere: full === BigInt(new Set(recordingIds).size),
  };
}

/** The ISRCs for which something is already stated in one of these places on one of these days. */
export const statedAlready = (
  tx: Tx,
  { recordingIds, territories, from, until }: RightsStatement,
): Promise<{ isrc: string }[]> =>
  tx.rows(
    `SELECT DISTINCT isrc FROM recording_rights JOIN recordings ON recordings.id = recording_id
      WHERE recording_id = ANY ($1::uuid[]) AND replaced_at IS NULL AND territories && $2::int[] AND in_force && daterange($3, $4) ORDER BY isrc`,
    [recordingIds, territories, from, until],
  );

export const recordingsOfImport = (tx: Tx, importId: string): Promise<{ id: string; isrc: string }[]> =>
  tx.rows('SELECT id, isrc FROM recordings WHERE import_id = $1 ORDER BY isrc', [importId]);
