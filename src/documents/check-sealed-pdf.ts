import { verify, webcrypto, X509Certificate } from 'node:crypto';
import { type SignerInfo } from 'pkijs';
import { type Fault } from '../kernel';
import { derOf, lowerValue, signDetached, signerOf } from './detached-cms';

const form = /\/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]/g;

/**
 * Whether a PDF is as we sealed it, under one of these certificates (base64 of DER, as published). What the digest leaves out, the
 * signature's own place in the file, must be what we would write there to the letter: so any changed byte of the file is noticed.
 */
export async function checkSealedPdf(pdf: Buffer, certificates: readonly string[]): Promise<Fault[]> {
  const sealed = sealedParts(pdf);
  if ('fault' in sealed) return [sealed.fault];
  const { data, der } = sealed;
  const signer = signerOf(der);
  if (signer === undefined) return [fault('pdf-seal-encoding', 'holds no signature that can be read')];
  for (const published of certificates) {
    const certificate = Buffer.from(published, 'base64');
    if (await isBy(certificate, { data, der, signer })) return [];
  }
  return [fault('pdf-changed', 'was changed after it was sealed, or is sealed by no published key')];
}

interface Sealed {
  readonly data: Buffer;
  readonly der: Buffer;
  readonly signer: SignerInfo;
}

/** Makes the signature anew around the signature value found: when it is the same bytes, nothing else is in it, and the value may be checked. */
async function isBy(certificate: Buffer, { data, der, signer }: Sealed): Promise<boolean> {
  const { privateKey } = await throwawayKey();
  const expected = await signDetached({ certificate, data }, privateKey);
  const [own] = expected.signerInfos;
  if (own?.signedAttrs === undefined) return false;
  const value = Buffer.from(signer.signature.valueBlock.valueHexView);
  if (!lowerValue(value)?.equals(value)) return false;
  own.signature = signer.signature;
  if (!derOf(expected).equals(der)) return false;
  const signed = Buffer.from(own.signedAttrs.toSchema().toBER());
  // What is signed is the attributes as a SET, whatever they are tagged with in their place (RFC 5652, 5.4).
  signed[0] = 0x31;
  const { publicKey } = new X509Certificate(certificate);
  return verify('sha256', signed, publicKey, value);
}

let key: Promise<webcrypto.CryptoKeyPair> | undefined;
const throwawayKey = (): Promise<webcrypto.CryptoKeyPair> =>
  (key ??= webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']));

/** The bytes that are signed, and the signature: one, over all of the file but its own place. */
function sealedParts(pdf: Buffer): { data: Buffer; der: Buffer } | { fault: Fault } {
  const ranges = [...pdf.toString('latin1').matchAll(form)];
  const [, start = '', length = '', rest = '', restLength = ''] = ranges[0] ?? [];
  if (ranges.length !== 1) return { fault: fault('pdf-not-sealed', 'is not sealed, or more than once') };
  const [from, to] = [Number(length), Number(rest)];
  const whole = start === '0' && from < to && to + Number(restLength) === pdf.length;
  if (!whole || pdf[from] !== 0x3c || pdf[to - 1] !== 0x3e) {
    return { fault: fault('pdf-seal-incomplete', 'is not sealed as a whole') };
  }
  const hex = pdf.toString('latin1', from + 1, to - 1);
  const der = derIn(hex);
  if (der === undefined)
    return { fault: fault('pdf-seal-encoding', 'holds its signature in another spelling than ours') };
  return { data: Buffer.concat([pdf.subarray(0, from), pdf.subarray(to)]), der };
}

/** Lower-case digits, one DER value of the length that it says, and zeros behind it. */
function derIn(hex: string): Buffer | undefined {
  if (!/^([0-9a-f]{2})+$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  // SEQUENCE, length in two bytes: ours is between 256 and 65535 long.
  if (bytes[0] !== 0x30 || bytes[1] !== 0x82 || bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt16BE(2);
  return end <= bytes.length && bytes.subarray(end).every((byte) => byte === 0) ? bytes.subarray(0, end) : undefined;
}

const fault = (code: string, message: string): Fault => ({ pointer: 'seal', code, message });
