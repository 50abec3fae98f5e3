import { webcrypto } from 'node:crypto';
import { plainAddPlaceholder } from '@signpdf/placeholder-plain';
import { SignPdf } from '@signpdf/signpdf';
import { Signer, SUBFILTER_ETSI_CADES_DETACHED } from '@signpdf/utils';
import { derOf, signDetached } from './detached-cms';

/** The key that seals documents (ECDSA on P-256, PKCS #8) and the certificate that says whose seal it is: base64 of DER. */
export interface DocumentSealKey {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Room for the signature in the file, in bytes of DER. */
const room = 4_096;

/** The PDF under the marketplace's seal: PAdES baseline B over the whole file. `reason` is what readers show of it. */
export async function sealPdf(
  pdf: Buffer,
  key: DocumentSealKey,
  at: Date,
  reason = 'Sealed as concluded',
): Promise<Buffer> {
  const withRoom = plainAddPlaceholder({
    pdfBuffer: pdf,
    reason,
    contactInfo: 'Accordo',
    name: 'Accordo document seal',
    location: 'Accordo',
    signingTime: at,
    signatureLength: room,
    subFilter: SUBFILTER_ETSI_CADES_DETACHED,
    appName: 'Accordo',
  });
  return new SignPdf().sign(withRoom, new SealSigner(key));
}

class SealSigner extends Signer {
  constructor(private readonly key: DocumentSealKey) {
    super();
  }

  override async sign(data: Buffer): Promise<Buffer> {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const der = Buffer.from(this.key.privateKey, 'base64');
    const privateKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
    const certificate = Buffer.from(this.key.certificate, 'base64');
    return derOf(await signDetached({ certificate, data }, privateKey));
  }
}
