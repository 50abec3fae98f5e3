import {
  type Manifest,
  PROSE_LANGUAGES,
  PROSE_RENDERER,
  proseText,
  readTerms,
  scheduleText,
  sha256Hex,
  type SignatureStatement,
  type Terms,
} from '../kernel';
import { verifyDetached } from '../platform/signing/detached-jws';
import { readPublicJwk, thumbprintOf } from '../platform/signing/public-jwk';
import { type BundledSignature } from './bundle';
import { canonicalJson, type Findings } from './findings';
import { type PublishedKey, sealHolds } from './strict-jws';

export type VersionFiles = Map<string, Buffer>;

/** A signature that holds. */
export interface CheckedSignature {
  readonly version: number;
  readonly party: 'label' | 'platform';
  readonly organization: string;
  readonly signer: SignatureStatement['signer'];
  readonly intent: string;
  readonly signedAt: string;
}

interface VersionCheck {
  readonly number: number;
  readonly agreement: string;
  /** The hash of the manifest signed before. */
  readonly previous: string | null;
  readonly keys: readonly PublishedKey[];
  readonly findings: Findings;
}

/** Checks one version against its manifest, and the signatures under that. A file that is gone has been named already. */
export function verifyVersion(
  files: VersionFiles,
  check: VersionCheck,
): { signatures: CheckedSignature[]; manifestHash: string | null } {
  const part = (name: string): string => `v${check.number}/${name}`;
  const manifestBytes = files.get('manifest.json');
  if (manifestBytes === undefined) return { signatures: [], manifestHash: null };
  const manifest = canonicalJson(manifestBytes) as Manifest | undefined;
  if (manifest?.schema !== 'accordo-manifest/1') {
    check.findings.add(part('manifest.json'), 'manifest-not-canonical', 'is no canonical manifest');
    return { signatures: [], manifestHash: null };
  }
  checkManifest(manifest, check, part('manifest.json'));
  const terms = checkTexts(files, { manifest, check, part });
  const manifestHash = sha256Hex(manifestBytes);
  const signatures = terms ? checkSignatures(files, { terms, manifestHash, check, part: part('signatures.json') }) : [];
  return { signatures, manifestHash };
}

function checkManifest(
  manifest: Manifest,
  { number, agreement, previous, findings }: VersionCheck,
  part: string,
): void {
  if (manifest.agreement !== agreement || manifest.version !== number) {
    findings.add(part, 'manifest-agreement', 'is of another agreement or version');
  }
  if (manifest.previous !== previous)
    findings.add(part, 'manifest-previous', 'does not continue what was signed before');
}

interface Texts {
  readonly manifest: Manifest;
  readonly check: VersionCheck;
  readonly part: (name: string) => string;
}

/** The terms, where they can be read; every text is held against its hash in the manifest. */
function checkTexts(files: VersionFiles, { manifest, check, part }: Texts): Terms | undefined {
  const { findings } = check;
  const against = (name: string, hash: string, code: string): void => {
    const file = files.get(name);
    if (file && sha256Hex(file) !== hash) findings.add(part(name), code, 'does not have the hash that was signed');
  };
  against('terms.json', manifest.terms, 'manifest-terms');
  for (const language of PROSE_LANGUAGES) against(`prose.${language}.txt`, manifest.prose[language], 'manifest-prose');
  const { origin } = manifest;
  if (origin.kind === 'elsewhere') against('original.pdf', origin.document, 'manifest-document');
  const file = files.get('terms.json');
  const reading = file && readTerms(canonicalJson(file));
  if (reading === undefined || 'faults' in reading) {
    if (reading) findings.add(part('terms.json'), 'terms-unreadable', 'are no canonical terms');
    return undefined;
  }
  const { terms } = reading;
  if (files.get('schedule-a.txt')?.toString('utf8') !== scheduleText(terms)) {
    findings.add(part('schedule-a.txt'), 'manifest-schedule', 'is not the list of recordings of the terms');
  }
  checkWords(files, { terms, renderer: manifest.renderer, check, part });
  return terms;
}

/** This build writes the words anew, unless they were written by other wording: then their hash is what stands. */
function checkWords(
  files: VersionFiles,
  { terms, renderer, check, part }: Omit<Texts, 'manifest'> & { readonly terms: Terms; readonly renderer: string },
): void {
  if (renderer !== PROSE_RENDERER) {
    check.findings.notes.push(
      `${part('prose')}: written as ${renderer}, which this build does not write; only the hashes are checked`,
    );
    return;
  }
  for (const language of PROSE_LANGUAGES) {
    const name = `prose.${language}.txt`;
    if (files.has(name) && files.get(name)?.toString('utf8') !== proseText(terms, language)) {
      check.findings.add(part(name), 'prose-differs', 'are not the words of the terms');
    }
  }
}

interface Signed {
  readonly terms: Terms;
  readonly manifestHash: string;
  readonly check: VersionCheck;
  readonly part: string;
}

function checkSignatures(files: VersionFiles, signed: Signed): CheckedSignature[] {
  const { terms, check, part } = signed;
  const file = files.get('signatures.json');
  if (file === undefined) return [];
  const list = canonicalJson(file);
  if (!Array.isArray(list)) {
    check.findings.add(part, 'signature-statement', 'is no canonical list of signatures');
    return [];
  }
  const checked = list.flatMap((signature: unknown, place) =>
    checkSignature(signature as BundledSignature, { ...signed, part: `${part}/${place}` }),
  );
  for (const party of ['label', 'platform'] as const) {
    const count = checked.filter((signature) => signature.party === party).length;
    if (count !== 1)
      check.findings.add(part, 'signature-missing', `${terms.parties[party].name} (${party}) signed ${count} times`);
  }
  return checked;
}

function checkSignature(
  { statement: text, seal, signature, publicKey }: Partial<BundledSignature>,
  { terms, manifestHash, check, part }: Signed,
): CheckedSignature[] {
  const { findings, number, agreement, keys } = check;
  const refuse = (code: string, message: string): CheckedSignature[] => (findings.add(part, code, message), []);
  if (typeof text !== 'string' || typeof seal !== 'string') return refuse('signature-statement', 'is no signature');
  const statement = canonicalJson(Buffer.from(text, 'utf8')) as SignatureStatement | undefined;
  if (statement?.schema !== 'accordo-signature/1') return refuse('signature-statement', 'is no canonical statement');
  if (!sealHolds(seal, text, keys)) return refuse('signature-seal', 'is not sealed by a published key');
  const { organization, signer, intent, signedAt } = statement;
  if (
    signer.kind === 'key' &&
    !keySigned(text, { keyId: signer.id, signature: signature ?? null, publicKey: publicKey ?? null })
  ) {
    return refuse('signature-key', 'is not the signature of the key that it names');
  }
  if (statement.agreement !== agreement || statement.version !== number || statement.manifest !== manifestHash) {
    return refuse('signature-manifest', 'is under something else than this manifest');
  }
  const party = (['label', 'platform'] as const).find((name) => terms.parties[name].id === organization);
  if (party === undefined) return refuse('signature-party', 'is by an organization that is no party');
  return [{ version: number, party, organization, signer, intent, signedAt }];
}

/** The key travels with its signature. It is the one meant, for the sealed statement names its thumbprint. */
function keySigned(
  statement: string,
  { keyId, signature, publicKey }: { keyId: string } & Pick<BundledSignature, 'signature' | 'publicKey'>,
): boolean {
  const key = readPublicJwk(publicKey);
  if (key === undefined || signature === null) return false;
  return thumbprintOf(key) === keyId && verifyDetached(signature, statement, key);
}
