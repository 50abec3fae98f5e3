import { join } from 'node:path';
import { withBelongings } from '../../../bench/support/belongings';
import { announceServer } from '../../support/server';
import { makeTemplate } from '../../support/template';
import type { FaultsOptions } from '../deal';
import { type Mutant, mutants } from './mutants';
import { Product } from './product';
import { runSeed, type SeedResult } from './run-seed';
import { makeWorld } from './world';

/** Commands of one seed. */
export const commandsPerSeed = 500;
/** Seeds within which a planted bug must be found. */
const seedsPerBug = 5;

/** What a run prints. */
export interface SettlementResult {
  readonly name: string;
  /** The first seed; the others follow it. */
  readonly seed: number;
  /** Seeds that were run. */
  readonly points: number;
  readonly commands: number;
  readonly refused: number;
  readonly killed: number;
  /** Seeds in which the product did otherwise than the reference ledger, with the first difference. */
  readonly differing: readonly { readonly seed: number; readonly found: string }[];
  /** In which seed each planted bug was found; null where it was not. */
  readonly bugs: Readonly<Record<string, number | null>>;
  readonly ok: boolean;
}

/** The simulator on a server of its own: seeds in a row, then the planted bugs. */
export const settlementUnderFaults = ({ points, seed, say }: FaultsOptions): Promise<SettlementResult> =>
  withBelongings(async (belongings) => {
    const folder = await belongings.folder('accordo-simulated-');
    const server = await belongings.postgres({ directory: join(folder, 'postgres'), durable: false });
    await makeTemplate(server);
    announceServer(server);
    const world = await makeWorld();
    belongings.add(() => world.close());
    const product = await Product.open(world);
    belongings.add(() => product.close());
    const results: SeedResult[] = [];
    for (let at = 0; at < points; at += 1) {
      const result = await runSeed(product, { seed: seed + at, commands: commandsPerSeed });
      results.push(result);
      if (result.found !== undefined) say(`seed ${result.seed}: ${result.found}`);
      else if ((at + 1) % 10 === 0) say(`${at + 1} seeds`);
    }
    const bugs = await plantedBugs(product, say);
    return resultOf({ seed, results, bugs });
  });

async function plantedBugs(product: Product, say: (line: string) => void): Promise<SettlementResult['bugs']> {
  const bugs: Record<string, number | null> = {};
  for (const mutant of mutants) {
    const found = await findBug(product, mutant);
    bugs[mutant.name] = found?.seed ?? null;
    say(`${mutant.name}: ${found === undefined ? 'not found' : `seed ${found.seed}, ${found.found}`}`);
  }
  return bugs;
}

/** The first seed that sees the bug, from the one on that saw it soonest when this was written; undefined where none of a few does. */
export async function findBug(product: Product, mutant: Mutant): Promise<SeedResult | undefined> {
  for (let at = 0; at < seedsPerBug; at += 1) {
    const result = await runSeed(product, { seed: mutant.firstSeed + at, commands: commandsPerSeed, mutant });
    if (result.found !== undefined) return result;
  }
  return undefined;
}

function resultOf({
  seed,
  results,
  bugs,
}: Pick<SettlementResult, 'seed' | 'bugs'> & { readonly results: readonly SeedResult[] }): SettlementResult {
  const differing = results.flatMap(({ seed: of, found }) => (found === undefined ? [] : [{ seed: of, found }]));
  const told = (prefix: string): number =>
    results.reduce(
      (sum, result) => [...result.told].reduce((of, [what, count]) => (what.startsWith(prefix) ? of + count : of), sum),
      0,
    );
  return {
    name: 'settlement',
    seed,
    points: results.length,
    commands: results.reduce((sum, { commands }) => sum + commands, 0),
    refused: told('refused: '),
    killed: told('killed: '),
    differing,
    bugs,
    ok: differing.length === 0 && Object.values(bugs).every((found) => found !== null),
  };
}
