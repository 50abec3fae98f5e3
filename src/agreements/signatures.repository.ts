import type { Tx } from '../platform/database/tx';
import type { Agreement } from './agreements.repository';

/** One party's signature under an agreement's terms. The seal is a JWS that anyone can check with our public key. */
export interface Signature {
  readonly organizationId: string;
  /** Who signed: a member, or a key that the organization registered. */
  readonly memberId: string;
  readonly signedAt: Date;
  readonly seal: string;
}

export interface NewSignature extends Signature {
  readonly version: number;
  readonly signedHash: string;
  /** The canonical statement that the seal is over. */
  readonly statement: string;
  readonly intent: string;
  /** The network address it came from: evidence, never shown to the other party. */
  readonly address: string;
}

/** The signatures under a version of an agreement, in the order they were given. */
export const listSignatures = (tx: Tx, agreementId: string, version: number): Promise<Signature[]> =>
  tx.rows<Signature>(
    `SELECT organization_id AS "organizationId", member_id AS "memberId", signed_at AS "signedAt", seal
       FROM signatures WHERE agreement_id = $1 AND version = $2 ORDER BY signed_at, organization_id`,
    [agreementId, version],
  );

export async function insertSignature(tx: Tx, agreement: Agreement, signature: NewSignature): Promise<void> {
  await tx.run(
    `INSERT INTO signatures
       (agreement_id, organization_id, label_id, platform_id, member_id, signed_hash, intent, address, signed_at, seal, version, statement)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      agreement.id,
      signature.organizationId,
      agreement.labelId,
      agreement.platformId,
      signature.memberId,
      signature.signedHash,
      signature.intent,
      signature.address,
      signature.signedAt,
      signature.seal,
      signature.version,
      signature.statement,
    ],
  );
}
