import type { PublicJwk, SigningAlgorithm } from '../platform/signing/public-jwk';
import type { Tx } from '../platform/database/tx';

/** A key that an organization signs with itself, outside of the marketplace. */
export interface SigningKey {
  /** Its thumbprint (RFC 7638). */
  readonly id: string;
  /** The key where a uuid names things: in approvals, the audit trail and the feed. */
  readonly recordId: string;
  readonly organizationId: string;
  readonly publicKey: PublicJwk;
  readonly alg: SigningAlgorithm;
  readonly name: string;
  readonly state: 'proposed' | 'active' | 'revoked';
  readonly proposedAt: Date;
  readonly activatedAt: Date | null;
  readonly revokedAt: Date | null;
}

const columns = `id, record_id AS "recordId", organization_id AS "organizationId", public_key AS "publicKey", alg, name, state,
  proposed_at AS "proposedAt", activated_at AS "activatedAt", revoked_at AS "revokedAt"`;

export interface NewSigningKey extends Pick<SigningKey, 'id' | 'organizationId' | 'publicKey' | 'alg' | 'name'> {
  readonly proof: string;
  readonly by: string;
  readonly at: Date;
}

/** Refuses with signing-key-exists: a key is proposed once, by one organization. */
export const insertSigningKey = (tx: Tx, key: NewSigningKey): Promise<SigningKey> =>
  tx.one<SigningKey>(
    `INSERT INTO organization_signing_keys (id, organization_id, public_key, alg, name, proof, state, proposed_by, proposed_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'proposed', $7, $8) RETURNING ${columns}`,
    [key.id, key.organizationId, JSON.stringify(key.publicKey), key.alg, key.name, key.proof, key.by, key.at],
  );

export interface SigningKeyList {
  readonly organizationId: string;
  /** Only those that were ever active: what others may see. */
  readonly published: boolean;
  readonly limit: number;
  readonly after: readonly string[] | undefined;
}

/** An organization's keys in the order they were proposed. */
export const listSigningKeys = (
  tx: Tx,
  { organizationId, published, limit, after }: SigningKeyList,
): Promise<SigningKey[]> =>
  tx.rows<SigningKey>(
    `SELECT ${columns} FROM organization_signing_keys
      WHERE organization_id = $1 AND (NOT $2 OR activated_at IS NOT NULL)
        AND ($4::timestamptz IS NULL OR (proposed_at, id) > ($4, $5::text)) ORDER BY proposed_at, id LIMIT $3`,
    [organizationId, published, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** The organization's own key, held until the transaction ends. */
export const findSigningKeyForUpdate = (tx: Tx, organizationId: string, id: string): Promise<SigningKey | undefined> =>
  tx.first<SigningKey>(
    `SELECT ${columns} FROM organization_signing_keys WHERE organization_id = $1 AND id = $2 FOR UPDATE`,
    [organizationId, id],
  );

/** The key of an approval, which only its own organization has. */
export const getSigningKeyOfRecord = (tx: Tx, recordId: string, lock: '' | 'FOR UPDATE' = ''): Promise<SigningKey> =>
  tx.one<SigningKey>(`SELECT ${columns} FROM organization_signing_keys WHERE record_id = $1 ${lock}`, [recordId]);

/** The organization's key if it may sign now; it stays so until the transaction ends. */
export const findActiveSigningKey = (tx: Tx, organizationId: string, id: string): Promise<SigningKey | undefined> =>
  tx.first<SigningKey>(
    `SELECT ${columns} FROM organization_signing_keys WHERE organization_id = $1 AND id = $2 AND state = 'active' FOR SHARE`,
    [organizationId, id],
  );

export const activateSigningKey = (tx: Tx, id: string, by: string, at: Date): Promise<number> =>
  tx.run(`UPDATE organization_signing_keys SET state = 'active', activated_by = $2, activated_at = $3 WHERE id = $1`, [
    id,
    by,
    at,
  ]);

export const revokeSigningKey = (tx: Tx, id: string, by: string, at: Date): Promise<SigningKey> =>
  tx.one<SigningKey>(
    `UPDATE organization_signing_keys SET state = 'revoked', revoked_by = $2, revoked_at = $3 WHERE id = $1 RETURNING ${columns}`,
    [id, by, at],
  );
