import { audit, type Doer } from '../../platform/audit/audit';
import type { Tx } from '../../platform/database/tx';
import { publish } from '../../platform/outbox/outbox';
import type { CatalogueImport } from './imports.repository';

/** Two imports that update the same recordings in different orders would deadlock: one runs at a time. False where another one of the label does. */
export async function takeTurn(tx: Tx, ownerId: string): Promise<boolean> {
  const { taken } = await tx.one<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken',
    [`catalogue-import ${ownerId}`],
  );
  return taken;
}

/** The news and the audit entry of an import that is in. */
export async function tellImported(tx: Tx, by: Doer, done: CatalogueImport): Promise<void> {
  const { id, owner_id: ownerId, file_sha256: file, rows_accepted: accepted, rows_rejected: rejected } = done;
  const at = done.finished_at!;
  const details = { file, accepted, rejected };
  await audit(tx, by, { action: 'catalogue.imported', subjectId: id, details, at });
  await publish(tx, { to: [ownerId], topic: 'catalogue.imported', subjectId: id, payload: details, at });
}
