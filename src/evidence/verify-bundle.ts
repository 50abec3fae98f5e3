import { checkSealedPdf } from '../documents';
import { type Fault, sha256Hex } from '../kernel';
import { ArchiveRefused, readArchive, writeArchive } from './archive';
import { type EvidenceRecord, RECORD, RECORD_SEAL } from './bundle';
import { bundleFiles, documentFiles, isKnown, versionFile, versionFiles } from './file-names';
import { Findings } from './findings';
import { certificatesOf, type PublishedKey, type SealKeys, sealKeysOf } from './published-keys';
import { canonicalJson } from './forms';
import { readRecord } from './strict-forms';
import { sealFault } from './strict-jws';
import { checkFramework } from './verify-framework';
import { type CheckedSignature } from './verify-signatures';
import { verifyVersion, type VersionFiles } from './verify-version';

export interface Verification {
  /** The agreement that the record names; absent when there is no record to read. */
  readonly agreement?: string;
  readonly madeAt?: string;
  /** How many files are as the record lists them. */
  readonly files: number;
  readonly versions: readonly number[];
  readonly signatures: readonly CheckedSignature[];
  /** What cannot be checked here, without being wrong. */
  readonly notes: readonly string[];
  /** Empty: everything holds. The pointer names the part. */
  readonly faults: readonly Fault[];
}

/**
 * Checks a bundle with the marketplace's published keys alone: the archive, the sealed list of its files, every file's hash, and of each
 * version what was signed, by whom, and that both parties did. Tells every fault, naming the part; never throws, whatever the bytes.
 */
export async function verifyBundle(bytes: Buffer, published: readonly PublishedKey[]): Promise<Verification> {
  const findings = new Findings();
  const nothing = { files: 0, versions: [], signatures: [], notes: [] };
  const keys = sealKeysOf(published);
  let files: Map<string, Buffer>;
  try {
    files = await readArchive(bytes);
  } catch (error) {
    if (!(error instanceof ArchiveRefused)) throw error;
    findings.add('container', 'bundle-unreadable', `is no evidence bundle: ${error.message}`);
    return { ...nothing, faults: findings.faults };
  }
  if (!(await writeArchive(files)).equals(bytes)) {
    findings.add('container', 'bundle-container', 'is not the archive that its files make');
  }
  const record = checkRecord(files, keys, findings);
  if (record === undefined) return { ...nothing, faults: findings.faults };
  const { agreement, madeAt } = record;
  const versions = checkListed(record, findings);
  const sound = checkFiles(files, record, findings);
  checkLists(sound, findings);
  const signatures = checkVersions(sound, { agreement, versions, keys, findings });
  checkFramework(sound, signatures, findings);
  await checkDocuments(sound, certificatesOf(published), findings);
  const { notes, faults } = findings;
  return { agreement, madeAt, files: sound.size, versions, signatures, notes, faults };
}

function checkRecord(
  files: ReadonlyMap<string, Buffer>,
  keys: SealKeys,
  findings: Findings,
): EvidenceRecord | undefined {
  const [record, seal] = [files.get(RECORD), files.get(RECORD_SEAL)];
  if (!record || !seal) {
    for (const [name, file] of [[RECORD, record] as const, [RECORD_SEAL, seal] as const]) {
      if (!file) findings.add(name, 'file-missing', 'is missing');
    }
    return undefined;
  }
  const broken = sealFault(seal.toString('latin1'), record.toString('utf8'), keys);
  if (broken === 'key-unknown')
    findings.add(RECORD, broken, `is sealed in ${RECORD_SEAL} by a key that is not published`);
  if (broken === 'seal-broken') findings.add(RECORD, 'record-seal', `is not what ${RECORD_SEAL} seals`);
  const read = readRecord(record);
  if (read === undefined) findings.add(RECORD, 'record-not-canonical', 'is no canonical evidence record');
  return read;
}

