import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { bytesOf } from '../platform/signing/public-jwk';

/** A public key as the marketplace publishes it. */
export type PublishedKey = JsonWebKey & { readonly kid: string };

const lengthMax = 4_096;
const keys = new WeakMap<PublishedKey, KeyObject>();

/**
 * Whether a compact JWS (EdDSA, RFC 7515 and 8037) is one of these keys' over exactly this text. Decoding is strict: one spelling of every
 * part is right, so a changed character is never read as the same.
 */
export function sealHolds(jws: string, text: string, published: readonly PublishedKey[]): boolean {
  const parts = jws.length > lengthMax + text.length * 2 ? [] : jws.split('.');
  const [header, payload, signature] = parts.map(bytesOf);
  if (parts.length !== 3 || !header || !payload || !signature) return false;
  if (!payload.equals(Buffer.from(text, 'utf8'))) return false;
  const kid = keyNamedBy(header);
  const key = published.find(
    (candidate) => candidate.kid === kid && candidate.kty === 'OKP' && candidate.crv === 'Ed25519',
  );
  if (key === undefined) return false;
  return verify(null, Buffer.from(`${parts[0]}.${parts[1]}`), keyObject(key), signature);
}

/** The header is exactly {"alg":"EdDSA","kid":"…"}: nothing that names, brings or points to another key is looked at. */
function keyNamedBy(header: Buffer): string | undefined {
  const [, kid] = /^\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{1,100})"\}$/.exec(header.toString('latin1')) ?? [];
  return kid;
}

function keyObject(key: PublishedKey): KeyObject {
  const known = keys.get(key) ?? createPublicKey({ key: { ...key }, format: 'jwk' });
  keys.set(key, known);
  return known;
}
