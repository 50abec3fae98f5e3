import type { CalendarDate } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { After } from '../parties.repository';

/** On what paper a member's authority to sign rests. */
export const authorityBases = ['statute', 'power-of-attorney', 'register-entry'] as const;
export type AuthorityBasis = (typeof authorityBases)[number];

/** A statement of the organization that a member may sign for it. */
export interface Authority {
  readonly id: string;
  readonly memberId: string;
  readonly basis: AuthorityBasis;
  readonly reference: string;
  /** SHA-256 of the paper, where the organization gives it. */
  readonly document: string | null;
  readonly validFrom: CalendarDate;
  /** The first day on which it no longer holds; null: until it is revoked. */
  readonly validUntil: CalendarDate | null;
  readonly statedBy: string;
  readonly statedAt: Date;
  readonly revokedAt: Date | null;
}

const columns = `id, member_id AS "memberId", basis, reference, document, valid_from AS "validFrom", valid_until AS "validUntil",
  stated_by AS "statedBy", stated_at AS "statedAt", revoked_at AS "revokedAt"`;

export interface NewAuthority extends Omit<Authority, 'id' | 'statedAt' | 'revokedAt'> {
  readonly organizationId: string;
  readonly at: Date;
}

export const insertAuthority = (tx: Tx, authority: NewAuthority): Promise<Authority> =>
  tx.one<Authority>(
    `INSERT INTO signing_authorities
       (organization_id, member_id, basis, reference, document, valid_from, valid_until, stated_by, stated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${columns}`,
    [
      authority.organizationId,
      authority.memberId,
      authority.basis,
      authority.reference,
      authority.document,
      authority.validFrom,
      authority.validUntil,
      authority.statedBy,
      authority.at,
    ],
  );

/** Of a member of the transaction's organization, oldest first, revoked ones too; one row more than `limit`. */
export const listAuthorities = (tx: Tx, memberId: string, limit: number, after: After): Promise<Authority[]> =>
  tx.rows<Authority>(
    `SELECT ${columns} FROM signing_authorities
      WHERE member_id = $1 AND ($3::timestamptz IS NULL OR (stated_at, id) > ($3, $4::uuid)) ORDER BY stated_at, id LIMIT $2 + 1`,
    [memberId, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** The transaction's own, held until it ends. */
export const findAuthorityForUpdate = (tx: Tx, id: string): Promise<Authority | undefined> =>
  tx.first<Authority>(`SELECT ${columns} FROM signing_authorities WHERE id = $1 FOR UPDATE`, [id]);

export const markAuthorityRevoked = (tx: Tx, id: string, by: string, at: Date): Promise<Authority> =>
  tx.one<Authority>(
    `UPDATE signing_authorities SET revoked_by = $2, revoked_at = $3 WHERE id = $1 RETURNING ${columns}`,
    [id, by, at],
  );

/**
 * By which statement the member may sign for the organization on that day: the latest that is valid then and not revoked. Held so until
 * the transaction ends, as liveSigningKey holds a key. For transactions that write.
 */
export const authorityOf = (
  tx: Tx,
  organizationId: string,
  memberId: string,
  day: CalendarDate,
): Promise<{ readonly id: string; readonly basis: AuthorityBasis } | undefined> =>
  tx.first(
    `SELECT id, basis FROM signing_authorities
      WHERE organization_id = $1 AND member_id = $2 AND revoked_at IS NULL
        AND valid_from <= $3::date AND (valid_until IS NULL OR valid_until > $3::date)
      ORDER BY stated_at DESC, id DESC LIMIT 1 FOR SHARE`,
    [organizationId, memberId, day],
  );
