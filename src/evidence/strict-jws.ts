import { verify } from 'node:crypto';
import { canonicalText } from '../kernel';
import { bytesOf } from '../platform/signing/public-jwk';
import { type SealKeys } from './published-keys';

/** Why a seal does not hold: of a key that is not published, or not that key's over this text in the one right spelling. */
export type SealFault = 'key-unknown' | 'seal-broken';

const lengthMax = 4_096;

/**
 * Whether a compact JWS (EdDSA, RFC 7515 and 8037) is one of these keys' over exactly this text; undefined when it is. Decoding is strict:
 * one spelling of every part is right, so a changed character is never read as the same. `typ` is what the header must call it; absent: nothing.
 */
export function sealFault(jws: string, text: string, keys: SealKeys, typ?: string): SealFault | undefined {
  const parts = jws.length > lengthMax + text.length * 4 ? [] : jws.split('.');
  const [header, payload, signature] = parts.map(bytesOf);
  if (parts.length !== 3 || !header || !payload || signature?.length !== 64) return 'seal-broken';
  if (!payload.equals(Buffer.from(text, 'utf8'))) return 'seal-broken';
  const kid = keyNamedBy(header, typ);
  if (kid === undefined) return 'seal-broken';
  const key = keys.get(kid);
  if (key === undefined) return 'key-unknown';
  return verify(null, Buffer.from(`${parts[0]}.${parts[1]}`), key, signature) ? undefined : 'seal-broken';
}

/** The text that a compact JWS is over, whoever signed it; undefined where it is none. */
export function textUnder(jws: string): string | undefined {
  return bytesOf(jws.split('.')[1] ?? '')?.toString('utf8');
}

/** The header is exactly {"alg":"EdDSA","kid":"…"}, with "typ" where one is asked for: nothing that names, brings or points to another key is looked at. */
function keyNamedBy(header: Buffer, typ: string | undefined): string | undefined {
  const [, kid] = /^\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{1,120})"[,}]/.exec(header.toString('latin1')) ?? [];
  return header.toString('latin1') === canonicalText({ alg: 'EdDSA', kid, typ }) ? kid : undefined;
}
