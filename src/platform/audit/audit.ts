import { type Actor } from '../auth/actor';
import type { Tx } from '../database/tx';

export interface AuditEntry {
  /** "payout.approved": subject and what was done to it. */
  readonly action: string;
  readonly subjectId: string;
  /** Ids, hashes and amounts; never names, mail or addresses. */
  readonly details?: object;
  readonly at: Date;
}

/** Records who did what, in the same transaction. System work is recorded for the organization it concerns. */
export async function audit(
  tx: Tx,
  by: Actor | { readonly system: string; readonly organizationId: string },
  entry: AuditEntry,
): Promise<void> {
  const system = 'system' in by;
  await tx.run(
    `INSERT INTO audit_entries (organization_id, actor_kind, actor_id, action, subject_id, details, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      by.organizationId,
      system ? 'system' : by.by.kind,
      system ? by.system : by.by.id,
      entry.action,
      entry.subjectId,
      JSON.stringify(entry.details ?? {}),
      entry.at,
    ],
  );
}
