import { CompactSign } from 'jose';
import type { Keyring } from '../platform/keyring/keyring';

/** Seals a canonical text with the marketplace's current key: a compact JWS (EdDSA) whose `kid` names the key. */
export async function seal(keyring: Keyring, text: string): Promise<string> {
  const { id, key } = await keyring.signingKey('seal');
  return new CompactSign(Buffer.from(text, 'utf8')).setProtectedHeader({ alg: 'EdDSA', kid: id }).sign(key);
}
