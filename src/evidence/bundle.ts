import { canonicalText, type LanguageCode, scheduleText, sha256Hex, type Terms } from '../kernel';
import type { PublicJwk } from '../platform/signing/public-jwk';
import { writeArchive } from './archive';

/** One signature under a version: the statement that was signed, and the marketplace's seal over it. */
export interface BundledSignature {
  /** The canonical text of a SignatureStatement. */
  readonly statement: string;
  /** Compact JWS (EdDSA) over the statement. */
  readonly seal: string;
  /** Where a key signed: its detached JWS over the statement, and its public half. */
  readonly signature: string | null;
  readonly publicKey: PublicJwk | null;
}

export interface BundledVersion {
  readonly number: number;
  readonly manifest: string;
  readonly terms: Pick<Terms, 'repertoire'>;
  readonly termsText: string;
  readonly prose: Readonly<Record<LanguageCode, string>>;
  readonly signatures: readonly BundledSignature[];
  /** Documents made of this version, by file name: sealed PDFs, or what was signed elsewhere. */
  readonly documents: ReadonlyMap<string, Uint8Array>;
}

/** That a party accepted a framework agreement: its whole text, of which `sha256` is the hash. */
export interface BundledAcceptance {
  readonly organization: string;
  readonly sha256: string;
  readonly text: string;
  /** The member's id. */
  readonly acceptedBy: string;
  readonly acceptedAt: string;
}

export interface BundleParts {
  readonly agreement: string;
  readonly madeAt: Date;
  readonly versions: readonly BundledVersion[];
  /** Under which framework agreement each party signs. */
  readonly framework: readonly BundledAcceptance[];
  /** What happened since, oldest first. */
  readonly facts: readonly object[];
  /** The organization's own trail about the agreement. */
  readonly audit: readonly object[];
}

/** The list of all files of a bundle, sealed by the marketplace. */
export interface EvidenceRecord {
  readonly schema: 'accordo-evidence/1';
  readonly agreement: string;
  readonly madeAt: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

export const RECORD = 'evidence.json';
export const RECORD_SEAL = 'evidence.jws';

/** Everything that proves an agreement, in one archive that anyone can check with the published keys alone (docs/evidence.md). */
export async function writeBundle(parts: BundleParts, seal: (text: string) => Promise<string>): Promise<Buffer> {
  const files = new Map(parts.versions.flatMap(filesOfVersion));
  files.set('framework.json', utf8(canonicalText(parts.framework)));
  files.set('life.json', utf8(canonicalText(parts.facts)));
  files.set('audit.json', utf8(canonicalText(parts.audit)));
  const record: EvidenceRecord = {
    schema: 'accordo-evidence/1',
    agreement: parts.agreement,
    madeAt: parts.madeAt.toISOString(),
    files: [...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256Hex(bytes) })),
  };
  const text = canonicalText(record);
  files.set(RECORD, utf8(text));
  files.set(RECORD_SEAL, utf8(await seal(text)));
  return writeArchive(files);
}

function filesOfVersion(version: BundledVersion): [string, Uint8Array][] {
  const { number, manifest, terms, termsText, prose, signatures, documents } = version;
  const texts: [string, string][] = [
    ['manifest.json', manifest],
    ['terms.json', termsText],
    ['prose.en.txt', prose.en],
    ['prose.ru.txt', prose.ru],
    ['schedule-a.txt', scheduleText(terms)],
    ['signatures.json', canonicalText(signatures)],
  ];
  const all = [...texts.map(([name, text]): [string, Uint8Array] => [name, utf8(text)]), ...documents];
  return all.map(([name, bytes]) => [`v${number}/${name}`, bytes]);
}

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');
