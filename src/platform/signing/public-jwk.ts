import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { canonicalText } from '../../kernel';

/** The two kinds of key that organizations sign with, as RFC 7517 writes their public halves: these members and no others. */
export type PublicJwk =
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };

export const signingAlgorithms = ['EdDSA', 'ES256'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export const algorithmOf = ({ kty }: PublicJwk): SigningAlgorithm => (kty === 'OKP' ? 'EdDSA' : 'ES256');

/** RFC 7638: SHA-256 of the required members in their order, base64url. */
export const thumbprintOf = (key: PublicJwk): string =>
  createHash('sha256').update(canonicalText(key)).digest('base64url');

/** The key as OpenSSL knows it. Throws for a point that is not on the curve. */
export const keyObjectOf = (key: PublicJwk): KeyObject => createPublicKey({ key: { ...key }, format: 'jwk' });

/**
 * The points of Ed25519 whose order divides 8, without their sign bit, two of them also as the numbers from p on that some readers reduce.
 * Under such a key one signature fits nearly every text: nobody could be held to it.
 */
const smallOrder = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);

/** A public key, strictly: exactly the members of its kind, coordinates of 32 bytes, a point that can be signed with. Undefined otherwise. */
export function readPublicJwk(value: unknown): PublicJwk | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kty, crv, x, y, ...others } = value as Readonly<Record<string, unknown>>;
  if (Object.keys(others).length > 0 || !isCoordinate(x)) return undefined;
  if (kty === 'OKP' && crv === 'Ed25519' && !('y' in value)) return usable({ kty, crv, x });
  return kty === 'EC' && crv === 'P-256' && isCoordinate(y) ? usable({ kty, crv, x, y }) : undefined;
}

function usable(key: PublicJwk): PublicJwk | undefined {
  if (key.kty === 'OKP') {
    const point = Buffer.from(key.x, 'base64url');
    point.writeUInt8(point.readUInt8(31) & 0x7f, 31);
    if (smallOrder.has(point.toString('hex'))) return undefined;
  }
  try {
    keyObjectOf(key);
    return key;
  } catch {
    return undefined;
  }
}

const isCoordinate = (value: unknown): value is string => typeof value === 'string' && bytesOf(value)?.length === 32;

/** What base64url stands for, if it is written in the one way that it is encoded; other spellings of the same bytes are none. */
export function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
