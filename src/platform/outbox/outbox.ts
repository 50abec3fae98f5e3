import { often, type Tx } from '../database/tx';

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
  tx.told = true;
  await tx.run(
    often(`INSERT INTO outbox (organization_id, topic, subject_id, payload, occurred_at)
     SELECT organization, $2, $3, $4, $5 FROM unnest($1::uuid[]) AS organization`),
    [[...new Set(to)], topic, subjectId, JSON.stringify(payload), at],
  );
}

export interface OutboxEntry {
  readonly transaction: string;
  readonly position: bigint;
  readonly topic: string;
  readonly subject_id: string;
  readonly payload: object;
  readonly occurred_at: Date;
}

/** How far a reader has come: a transaction, and a position in it. */
export interface OutboxPlace {
  readonly transaction: string;
  readonly position: string;
}

/**
 * The reader's next entries, by transaction and then by position. It stops at the snapshot's xmin: whatever may still commit has a
 * transaction from there on, so nothing can appear behind a reader. (By position alone it could: numbers are drawn at the insert,
 * transactions at their first write.) By the column, not by the text that is selected: as text, 1000 comes before 999.
 */
export const listOutbox = (tx: Tx, organizationId: string, after: OutboxPlace, limit: number): Promise<OutboxEntry[]> =>
  tx.rows<OutboxEntry>(
    `SELECT transaction::text, position, topic, subject_id, payload, occurred_at FROM outbox
      WHERE organization_id = $1 AND (transaction, position) > ($2::xid8, $3::bigint)
        AND transaction < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY outbox.transaction, position LIMIT $4`,
    [organizationId, after.transaction, after.position, limit],
  );
