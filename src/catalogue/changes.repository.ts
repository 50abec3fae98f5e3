import type { Tx } from '../platform/database/tx';
import type { OutboxPlace } from '../platform/outbox/outbox';

/** One recording, release or tracks of a release before and after; the database writes it with what it tells of. */
export interface CatalogueChange {
  readonly transaction: string;
  readonly position: bigint;
  readonly kind: 'recording' | 'release' | 'tracks';
  readonly subject_id: string;
  readonly before: object | null;
  readonly after: object | null;
}

/** The label's next changes after a place, up to the snapshot's xmin: nothing can appear behind a reader (see `listOutbox`). */
export const listChanges = (tx: Tx, after: OutboxPlace, limit: number): Promise<CatalogueChange[]> =>
  tx.rows<CatalogueChange>(
    `SELECT transaction::text, position, kind, subject_id, before, after FROM catalogue_changes c
      WHERE owner_id = accordo_organization() AND (transaction, position) > ($1::xid8, $2::bigint)
        AND transaction < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY c.transaction, position LIMIT $3`,
    [after.transaction, after.position, limit],
  );

/** Whether no transaction of this number can have written yet: it is none of ours, or of a database that another one was restored in place of. */
export const isAhead = async (tx: Tx, transaction: string): Promise<boolean> =>
  (
    await tx.one<{ ahead: boolean }>('SELECT $1::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) AS ahead', [
      transaction,
    ])
  ).ahead;
