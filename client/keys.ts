import { createPublicKey, verify } from 'node:crypto';

/** The marketplace's public keys, as /.well-known/jwks.json gives them. */
export interface PublishedKeys {
  readonly keys: readonly {
    readonly kid?: string;
    readonly kty?: string;
    readonly crv?: string;
    readonly x?: string;
  }[];
}

/** Only these keys speak about clearance; the marketplace's other keys seal other things. */
const purpose = /^clearance-[0-9a-f]{16}$/;

/** Whether the key of this id, among the published ones, has signed the bytes (Ed25519). */
export function isSignedBy(keys: PublishedKeys, kid: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = purpose.test(kid) ? keys.keys.find((candidate) => candidate.kid === kid) : undefined;
  if (key?.kty !== 'OKP' || key.crv !== 'Ed25519' || typeof key.x !== 'string' || signature.length !== 64) return false;
  try {
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: key.x } });
    return verify(null, bytes, publicKey, signature);
  } catch {
    // A key that is none has signed nothing.
    return false;
  }
}
