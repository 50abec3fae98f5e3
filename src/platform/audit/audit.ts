import { type Actor } from '../auth/actor';
import { often, type Tx } from '../database/tx';

export interface AuditEntry {
  /** "payout.approved": subject and what was done to it. */
  readonly action: string;
  readonly subjectId: string;
  /** Ids, hashes and amounts; never names, mail or addresses. */
  readonly details?: object;
  readonly at: Date;
}

/** Who does something: somebody, or the system for an organization that it concerns. */
export type Doer = Actor | { readonly system: string; readonly organizationId: string };

/**
 * Records who did what, in the same transaction. System work is recorded for the organization it concerns; what a distributor does
 * in a label's name is recorded for both, each entry naming both.
 */
export async function audit(tx: Tx, by: Doer, entry: AuditEntry): Promise<void> {
  if ('system' in by || by.through === undefined) return insert(tx, by, entry, by.organizationId);
  const { through, organizationId } = by;
  const named = { ...entry, details: { ...entry.details, actingOrganizationId: through, onBehalfOf: organizationId } };
  await insert(tx, by, named, organizationId);
  await tx.asSystem(() => insert(tx, by, named, through));
}

async function insert(tx: Tx, by: Doer, entry: AuditEntry, organizationId: string): Promise<void> {
  const system = 'system' in by;
  await tx.run(
    often(
      `INSERT INTO audit_entries (organization_id, actor_kind, actor_id, action, subject_id, details, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    ),
    [
      organizationId,
      system ? 'system' : by.by.kind,
      system ? by.system : by.by.id,
      entry.action,
      entry.subjectId,
      JSON.stringify(entry.details ?? {}),
      entry.at,
    ],
  );
}
