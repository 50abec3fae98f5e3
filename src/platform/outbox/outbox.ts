import type { Tx } from '../database/tx';

export interface News {
  /** Everyone the news is for. */
  readonly to: readonly string[];
  /** "agreement.concluded": subject and what happened to it. */
  readonly topic: string;
  readonly subjectId: string;
  readonly payload?: object;
  readonly at: Date;
}

/** Writes news in the transaction of what happened: told if and only if it did. */
export async function publish(tx: Tx, { to, topic, subjectId, payload = {}, at }: News): Promise<void> {
  await tx.run(
    `INSERT INTO outbox (organization_id, topic, subject_id, payload, occurred_at)
     SELECT organization, $2, $3, $4, $5 FROM unnest($1::uuid[]) AS organization`,
    [[...new Set(to)], topic, subjectId, JSON.stringify(payload), at],
  );
}

export interface OutboxEntry {
  readonly position: bigint;
  readonly topic: string;
  readonly subject_id: string;
  readonly payload: object;
  readonly occurred_at: Date;
}

/**
 * The reader's next entries. It stops at the snapshot's xmin: a transaction that took an earlier position but has not committed yet
 * holds the reader back instead of being skipped.
 */
export const listOutbox = (tx: Tx, organizationId: string, after: bigint, limit: number): Promise<OutboxEntry[]> =>
  tx.rows<OutboxEntry>(
    `SELECT position, topic, subject_id, payload, occurred_at FROM outbox
      WHERE organization_id = $1 AND position > $2 AND transaction < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY position LIMIT $3`,
    [organizationId, after, limit],
  );
