import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { EndState, NegotiationState } from './negotiation-moves';

export interface Negotiation {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly state: NegotiationState;
  readonly latestRevision: number;
  readonly acceptedRevision: number | null;
  readonly agreementId: string | null;
  readonly reason: string | null;
  readonly openedBy: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}

const columns = `id, label_id AS "labelId", platform_id AS "platformId", state, latest_revision AS "latestRevision",
  accepted_revision AS "acceptedRevision", agreement_id AS "agreementId", reason, opened_by AS "openedBy",
  opened_at AS "openedAt", closed_at AS "closedAt"`;

/** Refuses with not-found. */
export async function getNegotiation(tx: Tx, id: string): Promise<Negotiation> {
  return found(await tx.first<Negotiation>(`SELECT ${columns} FROM negotiations WHERE id = $1`, [id]));
}

/** As getNegotiation, and nobody else moves it until the transaction ends. */
export async function getNegotiationForUpdate(tx: Tx, id: string): Promise<Negotiation> {
  const sql = `SELECT ${columns} FROM negotiations WHERE id = $1 FOR NO KEY UPDATE`;
  return found(await tx.first<Negotiation>(sql, [id]));
}

/** Negotiations that the organization sees, oldest first, after the given keys. */
export const listNegotiations = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<Negotiation[]> =>
  tx.rows<Negotiation>(
    `SELECT ${columns} FROM negotiations
      WHERE $2::timestamptz IS NULL OR (opened_at, id) > ($2, $3::uuid) ORDER BY opened_at, id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Who stands on the other side of one party. */
export const otherParty = ({ labelId, platformId }: Negotiation, organizationId: string): string =>
  organizationId === labelId ? platformId : labelId;

export interface NewNegotiation {
  readonly labelId: string;
  readonly platformId: string;
  readonly openedBy: string;
  readonly at: Date;
}

export const insertNegotiation = (
  tx: Tx,
  { labelId, platformId, openedBy, at }: NewNegotiation,
): Promise<Negotiation> =>
  tx.one<Negotiation>(
    `INSERT INTO negotiations (label_id, platform_id, state, latest_revision, opened_by, opened_at)
     VALUES ($1, $2, 'open', 1, $3, $4) RETURNING ${columns}`,
    [labelId, platformId, openedBy, at],
  );

export async function setLatestRevision(tx: Tx, id: string, number: number): Promise<void> {
  await tx.run('UPDATE negotiations SET latest_revision = $2 WHERE id = $1', [id, number]);
}

export interface Ending {
  readonly state: EndState;
  readonly acceptedRevision?: number;
  readonly agreementId?: string;
  readonly reason?: string | undefined;
  readonly at: Date;
}

export const endNegotiation = (tx: Tx, id: string, ending: Ending): Promise<Negotiation> =>
  tx.one<Negotiation>(
    `UPDATE negotiations SET state = $2, accepted_revision = $3, agreement_id = $4, reason = $5, closed_at = $6
      WHERE id = $1 RETURNING ${columns}`,
    [id, ending.state, ending.acceptedRevision ?? null, ending.agreementId ?? null, ending.reason ?? null, ending.at],
  );

function found(negotiation: Negotiation | undefined): Negotiation {
  if (negotiation === undefined) throw new DomainError('not-found');
  return negotiation;
}
