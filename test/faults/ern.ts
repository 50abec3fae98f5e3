import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { sampleReleaseMessage } from '../../src/sample/release-message';
import { oneOf } from '../support/dsr-cells';
import { anyMessage, ernVersions } from '../support/ern-messages';
import { ErnOracle } from '../support/ern-oracle';
import { sharedFile } from '../support/shared-files';
import { type FaultsOptions } from './deal';
import { type Judgement, judgeMessage } from './ern-judge';
import { readLaborious, refuseHostile } from './ern-hostile';
import { mutateMessage } from './ern-mutations';

/** What a run over damaged messages prints. */
export interface ErnFaultsResult {
  readonly name: 'ern';
  readonly seed: number;
  /** Damaged messages read. */
  readonly points: number;
  /** Messages that were damaged. */
  readonly sources: number;
  readonly outcomes: Readonly<Record<Judgement['outcome'], number>>;
  readonly failures: readonly { readonly point: number; readonly what: string; readonly complaint: string }[];
  /** How much more memory the process held at its most in the second half of the messages than in the first. */
  readonly grownMegabytes: number;
  readonly ok: boolean;
}

const FAILURES_SHOWN = 20;
const GENERATED_OF_EACH = 5;
/** Real ones are longer, and so are slower to compare. */
const REAL_BYTES_MAX = 25_000;
const GROWTH_MAX = 200;
const MEBIBYTE = 1024 * 1024;

/** Damaged messages by the thousand, and hostile ones, which must be refused at once. */
export async function ernUnderFaults(options: FaultsOptions): Promise<ErnFaultsResult> {
  const hostile = [...(await refuseHostile()), ...(await readLaborious())].map((complaint) => ({
    point: 0,
    what: 'hostile',
    complaint,
  }));
  const result = await damagedMessages(options);
  return { ...result, failures: [...hostile, ...result.failures], ok: result.ok && hostile.length === 0 };
}

/**
 * Reads damaged messages, generated ones of every layout and, where they are, real ones: each is read exactly as another parser reads it, or refused
 * with code and place. A failure is told with its seed and place, and comes again with them.
 */
export async function damagedMessages({ points, seed, say }: FaultsOptions): Promise<ErnFaultsResult> {
  const oracle = await ErnOracle.load();
  const sources = [...generated(seed), ...realFiles()];
  const failures: { point: number; what: string; complaint: string }[] = [];
  const outcomes = { read: 0, faulty: 0, refused: 0 };
  let failed = 0;
  const most = { first: 0, second: 0 };
  for (let point = 1; point <= points; point += 1) {
    const random = seededRandom(seed * 1_000_003 + point);
    const damaged = mutateMessage(oneOf(random, sources), random);
    const { outcome, complaints } = await judgeMessage(damaged, random, oracle);
    outcomes[outcome] += 1;
    for (const complaint of complaints) {
      failed += 1;
      if (failures.length < FAILURES_SHOWN) failures.push({ point, what: damaged.what, complaint });
    }
    if (point % 100 === 0) {
      const half = point <= points / 2 ? 'first' : 'second';
      most[half] = Math.max(most[half], process.memoryUsage.rss());
    }
    if (point % 10_000 === 0) say(`${point} damaged messages read, ${failed} complaints`);
  }
  const grownMegabytes = Math.max(0, Math.round((most.second - most.first) / MEBIBYTE));
  const ok = failed === 0 && grownMegabytes <= GROWTH_MAX;
  return { name: 'ern', seed, points, sources: sources.length, outcomes, failures, grownMegabytes, ok };
}

const generated = (seed: number): Buffer[] => [
  Buffer.from(sampleReleaseMessage(1)),
  ...ernVersions.flatMap((version, place) =>
    Array.from({ length: GENERATED_OF_EACH }, (_, index) =>
      Buffer.from(anyMessage(seededRandom(seed + place * GENERATED_OF_EACH + index), version)),
    ),
  ),
];

function realFiles(): Buffer[] {
  const folder = sharedFile('data/ern');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => readFileSync(join(folder, name)))
    .filter(({ length }) => length <= REAL_BYTES_MAX);
}
