import type { Tx } from '../../platform/database/tx';

/** So many parts are read ahead at most: disk does not grow with the archive. */
const aheadMost = 32;

interface ReadImport {
  readonly id: string;
  readonly owner_id: string;
}

/** Says that an import takes an archive, from its first part on. */
export const openParts = (tx: Tx, { id, owner_id: ownerId }: ReadImport): Promise<number> =>
  tx.run(
    `INSERT INTO catalogue_import_parts (import_id, owner_id, claimed, taken) VALUES ($1, $2, 0, 0)
     ON CONFLICT (import_id) DO UPDATE SET claimed = 0, taken = 0`,
    [id, ownerId],
  );

/** Says that the import comes to this part, all before it being taken. True where another worker has claimed it; else it is the import's own from now on. */
export const comeTo = async (tx: Tx, importId: string, part: number): Promise<boolean> =>
  (
    await tx.first<{ isClaimed: boolean }>(
      `UPDATE catalogue_import_parts SET claimed = greatest(claimed, $2), taken = $2 - 1 WHERE import_id = $1
       RETURNING old.claimed >= $2 AS "isClaimed"`,
      [importId, part],
    )
  )?.isClaimed === true;

const isInHand = `import_id = $1 AND EXISTS (SELECT FROM catalogue_imports WHERE id = $1 AND state = 'queued')`;

const hasRoom = `claimed < taken + ${aheadMost}`;

/** How many parts are taken, and whether another one may be read ahead. Undefined where the import is over, or has not come to its archive. */
export const partsAt = (
  tx: Tx,
  importId: string,
): Promise<{ readonly taken: number; readonly hasRoom: boolean } | undefined> =>
  tx.first(`SELECT taken, ${hasRoom} AS "hasRoom" FROM catalogue_import_parts WHERE ${isInHand}`, [importId]);

/** The next part that nobody has claimed, claimed; undefined where none may be. */
export const claimPart = async (tx: Tx, importId: string): Promise<number | undefined> =>
  (
    await tx.first<{ claimed: number }>(
      `UPDATE catalogue_import_parts SET claimed = claimed + 1 WHERE ${isInHand} AND ${hasRoom} RETURNING claimed`,
      [importId],
    )
  )?.claimed;

const lockOf = (importId: string, part: number): string => `catalogue-import ${importId} part ${part}`;

/** Until the transaction ends others see that somebody reads this part. */
export const holdPart = (tx: Tx, importId: string, part: number): Promise<number> =>
  tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lockOf(importId, part)]);

/** Whether nobody reads this part, at this moment. */
export const isLeft = async (tx: Tx, importId: string, part: number): Promise<boolean> =>
  (
    await tx.one<{ left: boolean }>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS left', [
      lockOf(importId, part),
    ])
  ).left;
