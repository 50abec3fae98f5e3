import { randomInt } from 'node:crypto';
import type { CryptoKey } from 'jose';
import { BitString, Integer, Sequence, Set as SetOf, Utf8String } from 'asn1js';
import { AttributeTypeAndValue, Certificate, Extension, RelativeDistinguishedNames } from 'pkijs';

const commonName = '2.5.4.3';
const organizationName = '2.5.4.10';
const keyUsage = '2.5.29.15';
/** Digital signature and non-repudiation, the first two of nine bits: readers of PDF take no other key for one that seals. */
const signsOnly = new BitString({ valueHex: new Uint8Array([0b1100_0000]).buffer, unusedBits: 6 });
const years = 10;

/**
 * A certificate that a key signs for itself (X.509 v3, base64 of DER): it says whose seal it is, and what it is worth comes from being
 * published by the marketplace.
 */
export async function selfSigned(
  { privateKey, publicKey }: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey },
  now: Date,
): Promise<string> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ value: randomInt(1, 2 ** 31) });
  certificate.subject = ownName();
  certificate.issuer = ownName();
  certificate.extensions = [new Extension({ extnID: keyUsage, critical: true, extnValue: signsOnly.toBER() })];
  certificate.notBefore.value = now;
  certificate.notAfter.value = new Date(Date.UTC(now.getUTCFullYear() + years, now.getUTCMonth(), now.getUTCDate()));
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  await certificate.sign(privateKey, 'SHA-256');
  return Buffer.from(certificate.toSchema(true).toBER()).toString('base64');
}

/** One attribute in each part of the name. pkijs by itself puts them all into one part, which readers show as `O=…+CN=…`. */
function ownName(): RelativeDistinguishedNames {
  const part = (type: string, value: string): SetOf =>
    new SetOf({ value: [new AttributeTypeAndValue({ type, value: new Utf8String({ value }) }).toSchema()] });
  const parts = [part(organizationName, 'Accordo'), part(commonName, 'Accordo document seal')];
  return RelativeDistinguishedNames.fromBER(new Sequence({ value: parts }).toBER());
}
