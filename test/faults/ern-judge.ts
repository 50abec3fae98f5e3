import { isDeepStrictEqual } from 'node:util';
import { checkMessage, type Problem, problemWeights } from '../../src/ddex';
import { type Random } from '../support/dsr-cells';
import { type ErnRead, readByUs } from '../support/ern-digest';
import { type ErnOracle, type OracleDocument } from '../support/ern-oracle';
import { cutAnywhere } from './dsr-judge';
import { type MutatedMessage } from './ern-mutations';

export interface Judgement {
  /** How it was read: as the other parser reads it, with errors that each have their place, or not to its end. */
  readonly outcome: 'read' | 'faulty' | 'refused';
  /** What is wrong with how it was read; empty when nothing is. */
  readonly complaints: readonly string[];
}

/** Well-formed, and still not read: by our own rules. */
const ownRules: readonly string[] = [
  'doctype-forbidden',
  'encoding-unsupported',
  'encoding-wrong',
  'xml-version-unsupported',
  'not-ern',
];

/** Either it is read exactly as another parser reads it, or refused with code and place. */
export async function judgeMessage({ bytes }: MutatedMessage, random: Random, oracle: ErnOracle): Promise<Judgement> {
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return await judgePacked(bytes);
    const read = readByUs([bytes]);
    const outcome = read.summary.isRefused ? 'refused' : read.summary.errors > 0 ? 'faulty' : 'read';
    const complaints = oracle.parsed(bytes, (document) => complaintsOf(read, document));
    const malformed = outcome === 'refused' ? [] : ['the other parser says that it is not well-formed'];
    return {
      outcome,
      complaints: [
        ...(complaints ?? malformed),
        ...read.problems.flatMap(misshapen),
        ...sameWhereverCut(bytes, read, random),
      ],
    };
  } catch (error) {
    return {
      outcome: 'refused',
      complaints: [`it threw ${error instanceof Error ? (error.stack ?? '') : String(error)}`],
    };
  }
}

async function judgePacked(bytes: Buffer): Promise<Judgement> {
  async function* source() {
    yield bytes;
  }
  const { summary } = await checkMessage(source());
  return { outcome: summary.isRefused ? 'refused' : summary.errors > 0 ? 'faulty' : 'read', complaints: [] };
}

function complaintsOf(read: ErnRead, document: OracleDocument): string[] {
  const { summary, problems, digest } = read;
  if (summary.isRefused) {
    const [fatal] = problems.filter((problem) => problem.fatal);
    return fatal !== undefined && ownRules.includes(fatal.code)
      ? []
      : [`it was refused as ${fatal?.code} (${fatal?.message}), and is well-formed`];
  }
  const lost = problems.filter(({ path }) => document.nodesAt(path.replace(/\[0\]/g, '')) !== 1);
  const complaints = lost.map(
    ({ path, code }) => `${code} is said to be at ${path}, where the other parser finds nothing`,
  );
  const recordings = document.count('ResourceList/SoundRecording');
  if (document.kind === 'NewReleaseMessage' && recordings !== (summary.resources.SoundRecording ?? 0)) {
    complaints.push(`${recordings} recordings are there, ${summary.resources.SoundRecording} were read`);
  }
  if (summary.errors > 0) return complaints;
  const expected = document.digest();
  if (!isDeepStrictEqual(digest, expected)) complaints.push(difference(digest, expected));
  return complaints;
}

/** Where two of what a message says differ first. */
export function difference(ours: object, theirs: object, at = ''): string {
  const [a, b] = [ours as Record<string, unknown>, theirs as Record<string, unknown>];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [a[key], b[key]];
    if (isDeepStrictEqual(x, y)) continue;
    const isDeeper = typeof x === 'object' && typeof y === 'object' && x !== null && y !== null;
    return isDeeper
      ? difference(x, y, `${at}/${key}`)
      : `${at}/${key} is read as ${JSON.stringify(x)?.slice(0, 100)}, by the other parser as ${JSON.stringify(y)?.slice(0, 100)}`;
  }
  return `${at} differs`;
}

function misshapen({ code, severity, path, message }: Problem): string[] {
  const isSound =
    problemWeights[code].severity === severity &&
    message !== '' &&
    path.length <= 1000 &&
    !/[\u0000-\u001f\u007f]/.test(message + path) &&
    (path.startsWith('/') || 'fatal' in problemWeights[code]);
  return isSound ? [] : [`a problem is not as it must be: ${JSON.stringify({ code, severity, path, message })}`];
}

function sameWhereverCut(bytes: Buffer, read: ErnRead, random: Random): string[] {
  if (random() < 0.85) return [];
  const parts = cutAnywhere(bytes, random, 300);
  return isDeepStrictEqual(readByUs(parts), read) ? [] : ['it makes a difference where the bytes are cut'];
}
