import type { BundledSignature } from '../evidence';
import type { Tx } from '../platform/database/tx';
import type { PublicJwk } from '../platform/signing/public-jwk';
import type { Agreement } from './agreements.repository';

/** Who signed: a member, or a key that the organization registered, kept with its signature so that it can be checked for good. */
export type SignedBy = { readonly signedAt: Date } & (
  | { readonly memberId: string; readonly signingKeyId: null; readonly signingKey: null; readonly signature: null }
  | {
      readonly memberId: null;
      readonly signingKeyId: string;
      readonly signingKey: PublicJwk;
      readonly signature: string;
    }
);

/** One party's signature under an agreement's terms. The seal is a JWS that anyone can check with our public key. */
export type Signature = SignedBy & {
  readonly organizationId: string;
  readonly seal: string;
};

export type NewSignature = Signature & {
  readonly version: number;
  readonly signedHash: string;
  /** The organization's statement of the member's authority, where there is one. */
  readonly authorityId: string | null;
  /** The canonical statement that the seal is over. */
  readonly statement: string;
  readonly intent: string;
  /** The network address it came from: evidence, never shown to the other party. */
  readonly address: string;
};

/** The signatures under a version of an agreement, in the order they were given. */
export const listSignatures = (tx: Tx, agreementId: string, version: number): Promise<Signature[]> =>
  tx.rows<Signature>(
    `SELECT organization_id AS "organizationId", member_id AS "memberId", signing_key_id AS "signingKeyId", signing_key AS "signingKey", signature,
            signed_at AS "signedAt", seal
       FROM signatures WHERE agreement_id = $1 AND version = $2 ORDER BY signed_at, organization_id`,
    [agreementId, version],
  );

/** What was signed under a version, with our seal and, of a key, its own signature: as evidence tells it. */
export const statementsUnder = (tx: Tx, agreementId: string, version: number): Promise<BundledSignature[]> =>
  tx.rows<BundledSignature>(
    `SELECT statement, seal, signature, signing_key AS "publicKey" FROM signatures WHERE agreement_id = $1 AND version = $2 ORDER BY signed_at, organization_id`,
    [agreementId, version],
  );

export async function insertSignature(tx: Tx, agreement: Agreement, signature: NewSignature): Promise<void> {
  await tx.run(
    `INSERT INTO signatures
       (agreement_id, organization_id, label_id, platform_id, member_id, signed_hash, intent, address, signed_at, seal, version, statement,
        signing_key_id, signing_key, signature, authority_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
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
      signature.signingKeyId,
      signature.signingKey === null ? null : JSON.stringify(signature.signingKey),
      signature.signature,
      signature.authorityId,
    ],
  );
}
