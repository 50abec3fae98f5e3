import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { canonicalText } from '../../src/kernel';
import { algorithmOf, type PublicJwk, readPublicJwk, thumbprintOf } from '../../src/platform/signing/public-jwk';

/** A key pair of an organization, as its own machine has it. */
export interface Signer {
  readonly id: string;
  readonly publicKey: PublicJwk;
  /** Detached JWS over the canonical JSON of a value. */
  detached(value: object): string;
  /** What shows that the organization has the private half. */
  proof(organization: string, at: string): string;
}

export function makeSigner(kind: 'ed25519' | 'p256' = 'ed25519'): Signer {
  const { publicKey: object, privateKey } =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = readPublicJwk(object.export({ format: 'jwk' }))!;
  const id = thumbprintOf(publicKey);
  const header = encoded(JSON.stringify({ alg: algorithmOf(publicKey), kid: id }));
  const signatureOf = (payload: string): string => signed(kind, privateKey, `${header}.${payload}`);
  return {
    id,
    publicKey,
    detached: (value) => `${header}..${signatureOf(encoded(canonicalText(value)))}`,
    proof: (organization, at) => {
      const payload = encoded(canonicalText({ schema: 'accordo-key-proof/1', organization, key: id, at }));
      return `${header}.${payload}.${signatureOf(payload)}`;
    },
  };
}

const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

const signed = (kind: 'ed25519' | 'p256', privateKey: KeyObject, input: string): string =>
  (kind === 'ed25519'
    ? sign(null, Buffer.from(input), privateKey)
    : sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  ).toString('base64url');
