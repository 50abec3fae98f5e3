import { createHash, type webcrypto } from 'node:crypto';
import { fromBER, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import {
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';

const oids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

export interface Detached {
  readonly certificate: Buffer;
  readonly data: Buffer;
}

/**
 * A signature over data that is kept elsewhere, as PAdES baseline B wants it (ETSI EN 319 142-1): CMS SignedData (RFC 5652) with one
 * signer, its certificate, and the attributes content type, message digest and signing certificate v2 (RFC 5035). The time of signing
 * stands in the PDF (entry M), which is signed too; as an attribute baseline forbids it. DER.
 */
export async function signDetached(detached: Detached, privateKey: webcrypto.CryptoKey): Promise<SignedData> {
  const certificate = Certificate.fromBER(detached.certificate);
  const signer = new SignerInfo({
    version: 1,
    sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
    signedAttrs: new SignedAndUnsignedAttributes({ type: 0, attributes: attributesOf(detached) }),
  });
  const signed = new SignedData({
    version: 1,
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: oids.data }),
    signerInfos: [signer],
    certificates: [certificate],
  });
  await signed.sign(privateKey, 0, 'SHA-256', detached.data);
  const value = Buffer.from(signer.signature.valueBlock.valueHexView);
  signer.signature = new OctetString({ valueHex: exact(lowerValue(value) ?? value) });
  return signed;
}

export const derOf = (signed: SignedData): Buffer =>
  Buffer.from(new ContentInfo({ contentType: oids.signedData, content: signed.toSchema(true) }).toSchema().toBER());

/** The one signer of a CMS SignedData; undefined for anything else. */
export function signerOf(der: Buffer): SignerInfo | undefined {
  try {
    const info = ContentInfo.fromBER(der);
    const [signer, ...others] = new SignedData({ schema: info.content as never }).signerInfos;
    return others.length === 0 ? signer : undefined;
  } catch {
    return undefined;
  }
}

/** The order of P-256 (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * An ECDSA value in its one form. With (r, s) the pair (r, order - s) holds as well, so that whoever has a signature could make another:
 * the one with the lower s is ours, in DER. Undefined for what is no such value.
 */
export function lowerValue(der: Buffer): Buffer | undefined {
  const { result } = fromBER(exact(der));
  const [r, s, ...others] = result instanceof Sequence ? result.valueBlock.value : [];
  if (!(r instanceof Integer) || !(s instanceof Integer) || others.length > 0) return undefined;
  const [number, opposite] = [s.toBigInt(), order - s.toBigInt()];
  const lower = Integer.fromBigInt(number < opposite ? number : opposite);
  return Buffer.from(new Sequence({ value: [Integer.fromBigInt(r.toBigInt()), lower] }).toBER());
}

function attributesOf({ certificate, data }: Detached): Attribute[] {
  const digest = (bytes: Buffer): OctetString =>
    new OctetString({ valueHex: exact(createHash('sha256').update(bytes).digest()) });
  // ESSCertIDv2 without its hash algorithm, which is SHA-256 unless said.
  const essCertificate = new Sequence({ value: [digest(certificate)] });
  const signingCertificate = new Sequence({ value: [new Sequence({ value: [essCertificate] })] });
  return [
    new Attribute({ type: oids.contentType, values: [new ObjectIdentifier({ value: oids.data })] }),
    new Attribute({ type: oids.messageDigest, values: [digest(data)] }),
    new Attribute({ type: oids.signingCertificateV2, values: [signingCertificate] }),
  ];
}

const exact = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer;
