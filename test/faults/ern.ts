import { join } from 'node:path';
import { withBelongings } from '../../bench/support/belongings';
import { mainDatabase, toDatabase } from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { oneOf } from '../support/dsr-cells';
import { ErnOracle } from '../support/ern-oracle';
import { type FaultsOptions } from './run';
import { type Judgement, judgeMessage } from './ern-judge';
import { readLaborious, refuseHostile } from './ern-hostile';
import { type ImportedMessages, importDamaged } from './ern-imports';
import { mutateMessage } from './ern-mutations';
import { generated, realFiles } from './ern-sources';

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
const GROWTH_MAX = 200;
const MEBIBYTE = 1024 * 1024;

/** One of so many is brought into a database as well: that takes so much longer. */
const READ_FOR_EACH_IMPORTED = 20;

/** Damaged messages by the thousand, read and brought in, and hostile ones, which must be refused at once. */
export async function ernUnderFaults(
  options: FaultsOptions,
): Promise<ErnFaultsResult & { readonly imported: ImportedMessages }> {
  const hostile = [...(await refuseHostile()), ...(await readLaborious())].map((complaint) => ({
    point: 0,
    what: 'hostile',
    complaint,
  }));
  const result = await damagedMessages(options);
  const points = Math.ceil(options.points / READ_FOR_EACH_IMPORTED);
  const imported = await withBelongings(async (belongings) => {
    const directory = join(await belongings.folder('accordo-ern-'), 'postgres');
    const { applicationUrl, superuserUrl, ownerUrl } = await belongings.postgres({ directory, durable: false });
    await migrate({ applicationUrl, ownerUrl });
    return importDamaged(
      { ...options, points },
      { applicationUrl, superuserUrl: toDatabase(superuserUrl, mainDatabase) },
    );
  });
  const failures = [...hostile, ...result.failures];
  return { ...result, failures, imported, ok: result.ok && imported.ok && hostile.length === 0 };
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
