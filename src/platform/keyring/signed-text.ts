import { webcrypto } from 'node:crypto';
import { canonicalText } from '../../kernel';
import type { Keyring, KeyPurpose } from './keyring';

/**
 * A text under the marketplace's current key of a purpose, as compact JWS (EdDSA). `typ` says what kind of statement it is, so that none can be shown as
 * one of another kind.
 */
export async function signedText(
  keyring: Keyring,
  { purpose, typ }: { readonly purpose: KeyPurpose; readonly typ: string },
  text: string,
): Promise<string> {
  const { id, key } = await keyring.signingKey(purpose);
  const encoded = (part: string): string => Buffer.from(part, 'utf8').toString('base64url');
  const input = `${encoded(canonicalText({ alg: 'EdDSA', kid: id, typ }))}.${encoded(text)}`;
  const signature = await webcrypto.subtle.sign('Ed25519', key as webcrypto.CryptoKey, Buffer.from(input, 'latin1'));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** As signedText, detached (RFC 7515, appendix F): the text itself is not in it. */
export async function detachedSeal(...asked: Parameters<typeof signedText>): Promise<string> {
  const [header, , signature] = (await signedText(...asked)).split('.');
  return `${header}..${signature}`;
}
