import { isDeepStrictEqual } from 'node:util';
import { problemWeights } from '../../src/ddex';
import type { Actor } from '../../src/platform/auth/actor';
import { labelProfile } from '../../src/sample/names';
import { sampleIcpn, sampleReleaseMessage } from '../../src/sample/release-message';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { oneOf } from '../support/dsr-cells';
import { type ErnDigest, ErnOracle } from '../support/ern-oracle';
import type { FaultsOptions } from './run';
import { type Brought, ImportBench, type ImportUrls, type InCatalogue, type Outcome } from './ern-import-bench';
import { difference } from './ern-judge';
import { mutateMessage } from './ern-mutations';
import { generated, realFiles } from './ern-sources';

/** What a run of imports of damaged messages prints. */
export interface ImportedMessages {
  /** Damaged messages brought in. */
  readonly points: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly failures: readonly { readonly point: number; readonly what: string; readonly complaint: string }[];
  readonly ok: boolean;
}

/** A bug that is planted, to see that it is found: it happens after an import, before that is judged. */
export type Planted = (bench: ImportBench, label: Actor, brought: Brought) => Promise<void>;

const FAILURES_SHOWN = 20;
/** So many are brought in for a label before the next one begins with an empty catalogue. */
const OF_ONE_LABEL = 25;

/**
 * Brings damaged messages into a database, as a worker does: each is in exactly as another parser reads it, or is refused with code and place and the label has
 * what it had. A failure comes again with its seed and the number of points: what a message does depends on those before it.
 */
export async function importDamaged(
  { points, seed, say }: Pick<FaultsOptions, 'points' | 'seed' | 'say'>,
  urls: ImportUrls,
  planted?: Planted,
): Promise<ImportedMessages> {
  const bench = await ImportBench.open(urls);
  try {
    const judge = new ImportJudge(bench, await ErnOracle.load(), planted);
    const sources = [...generated(seed), ...realFiles(), ...Array.from({ length: 3 }, () => Buffer.from(purge))];
    const outcomes = { applied: 0, repeated: 0, outdated: 0, test: 0, refused: 0 };
    const failures: { point: number; what: string; complaint: string }[] = [];
    let failed = 0;
    let label = await bench.label();
    for (let point = 1; point <= points; point += 1) {
      const random = seededRandom(seed * 2_000_003 + point);
      if (point % OF_ONE_LABEL === 1) {
        label = await bench.label();
        await bench.bring(label, Buffer.from(sampleReleaseMessage(1)));
      }
      const { bytes, what } = mutateMessage(asAnother(oneOf(random, sources), point), random);
      const { outcome, complaints } = await judge.brings(label, bytes);
      if (outcome !== undefined) outcomes[outcome] += 1;
      failed += complaints.length;
      for (const complaint of complaints)
        if (failures.length < FAILURES_SHOWN) failures.push({ point, what, complaint });
      if (point % 1000 === 0) say(`${point} damaged messages brought in, ${failed} complaints`);
    }
    return { points, outcomes, failures, ok: failed === 0 };
  } finally {
    await bench.close();
  }
}

/** Under an id of its own: what was applied before it is then none that is repeated. */
const asAnother = (message: Buffer, point: number): Buffer =>
  Buffer.from(message.toString().replace(/<MessageId>[^<]*</, `<MessageId>POINT-${point}<`));

/** Of the release with which each label begins, by who sent it. */
const purge = `<?xml version="1.0" encoding="UTF-8"?>
<ern:PurgeReleaseMessage xmlns:ern="http://ddex.net/xml/ern/43"><MessageHeader><MessageId>P</MessageId>
<MessageSender><PartyId>${labelProfile.partyId}</PartyId></MessageSender><MessageRecipient><PartyId>${labelProfile.partyId}</PartyId></MessageRecipient>
<MessageCreatedDateTime>2026-01-04T00:00:00Z</MessageCreatedDateTime></MessageHeader>
<PurgedRelease><ReleaseId><ICPN>${sampleIcpn(1)}</ICPN></ReleaseId></PurgedRelease></ern:PurgeReleaseMessage>
`;

class ImportJudge {
  constructor(
    private readonly bench: ImportBench,
    private readonly oracle: ErnOracle,
    private readonly planted: Planted | undefined,
  ) {}

  async brings(label: Actor, bytes: Buffer): Promise<{ outcome: Outcome | undefined; complaints: string[] }> {
    const before = await this.bench.stateOf(label);
    let brought: Brought;
    try {
      brought = await this.bench.bring(label, bytes);
    } catch (error) {
      const said = error instanceof Error ? (error.stack ?? '') : String(error);
      return { outcome: undefined, complaints: [`it threw ${said}`] };
    }
    await this.planted?.(this.bench, label, brought);
    const { state, counts } = brought;
    const told = Object.entries(counts?.messages ?? {}).filter(([, count]) => count > 0);
    const [[outcome, count] = ['', 0]] = told;
    if (state !== 'done' || told.length !== 1 || count !== 1)
      return { outcome: undefined, complaints: [`the import is ${state}: ${JSON.stringify(counts)}`] };
    const complaints = outcome === 'applied' ? await this.applied(brought, bytes) : unplaced(outcome, brought);
    const isChanged = (await this.bench.stateOf(label)) !== before;
    if (isChanged !== (outcome === 'applied'))
      complaints.push(`it was ${outcome}, and the catalogue has ${isChanged ? '' : 'not '}changed`);
    return { outcome: outcome as Outcome, complaints };
  }

