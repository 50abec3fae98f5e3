import { X509Certificate, type JsonWebKey, type KeyObject } from 'node:crypto';
import { keyObjectOf, readPublicJwk } from '../platform/signing/public-jwk';

/** A public key as the marketplace publishes it. */
export type PublishedKey = JsonWebKey & { readonly kid: string };

/** What a key of the marketplace may sign here. */
export type SealPurpose = 'seal' | 'ledger';

/** The keys of one purpose, by key id. */
export type SealKeys = ReadonlyMap<string, KeyObject>;

/** The keyring names each key after its purpose: a key that signs access tokens proves no agreement. */
const keyIds: Readonly<Record<SealPurpose, RegExp>> = {
  seal: /^seal-[A-Za-z0-9_-]{1,100}$/,
  ledger: /^ledger-[A-Za-z0-9_-]{1,100}$/,
};

/** Those of the published keys that may seal. As RFC 7517 wants it, members of the set that are no such key are passed over. */
export function sealKeysOf(published: readonly unknown[], purpose: SealPurpose = 'seal'): SealKeys {
  const keys = new Map<string, KeyObject>();
  for (const candidate of published.filter(isObject)) {
    const { kid, kty, crv, x, alg = 'EdDSA', use = 'sig' } = candidate;
    const key = readPublicJwk({ kty, crv, x });
    if (typeof kid !== 'string' || !keyIds[purpose].test(kid) || keys.has(kid)) continue;
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
