import { randomInt } from 'node:crypto';
import type { CryptoKey } from 'jose';
import { Integer, PrintableString, Utf8String } from 'asn1js';
import { AttributeTypeAndValue, Certificate } from 'pkijs';

const commonName = '2.5.4.3';
const organizationName = '2.5.4.10';
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
  for (const name of [certificate.subject, certificate.issuer]) {
    name.typesAndValues.push(
      new AttributeTypeAndValue({ type: organizationName, value: new Utf8String({ value: 'Accordo' }) }),
      new AttributeTypeAndValue({ type: commonName, value: new PrintableString({ value: 'Accordo document seal' }) }),
    );
  }
  certificate.notBefore.value = now;
  certificate.notAfter.value = new Date(Date.UTC(now.getUTCFullYear() + years, now.getUTCMonth(), now.getUTCDate()));
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  await certificate.sign(privateKey, 'SHA-256');
  return Buffer.from(certificate.toSchema(true).toBER()).toString('base64');
}