/**
 * The versions that the record lists. Our seal does not make up for what it leaves out: a version without its signatures is no proof, and
 * a file that nobody checks would pass as proved.
 */
function checkListed({ files }: EvidenceRecord, findings: Findings): number[] {
  const listed = new Set(files.map(({ name }) => name));
  for (const name of listed) if (!isKnown(name)) findings.add(name, 'file-unknown', 'is no file of this format');
  const numbers = new Set([...listed].flatMap((name) => versionFile(name)?.number ?? []));
  const versions = [...numbers].sort((a, b) => a - b);
  if (versions[0] !== 1) findings.add('v1', 'file-missing', 'the version that was signed first is missing');
  const needed = versions.flatMap((number) => versionFiles.map((file) => `v${number}/${file}`));
  for (const name of [...needed, ...bundleFiles]) {
    if (!listed.has(name)) findings.add(name, 'file-missing', 'is neither listed nor there');
  }
  return versions;
}

/** What happened and who did what is told as it is; only its form can be checked here. */
function checkLists(files: ReadonlyMap<string, Buffer>, findings: Findings): void {
  for (const name of bundleFiles) {
    const file = files.get(name);
    if (file && !Array.isArray(canonicalJson(file))) findings.add(name, 'record-not-canonical', 'is no canonical list');
  }
}

/** The files that are as the record lists them; what is changed is named once and not looked into. */
function checkFiles(
  files: ReadonlyMap<string, Buffer>,
  record: EvidenceRecord,
  findings: Findings,
): Map<string, Buffer> {
  const sound = new Map<string, Buffer>();
  for (const { name, bytes, sha256 } of record.files) {
    const file = files.get(name);
    if (file === undefined) findings.add(name, 'file-missing', 'is listed and missing');
    else if (file.length === bytes && sha256Hex(file) === sha256) sound.set(name, file);
    else findings.add(name, 'file-changed', 'does not have the hash that the record lists');
  }
  const listed = new Set([...record.files.map(({ name }) => name), RECORD, RECORD_SEAL]);
  for (const name of files.keys()) if (!listed.has(name)) findings.add(name, 'file-unlisted', 'is not in the record');
  return sound;
}

/** As verifyBundle, of a sealed contract by itself: that it is whole and as it was sealed. What it says is proved by the evidence. */
export async function verifyPdf(bytes: Buffer, published: readonly PublishedKey[]): Promise<Verification> {
  const faults = await checkSealedPdf(bytes, certificatesOf(published));
  return { files: 1, versions: [], signatures: [], notes: [], faults };
}

/** Every document of ours is sealed as a whole by a published certificate. */
async function checkDocuments(
  files: ReadonlyMap<string, Buffer>,
  certificates: readonly string[],
  findings: Findings,
): Promise<void> {
  for (const [name, bytes] of files) {
    if (!documentFiles.includes(versionFile(name)?.file ?? '')) continue;
    for (const { code, message } of await checkSealedPdf(bytes, certificates)) findings.add(name, code, message);
  }
}

interface Versions {
  readonly agreement: string;
  readonly versions: readonly number[];
  readonly keys: SealKeys;
  readonly findings: Findings;
}

/** Each version, and that it continues the one before: one that was taken out leaves a gap in the chain. */
function checkVersions(files: ReadonlyMap<string, Buffer>, { versions, ...check }: Versions): CheckedSignature[] {
  const byVersion = new Map<number, VersionFiles>(versions.map((number) => [number, new Map<string, Buffer>()]));
  for (const [name, bytes] of files) {
    const own = versionFile(name);
    if (own) byVersion.get(own.number)?.set(own.file, bytes);
  }
  const signatures: CheckedSignature[] = [];
  let previous: string | null | undefined = null;
  for (const [number, own] of byVersion) {
    const checked = verifyVersion(own, { number, previous, ...check });
    signatures.push(...checked.signatures);
    previous = checked.manifestHash;
  }
  return signatures;
}
