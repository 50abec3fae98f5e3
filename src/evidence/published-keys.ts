import { X509Certificate, type JsonWebKey, type KeyObject } from 'node:crypto';
import { keyObjectOf, readPublicJwk } from '../platform/signing/public-jwk';

/** A public key as the marketplace publishes it. */
export type PublishedKey = JsonWebKey & { readonly kid: string };

/** What a key of the marketplace may sign here. */
export type SealPurpose = 'seal' | 'ledger' | 'statement';

/** The keys of one purpose, by key id. */
export type SealKeys = ReadonlyMap<string, KeyObject>;

/** Those of the published keys that may seal evidence. */
export const sealKeysOf = (published: readonly unknown[]): SealKeys => keysFor('seal', published);

/**
 * Those of the published keys that sign for a purpose: the keyring names each key after its own, and one that signs access tokens proves
 * nothing else. As RFC 7517 wants it, members of the set that are no such key are passed over.
 */
export function keysFor(purpose: SealPurpose, published: readonly unknown[]): SealKeys {
  const keyId = new RegExp(`^${purpose}-[A-Za-z0-9_-]{1,100}$`);
  const keys = new Map<string, KeyObject>();
  for (const candidate of published.filter(isObject)) {
    const { kid, kty, crv, x, alg = 'EdDSA', use = 'sig' } = candidate;
    const key = readPublicJwk({ kty, crv, x });
    if (typeof kid !== 'string' || !keyId.test(kid) || keys.has(kid)) continue;
    if (key?.kty === 'OKP' && alg === 'EdDSA' && use === 'sig') keys.set(kid, keyObjectOf(key));
  }
  return keys;
}

/** The certificates that documents are sealed under, base64 of DER. */
export const certificatesOf = (published: readonly unknown[]): string[] =>
  published
    .filter(isObject)
    .flatMap(({ x5c }) => (Array.isArray(x5c) ? (x5c as unknown[]).slice(0, 1) : []))
    .filter((certificate) => typeof certificate === 'string')
    .filter(isCertificate);

function isCertificate(base64: string): boolean {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64')).raw.length > 0;
  } catch {
    return false;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
