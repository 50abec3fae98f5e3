import { audit, type Doer } from '../../platform/audit/audit';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
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

/**
 * For whoever is waited for: no one else writes this catalogue until the transaction ends. A change that began later and is in sooner would end an import that runs (record 64). Refuses with
 * idempotency-key-in-use: each that waits would hold a connection, and a few of them all there are.
 */
export async function takeTurnOrRefuse(tx: Tx, ownerId: string): Promise<void> {
  if (await takeTurn(tx, ownerId)) return;
  const detail = 'an import or another change of this catalogue is running: wait for its end';
  throw new DomainError('idempotency-key-in-use', detail);
}

/** The news and the audit entry of an import that is in. */
export async function tellImported(tx: Tx, by: Doer, done: CatalogueImport): Promise<void> {
  const { id, owner_id: ownerId, file_sha256: file, rows_accepted: accepted, rows_rejected: rejected } = done;
  const at = done.finished_at!;
  const details = { file, accepted, rejected };
  await audit(tx, by, { action: 'catalogue.imported', subjectId: id, details, at });
  await publish(tx, { to: [ownerId], topic: 'catalogue.imported', subjectId: id, payload: details, at });
}
