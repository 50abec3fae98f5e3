import { CompactSign } from 'jose';
import { canonicalText } from '../kernel';
import type { Keyring } from '../platform/keyring/keyring';

/** What a signature says: who, for whom, under which terms, meaning what, when. Ids and hashes only. */
export interface SealedStatement {
  readonly agreement: string;
  readonly organization: string;
  readonly member: string;
  readonly termsHash: string;
  readonly intent: string;
  readonly signedAt: string;
}

/** Seals the statement's canonical JSON with the current key: a compact JWS (EdDSA) whose `kid` names the key. */
export async function seal(keyring: Keyring, statement: SealedStatement): Promise<string> {
  const { id, key } = await keyring.signingKey('seal');
  return new CompactSign(Buffer.from(canonicalText(statement), 'utf8'))
    .setProtectedHeader({ alg: 'EdDSA', kid: id })
    .sign(key);
}
