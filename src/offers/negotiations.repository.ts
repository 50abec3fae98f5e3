import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { EndState, NegotiationState } from './negotiation-moves';

export interface Negotiation {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly state: NegotiationState;
  readonly latestRevision: number;
  /** Until when the latest revision stands; null for one of before revisions expired. */
  readonly expiresAt: Date | null;
  readonly acceptedRevision: number | null;
  readonly agreementId: string | null;
  /** The asking organization's approval that waits for a second signatory; the other party's is not seen. */
  readonly pendingApproval: string | null;
  readonly reason: string | null;
  readonly reopens: string | null;
  readonly reopenedAs: string | null;
  /** The listing whose standing offer its first revision is. */
  readonly listingId: string | null;
  /** What the platform said when it took the listing up. */
  readonly openingMessage: string | null;
  /** The licence request that it answers. */
  readonly requestId: string | null;
  readonly openedBy: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
}

/** The approval of an acceptance above the organization's threshold; its subject is the negotiation. */
export const acceptAction = 'negotiation.accept';

const selected = `SELECT n.id, n.label_id AS "labelId", n.platform_id AS "platformId", n.state,
    n.latest_revision AS "latestRevision", r.expires_at AS "expiresAt", n.accepted_revision AS "acceptedRevision",
    n.agreement_id AS "agreementId", a.id AS "pendingApproval", n.reason, n.reopens, later.id AS "reopenedAs",
    n.listing_id AS "listingId", n.opening_message AS "openingMessage", n.request_id AS "requestId",
    n.opened_by AS "openedBy", n.opened_at AS "openedAt", n.closed_at AS "closedAt"
  FROM negotiations n
  LEFT JOIN revisions r ON r.negotiation_id = n.id AND r.number = n.latest_revision
  LEFT JOIN approvals a ON a.action = '${acceptAction}' AND a.subject_id = n.id AND a.decision IS NULL
  LEFT JOIN negotiations later ON later.reopens = n.id`;

/** Refuses with not-found. */
export async function getNegotiation(tx: Tx, id: string): Promise<Negotiation> {
  const negotiation = await tx.first<Negotiation>(`${selected} WHERE n.id = $1`, [id]);
  if (negotiation === undefined) throw new DomainError('not-found');
  return negotiation;
}

/** As getNegotiation, and nobody else moves it until the transaction ends. */
export async function getNegotiationForUpdate(tx: Tx, id: string): Promise<Negotiation> {
  // First the lock, then a snapshot: what is read beside the row must be as new as the row.
  await tx.rows('SELECT FROM negotiations WHERE id = $1 FOR NO KEY UPDATE', [id]);
  return getNegotiation(tx, id);
}

/** Negotiations that the organization sees, oldest first, after the given keys. */
export const listNegotiations = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<Negotiation[]> =>
  tx.rows<Negotiation>(
    `${selected} WHERE $2::timestamptz IS NULL OR (n.opened_at, n.id) > ($2, $3::uuid)
      ORDER BY n.opened_at, n.id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Who stands on the other side of one party. */
export const otherParty = ({ labelId, platformId }: Negotiation, organizationId: string): string =>
  organizationId === labelId ? platformId : labelId;

export interface NewNegotiation {
  readonly labelId: string;
  readonly platformId: string;
  readonly openedBy: string;
  /** The negotiation that this one reopens. */
  readonly reopens?: string | undefined;
  readonly listingId?: string | undefined;
  readonly openingMessage?: string | undefined;
  readonly requestId?: string | undefined;
  readonly at: Date;
}

/** Opens a negotiation, whose revision 1 the caller then adds, and gives its id. Refuses with negotiation-reopened or listing-under-negotiation. */
export async function insertNegotiation(
  tx: Tx,
  { labelId, platformId, openedBy, reopens, listingId, openingMessage, requestId, at }: NewNegotiation,
): Promise<string> {
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO negotiations
       (label_id, platform_id, state, latest_revision, opened_by, opened_at, reopens, listing_id, opening_message, request_id)
     VALUES ($1, $2, 'open', 1, $3, $4, $5, $6, $7, $8) RETURNING id`,
    [labelId, platformId, openedBy, at, reopens ?? null, listingId ?? null, openingMessage ?? null, requestId ?? null],
  );
  return id;
}

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

export async function endNegotiation(tx: Tx, id: string, ending: Ending): Promise<Negotiation> {
  await tx.run(
    `UPDATE negotiations SET state = $2, accepted_revision = $3, agreement_id = $4, reason = $5, closed_at = $6 WHERE id = $1`,
    [id, ending.state, ending.acceptedRevision ?? null, ending.agreementId ?? null, ending.reason ?? null, ending.at],
  );
  return getNegotiation(tx, id);
}
