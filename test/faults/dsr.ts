import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { profiles } from '../../src/ddex';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { oneOf } from '../support/dsr-cells';
import { anyReport, textOf } from '../support/dsr-reports';
import { sharedFile } from '../support/shared-files';
import { type FaultsOptions } from './run';
import { refuseGiants } from './dsr-giants';
import { judge } from './dsr-judge';
import { mutate } from './dsr-mutations';

/** What a run over damaged reports prints. */
export interface DsrFaultsResult {
  readonly name: 'dsr';
  readonly seed: number;
  /** Damaged files read. */
  readonly points: number;
  /** Files that were damaged. */
  readonly sources: number;
  readonly failures: readonly { readonly point: number; readonly what: string; readonly complaint: string }[];
  /** How much more memory the process held at its most in the second half of the files than in the first. */
  readonly grownMegabytes: number;
  readonly ok: boolean;
}

const FAILURES_SHOWN = 20;
const GENERATED = 40;
/** What a collector of garbage leaves lying about, and less than any leak over so many files. */
const GROWTH_MAX = 200;
const MEBIBYTE = 1024 * 1024;

/** Damaged reports by the thousand, and giants, which must be refused after a small part. */
export async function dsrUnderFaults(options: FaultsOptions): Promise<DsrFaultsResult> {
  const giants = (await refuseGiants()).map((complaint) => ({ point: 0, what: 'a giant', complaint }));
  const result = await damagedReports(options);
  return { ...result, failures: [...giants, ...result.failures], ok: result.ok && giants.length === 0 };
}

/**
 * Reads damaged reports, generated ones of every profile and, where they are, real ones: nothing may throw, every fault
 * must have its place, and memory must not grow. A failure is told with its seed and place, and comes again with them.
 */
export async function damagedReports({ points, seed, say }: FaultsOptions): Promise<DsrFaultsResult> {
  const sources = [...generated(seed), ...realFiles()];
  const failures: { point: number; what: string; complaint: string }[] = [];
  let failed = 0;
  const most = { first: 0, second: 0 };
  for (let point = 1; point <= points; point += 1) {
    const random = seededRandom(seed * 1_000_003 + point);
    const damaged = mutate(oneOf(random, sources), random);
    for (const complaint of await judge(damaged, random)) {
      failed += 1;
      if (failures.length < FAILURES_SHOWN) failures.push({ point, what: damaged.what, complaint });
    }
    if (point % 100 === 0) {
      const half = point <= points / 2 ? 'first' : 'second';
      most[half] = Math.max(most[half], process.memoryUsage.rss());
    }
    if (point % 10_000 === 0) say(`${point} damaged files read, ${failed} complaints`);
  }
  const grownMegabytes = Math.max(0, Math.round((most.second - most.first) / MEBIBYTE));
  const ok = failed === 0 && grownMegabytes <= GROWTH_MAX;
  return { name: 'dsr', seed, points, sources: sources.length, failures, grownMegabytes, ok };
}

function generated(seed: number): Buffer[] {
  return profiles.flatMap((profile, place) =>
    Array.from({ length: GENERATED / 5 }, (_, index) =>
      Buffer.from(textOf(anyReport(seededRandom(seed + place * GENERATED + index), profile)).text),
    ),
  );
}

function realFiles(): Buffer[] {
  const folder = sharedFile('data/dsr');
  return existsSync(folder) ? readdirSync(folder).map((name) => readFileSync(join(folder, name))) : [];
}
