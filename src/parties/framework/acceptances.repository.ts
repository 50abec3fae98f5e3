import type { Tx } from '../../platform/database/tx';
import { type FrameworkAgreement } from './framework-agreement';

/** That an organization accepted a framework agreement, and who did it. */
export interface FrameworkAcceptance {
  readonly organizationId: string;
  readonly version: number;
  readonly sha256: string;
  /** The member's id. */
  readonly acceptedBy: string;
  readonly acceptedAt: Date;
}

const columns = `organization_id AS "organizationId", version, sha256, accepted_by AS "acceptedBy", accepted_at AS "acceptedAt"`;

/** What these organizations accepted, oldest first. */
export const frameworkAcceptances = (tx: Tx, organizationIds: readonly string[]): Promise<FrameworkAcceptance[]> =>
  tx.rows<FrameworkAcceptance>(
    `SELECT ${columns} FROM framework_acceptances WHERE organization_id = ANY ($1::uuid[]) ORDER BY accepted_at, organization_id`,
    [organizationIds],
  );

export interface NewAcceptance {
  readonly organizationId: string;
  readonly framework: FrameworkAgreement;
  readonly by: string;
  /** The network address it came from: evidence, shown to nobody. */
  readonly address: string;
  readonly at: Date;
}

/** Accepted twice it is accepted once; the first time stands. Says whether it is new. */
export const insertAcceptance = async (
  tx: Tx,
  { organizationId, framework: { version, sha256 }, by, address, at }: NewAcceptance,
): Promise<boolean> =>
  (await tx.run(
    `INSERT INTO framework_acceptances (organization_id, sha256, version, accepted_by, address, accepted_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [organizationId, sha256, version, by, address, at],
  )) > 0;
