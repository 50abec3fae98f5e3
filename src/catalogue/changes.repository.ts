import type { Tx } from '../platform/database/tx';
import type { OutboxPlace } from '../platform/outbox/outbox';

/** One recording, release or track before and after; the database writes it with what it tells of. */
export interface CatalogueChange {
  readonly transaction: string;
  readonly position: bigint;
  readonly kind: 'recording' | 'release' | 'track';
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
