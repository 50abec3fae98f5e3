import { type SignatureStatement, statementText } from '../kernel';
import { findActiveSigningKey } from '../parties';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { keyIdOf, verifyDetached } from '../platform/signing/detached-jws';
import { freshInstant } from '../platform/signing/fresh-instant';
import type { SignedBy } from './signatures.repository';

interface SignatureOfKey {
  readonly signature?: string;
  readonly signedAt?: string;
  readonly now: Date;
}

/**
 * A signature that was made outside, checked against what the marketplace itself says was to be signed. Refuses with signing-key-unknown (none
 * of the organization's active keys) and signature-invalid (its form, its instant, its text).
 */
export async function signedByKey(
  tx: Tx,
  stated: Omit<SignatureStatement, 'signer' | 'signedAt'>,
  { signature = '', signedAt, now }: SignatureOfKey,
): Promise<SignedBy> {
  const id = keyIdOf(signature);
  if (id === undefined) throw new DomainError('signature-invalid', 'the signature is not a detached JWS');
  const key = await findActiveSigningKey(tx, stated.organization, id);
  if (key === undefined) throw new DomainError('signing-key-unknown');
  const instant = freshInstant(signedAt, now);
  if (instant === undefined) {
    throw new DomainError(
      'signature-invalid',
      'signedAt is not an instant in UTC with milliseconds within five minutes',
    );
  }
  const statement = statementText({ ...stated, signer: { kind: 'key', id }, signedAt: instant.toISOString() });
  if (!verifyDetached(signature, statement, key.publicKey)) throw new DomainError('signature-invalid');
  return { memberId: null, signedAt: instant, signingKeyId: id, signingKey: key.publicKey, signature };
}