  /** Against what another parser finds in it. */
  private async applied({ id, faults }: Brought, bytes: Buffer): Promise<string[]> {
    if (faults.length > 0) return [`it was applied with an error: ${JSON.stringify(faults[0])}`];
    // What is packed is read by that parser only unpacked.
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return [];
    const found = await this.bench.inCatalogue(id);
    const complaints = this.oracle.parsed(bytes, (document) => {
      const expected = asKept(document.digest());
      if (isDeepStrictEqual(found.digest, { ...expected, purged: [] })) return catalogueFaults(found, expected);
      return [difference(found.digest, { ...expected, purged: [] })];
    });
    return complaints ?? ['it was applied, and the other parser says that it is not well-formed'];
  }
}

/** A refusal has a reason, and a reason a place; what counts for nothing for another reason has no errors. */
function unplaced(outcome: string, { faults }: Brought): string[] {
  if (outcome !== 'refused') return faults.map(({ code }) => `it was ${outcome}, with ${code}`);
  if (faults.length === 0) return ['it was refused, and nothing says why'];
  const isFatal = (code: string): boolean =>
    Object.hasOwn(problemWeights, code) && 'fatal' in problemWeights[code as 'not-ern'];
  return faults
    .filter(({ code, path, message }) => message === '' || !(path.startsWith('/') || isFatal(code)))
    .map(({ code }) => `it was refused by ${code}, and nothing says where`);
}

type Told = Readonly<Record<'isrcs' | 'works' | 'titles' | 'icpns' | 'grids' | 'items', readonly string[]>> & {
  readonly kind: string;
  readonly seconds: string | null;
};

/** Without identifiers that are none: an import leaves these out, and they alone. */
function asKept(digest: ErnDigest): ErnDigest {
  const those = (ids: readonly string[], sound: RegExp): string[] => ids.filter((id) => sound.test(id));
  return {
    ...digest,
    resources: (digest.resources as Told[]).map((resource) => ({
      ...resource,
      isrcs: those(resource.isrcs, /^[A-Z]{2}[A-Z0-9]{3}\d{7}$/),
      works: those(resource.works, /^T\d{10}$/),
    })),
    releases: (digest.releases as Told[]).map((release) => ({
      ...release,
      icpns: those(release.icpns, /^(\d{8}|\d{12,14})$/),
      grids: those(release.grids, /^A1[A-Z0-9]{16}$/),
    })),
  };
}

/** What can be searched and licensed must be what the message tells, too. */
function catalogueFaults({ recordings, releases }: InCatalogue, expected: ErnDigest): string[] {
  if (expected.kind === 'PurgeReleaseMessage')
    return releases.length > 0 && releases.every(({ withdrawn }) => withdrawn)
      ? []
      : ['what it purges is not withdrawn'];
  const told = (expected.resources as Told[]).filter(({ kind }) => kind === 'SoundRecording' || kind === 'Video');
  const albums = (expected.releases as Told[]).filter(({ kind }) => kind === 'Release');
  const complaints = recordings.flatMap((recording) => recordingFaults(recording, told));
  const isrcs = new Set(told.flatMap((resource) => resource.isrcs));
  if (albums.length === 1 && recordings.length !== isrcs.size)
    complaints.push(`${isrcs.size} recordings are told, ${recordings.length} are on the release`);
  for (const { gtin, title } of releases) {
    if (title !== '' && !albums.some(({ titles }) => titles.includes(title)))
      complaints.push(`no release is called ${JSON.stringify(title)}`);
    if (gtin !== null && !albums.some(({ icpns }) => icpns.some((icpn) => icpn.padStart(14, '0') === gtin)))
      complaints.push(`no release has the bar code ${gtin}`);
  }
  if (releases.length === 0) complaints.push('it was applied, and no release is there');
  return complaints;
}

function recordingFaults({ isrc, title, seconds, isOurs }: InCatalogue['recordings'][number], told: Told[]): string[] {
  const under = told.filter(({ isrcs }) => isrcs.includes(isrc));
  if (under.length === 0) return [`nothing tells of ${isrc}`];
  if (!isOurs) return [];
  const lengths = under.map((resource) => /^[1-9]\d{0,8}(?=\.|$)/.exec(resource.seconds ?? '')?.[0] ?? null);
  const titles = under.flatMap((resource) => resource.titles);
  return [
    ...(titles.includes(title) || title === '' ? [] : [`${isrc} is not called ${JSON.stringify(title)}`]),
    ...(lengths.includes(seconds === null ? null : String(seconds)) ? [] : [`${isrc} does not last ${seconds} s`]),
  ];
}
