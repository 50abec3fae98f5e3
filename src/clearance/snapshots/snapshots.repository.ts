import type { Tx } from '../../platform/database/tx';

/** A whole snapshot as it is kept; deltas are worked out from two of them. */
export interface StoredSnapshot {
  readonly serviceId: string;
  readonly number: number;
  readonly contentSha256: string;
  readonly fileSha256: string;
  readonly bytes: bigint;
  readonly recordings: number;
  readonly madeAt: Date;
}

const columns = `service_id AS "serviceId", number, content_sha256 AS "contentSha256", file_sha256 AS "fileSha256", bytes, recordings,
  made_at AS "madeAt"`;

/** Nobody else makes a snapshot of this service until the transaction ends. */
export const holdService = (tx: Tx, serviceId: string): Promise<number> =>
  tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`snapshots of ${serviceId}`]);

export const latestSnapshot = (tx: Tx, serviceId: string): Promise<StoredSnapshot | undefined> =>
  tx.first<StoredSnapshot>(
    `SELECT ${columns} FROM clearance_snapshots WHERE service_id = $1 ORDER BY number DESC LIMIT 1`,
    [serviceId],
  );

export const findSnapshot = (tx: Tx, serviceId: string, number: number): Promise<StoredSnapshot | undefined> =>
  tx.first<StoredSnapshot>(`SELECT ${columns} FROM clearance_snapshots WHERE service_id = $1 AND number = $2`, [
    serviceId,
    number,
  ]);

/** The newest first, below the given number; one row more than `limit`. */
export const listSnapshots = (
  tx: Tx,
  serviceId: string,
  limit: number,
  below: number | undefined,
): Promise<StoredSnapshot[]> =>
  tx.rows<StoredSnapshot>(
    `SELECT ${columns} FROM clearance_snapshots WHERE service_id = $1 AND ($2::int IS NULL OR number < $2)
      ORDER BY number DESC LIMIT $3 + 1`,
    [serviceId, below ?? null, limit],
  );

export const insertSnapshot = (tx: Tx, platformId: string, snapshot: StoredSnapshot): Promise<number> =>
  tx.run(
    `INSERT INTO clearance_snapshots (service_id, number, owner_id, content_sha256, file_sha256, bytes, recordings, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      snapshot.serviceId,
      snapshot.number,
      platformId,
      snapshot.contentSha256,
      snapshot.fileSha256,
      snapshot.bytes,
      snapshot.recordings,
      snapshot.madeAt,
    ],
  );
