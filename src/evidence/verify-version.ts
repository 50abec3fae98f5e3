import {
  canonicalTerms,
  type Manifest,
  PROSE_LANGUAGES,
  PROSE_RENDERER,
  proseText,
  readTerms,
  repertoireHash,
  scheduleText,
  sha256Hex,
  type Terms,
} from '../kernel';
import { ORIGINAL } from './file-names';
import { type Findings } from './findings';
import { type SealKeys } from './published-keys';
import { json } from './forms';
import { readManifest } from './strict-forms';
import { type CheckedSignature, checkSignatures } from './verify-signatures';

/** The sound files of one version by their names in it. */
export type VersionFiles = Map<string, Buffer>;

interface VersionCheck {
  readonly number: number;
  readonly agreement: string;
  /** The hash of the manifest signed before; null before the first, undefined where that manifest cannot be read. */
  readonly previous: string | null | undefined;
  readonly keys: SealKeys;
  readonly findings: Findings;
}

/** The hash is undefined where there is no sound manifest. */
interface VersionChecked {
  readonly signatures: CheckedSignature[];
  readonly manifestHash: string | undefined;
}

/** Checks one version against its manifest, and the signatures under that. A file that is gone or changed has been named already. */
export function verifyVersion(files: VersionFiles, check: VersionCheck): VersionChecked {
  const part = (name: string): string => `v${check.number}/${name}`;
  const manifestFile = files.get('manifest.json');
  const manifest = manifestFile && readManifest(manifestFile);
  if (manifestFile && !manifest)
    check.findings.add(part('manifest.json'), 'manifest-not-canonical', 'is no canonical manifest');
  const terms = termsIn(files, check, part('terms.json'));
  const against = { check, part, terms };
  if (manifest) checkManifest(files, manifest, against);
  const manifestHash = manifest && manifestFile && sha256Hex(manifestFile);
  const { number: version, agreement, keys, findings } = check;
  const under = { version, agreement, manifestHash, parties: terms?.parties, keys, findings };
  return { signatures: checkSignatures(files.get('signatures.json'), part('signatures.json'), under), manifestHash };
}

/** The terms as they were signed: another spelling of them, though it reads the same, is none. */
function termsIn(files: VersionFiles, { findings }: VersionCheck, part: string): Terms | undefined {
  const file = files.get('terms.json');
  if (file === undefined) return undefined;
  const reading = readTerms(json(file));
  if ('terms' in reading && Buffer.from(canonicalTerms(reading.terms)).equals(file)) return reading.terms;
  findings.add(part, 'terms-unreadable', 'are no canonical terms');
  return undefined;
}

interface Against {
  readonly check: VersionCheck;
  readonly part: (name: string) => string;
  /** Undefined where they cannot be read. */
  readonly terms: Terms | undefined;
}

function checkManifest(files: VersionFiles, manifest: Manifest, against: Against): void {
  const { check, part, terms } = against;
  const { findings, agreement, number, previous } = check;
  if (manifest.agreement !== agreement || manifest.version !== number) {
    findings.add(part('manifest.json'), 'manifest-agreement', 'is of another agreement or version');
  }
  if (previous !== undefined && manifest.previous !== previous) {
    findings.add(part('manifest.json'), 'manifest-previous', 'does not continue what was signed before');
  }
  const hold = (name: string, hash: string, code: string): void => {
    const file = files.get(name);
    if (file && sha256Hex(file) !== hash) findings.add(part(name), code, 'does not have the hash that was signed');
  };
  hold('terms.json', manifest.terms, 'manifest-terms');
  for (const language of PROSE_LANGUAGES) hold(`prose.${language}.txt`, manifest.prose[language], 'manifest-prose');
  checkOriginal(files, manifest, against);
  if (terms === undefined) return;
  checkSchedule(files, manifest, { ...against, terms });
  checkWords(files, manifest, { ...against, terms });
}

/** What was signed elsewhere can be kept apart from the evidence; what is in it must be what the manifest names. */
function checkOriginal(files: VersionFiles, { origin }: Manifest, { check, part }: Against): void {
  const file = files.get(ORIGINAL);
  const document = origin.kind === 'elsewhere' ? origin.document : undefined;
  if (file && sha256Hex(file) !== document) {
    check.findings.add(part(ORIGINAL), 'manifest-document', 'is not the document that the manifest names');
  }
  if (!file && document !== undefined) {
    check.findings.notes.push(`${part(ORIGINAL)}: what was signed elsewhere is not here; its SHA-256 is ${document}`);
  }
}

type WithTerms = Against & { readonly terms: Terms };

/** The list of recordings as a file, and its count and hash in the manifest: of the canonical list, which any terms can share. */
function checkSchedule(files: VersionFiles, { scheduleA }: Manifest, { check, part, terms }: WithTerms): void {
  const file = files.get('schedule-a.txt');
  if (file && !file.equals(Buffer.from(scheduleText(terms)))) {
    check.findings.add(part('schedule-a.txt'), 'manifest-schedule', 'is not the list of recordings of the terms');
  }
  if (scheduleA.recordings !== terms.repertoire.isrcs.length || scheduleA.sha256 !== repertoireHash(terms)) {
    check.findings.add(part('manifest.json'), 'manifest-schedule', 'names another list of recordings than the terms');
  }
}

/** This build writes the words anew, unless they were written by other wording: then their hash is what stands. */
function checkWords(files: VersionFiles, { renderer }: Manifest, { check, part, terms }: WithTerms): void {
  if (renderer !== PROSE_RENDERER) {
    check.findings.notes.push(
      `${part('prose')}: written as ${renderer.slice(0, 100)}, which this build does not write; only the hashes are checked`,
    );
    return;
  }
  for (const language of PROSE_LANGUAGES) {
    const name = `prose.${language}.txt`;
    const file = files.get(name);
    if (file && !file.equals(Buffer.from(proseText(terms, language)))) {
      check.findings.add(part(name), 'prose-differs', 'are not the words of the terms');
    }
  }
}
