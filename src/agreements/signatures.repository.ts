import type { Tx } from '../platform/database/tx';
import type { Agreement } from './agreements.repository';

/** One party's signature under an agreement's terms. The seal is a JWS that anyone can check with our public key. */
export interface Signature {
  readonly organizationId: string;
  readonly memberId: string;
  readonly signedAt: Date;
  readonly seal: string;
}

export interface NewSignature extends Signature {
  readonly termsHash: string;
  readonly intent: string;
  /** The network address it came from: evidence, never shown to the other party. */
  readonly address: string;
}

/** The signatures under an agreement, in the order they were given. */
export const listSignatures = (tx: Tx, agreementId: string): Promise<Signature[]> =>
  tx.rows<Signature>(
    `SELECT organization_id AS "organizationId", member_id AS "memberId", signed_at AS "signedAt", seal
       FROM signatures WHERE agreement_id = $1 ORDER BY signed_at, organization_id`,
    [agreementId],
  );

export async function insertSignature(tx: Tx, agreement: Agreement, signature: NewSignature): Promise<void> {
  await tx.run(
    `INSERT INTO signatures
       (agreement_id, organization_id, label_id, platform_id, member_id, terms_hash, intent, address, signed_at, seal)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      agreement.id,
      signature.organizationId,
      agreement.labelId,
      agreement.platformId,
      signature.memberId,
      signature.termsHash,
      signature.intent,
      signature.address,
      signature.signedAt,
      signature.seal,
    ],
  );
}
