import { checkSealedPdf } from '../documents';
import { type Fault, sha256Hex } from '../kernel';
import { ArchiveRefused, readArchive, writeArchive } from './archive';
import { type EvidenceRecord, RECORD, RECORD_SEAL } from './bundle';
import { canonicalJson, Findings } from './findings';
import { type PublishedKey, sealHolds } from './strict-jws';
import { type CheckedSignature, verifyVersion, type VersionFiles } from './verify-version';

export interface Verification {
  /** The agreement that the record names; absent when there is no record to read. */
  readonly agreement?: string;
  readonly madeAt?: string;
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
export async function verifyBundle(bytes: Buffer, keys: readonly PublishedKey[]): Promise<Verification> {
  const findings = new Findings();
  const nothing = { versions: [], signatures: [], notes: [] };
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
  const record = readRecord(files, keys, findings);
  if (record === undefined) return { ...nothing, faults: findings.faults };
  const sound = checkFiles(files, record, findings);
  const { agreement, madeAt } = record;
  const checked = checkVersions(sound, { agreement, keys, findings });
  await checkDocuments(sound, keys, findings);
  return { agreement, madeAt, ...checked, notes: findings.notes, faults: findings.faults };
}

function readRecord(
  files: ReadonlyMap<string, Buffer>,
  keys: readonly PublishedKey[],
  findings: Findings,
): EvidenceRecord | undefined {
  const [record, seal] = [files.get(RECORD), files.get(RECORD_SEAL)];
  if (!record || !seal) {
    for (const [name, file] of [[RECORD, record] as const, [RECORD_SEAL, seal] as const]) {
      if (!file) findings.add(name, 'file-missing', 'is missing');
    }
    return undefined;
  }
  const text = record.toString('utf8');
  if (!sealHolds(seal.toString('latin1'), text, keys)) {
    findings.add(RECORD, 'record-seal', `is not sealed in ${RECORD_SEAL} by a published key`);
  }
  const read = canonicalJson(record) as EvidenceRecord | undefined;
  if (read?.schema === 'accordo-evidence/1' && Array.isArray(read.files)) return read;
  findings.add(RECORD, 'record-not-canonical', 'is no canonical evidence record');
  return undefined;
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
export async function verifyPdf(bytes: Buffer, keys: readonly PublishedKey[]): Promise<Verification> {
  const faults = await checkSealedPdf(bytes, certificatesOf(keys));
  return { versions: [], signatures: [], notes: [], faults };
}

const certificatesOf = (keys: readonly PublishedKey[]): string[] =>
  keys.flatMap(({ x5c }) => (Array.isArray(x5c) ? (x5c as string[]).slice(0, 1) : []));

/** Every document of ours is sealed as a whole by a published certificate. */
async function checkDocuments(
  files: ReadonlyMap<string, Buffer>,
  keys: readonly PublishedKey[],
  findings: Findings,
): Promise<void> {
  const certificates = certificatesOf(keys);
  for (const [name, bytes] of files) {
    if (!/^v\d+\/contract\.[a-z]{2}\.pdf$/.test(name)) continue;
    for (const { code, message } of await checkSealedPdf(bytes, certificates)) findings.add(name, code, message);
  }
}

function checkVersions(
  files: ReadonlyMap<string, Buffer>,
  { agreement, keys, findings }: { agreement: string; keys: readonly PublishedKey[]; findings: Findings },
): Pick<Verification, 'versions' | 'signatures'> {
  const byVersion = new Map<number, VersionFiles>();
  for (const [name, bytes] of files) {
    const [, number, file] = /^v(\d{1,6})\/(.+)$/.exec(name) ?? [];
    if (number === undefined || file === undefined) continue;
    const own = byVersion.get(Number(number)) ?? new Map<string, Buffer>();
    byVersion.set(Number(number), own.set(file, bytes));
  }
  const versions = [...byVersion.keys()].sort((a, b) => a - b);
  if (versions[0] !== 1) findings.add('v1', 'file-missing', 'the version that was signed first is missing');
  const signatures: CheckedSignature[] = [];
  let previous: string | null = null;
  for (const number of versions) {
    const own = byVersion.get(number) ?? new Map<string, Buffer>();
    const checked = verifyVersion(own, { number, agreement, previous, keys, findings });
    signatures.push(...checked.signatures);
    previous = checked.manifestHash;
  }
  return { versions, signatures };
}
