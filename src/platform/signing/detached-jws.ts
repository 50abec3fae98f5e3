import { verify } from 'node:crypto';
import { algorithmOf, bytesOf, keyObjectOf, type PublicJwk, thumbprintOf } from './public-jwk';

const form = /^([A-Za-z0-9_-]{1,400})\.\.([A-Za-z0-9_-]{86})$/;

/** The key that a detached JWS (RFC 7515, appendix F) names; undefined where it is not of that form. Says nothing about the signature. */
export function keyIdOf(jws: string): string | undefined {
  const parts = partsOf(jws);
  if (parts === undefined) return undefined;
  try {
    const { kid } = JSON.parse(parts.header) as { kid?: unknown };
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the key signed exactly this text (as UTF-8). The header holds the key's own algorithm and thumbprint and nothing else, without blanks,
 * so that one signature has one spelling and cannot be read in another way elsewhere.
 */
export function verifyDetached(jws: string, text: string, key: PublicJwk): boolean {
  const parts = partsOf(jws);
  const [alg, kid] = [algorithmOf(key), thumbprintOf(key)];
  const headers = [JSON.stringify({ alg, kid }), JSON.stringify({ kid, alg })];
  if (parts === undefined || !headers.includes(parts.header)) return false;
  const signed = Buffer.from(`${parts.encodedHeader}.${Buffer.from(text, 'utf8').toString('base64url')}`);
  const object = keyObjectOf(key);
  return alg === 'EdDSA'
    ? verify(null, signed, object, parts.signature)
    : verify('sha256', signed, { key: object, dsaEncoding: 'ieee-p1363' }, parts.signature);
}

/** The text under a compact JWS by this key; undefined unless all of it is as `verifyDetached` wants it. */
export function verifiedText(jws: string, key: PublicJwk): string | undefined {
  const [header = '', payload = '', signature = '', ...others] = jws.split('.');
  const bytes = bytesOf(payload);
  if (bytes === undefined || others.length > 0) return undefined;
  const text = bytes.toString('utf8');
  return verifyDetached(`${header}..${signature}`, text, key) ? text : undefined;
}

function partsOf(jws: string): { encodedHeader: string; header: string; signature: Buffer } | undefined {
  const [, encodedHeader = '', encodedSignature = ''] = form.exec(jws) ?? [];
  const [header, signature] = [bytesOf(encodedHeader), bytesOf(encodedSignature)];
  // The same length for both algorithms: 64 bytes.
  if (header === undefined || signature?.length !== 64) return undefined;
  return { encodedHeader, header: header.toString('utf8'), signature };
}
