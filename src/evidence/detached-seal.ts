import { keysFor, type PublishedKey, type SealPurpose } from './published-keys';
import { type SealFault, sealFault } from './strict-jws';

/**
 * Why a detached JWS (RFC 7515, appendix F) is no seal over this text by a key of the purpose; undefined when it is. With the text in its place it is one like all others.
 */
export function sealOfText(
  seal: string,
  text: string,
  published: readonly PublishedKey[],
  { purpose, typ }: { readonly purpose: SealPurpose; readonly typ: string },
): SealFault | undefined {
  const [header, payload, ...rest] = seal.split('.');
  const jws = [header, Buffer.from(text).toString('base64url'), ...rest].join('.');
  return payload === '' ? sealFault(jws, text, keysFor(purpose, published), typ) : 'seal-broken';
}
