import type { Order, ServiceTrial, Verdict } from '../trials/trial';
import { type Mutant, mutants } from './mutants';
import type { Product } from './product';
import { runSeed, type SeedResult } from './run-seed';

/** Commands of one seed. */
export const commandsPerSeed = 500;
/** Seeds within which a planted bug must be found. */
const seedsPerBug = 5;

/** T12: seeds in a row, each beside the reference ledger, then the planted bugs. Its size is the number of seeds. */
export const simulated: ServiceTrial = {
  name: 'T12',
  about: 'the simulator, beside a reference ledger; then planted bugs',
  unit: 'seeds',
  sizes: { brief: 2, usual: 50, full: 2_000 },
  run: async (product, { size, seed, say }): Promise<Verdict> => {
    const results: SeedResult[] = [];
    for (let at = 0; at < size; at += 1) {
      const result = await runSeed(product, { seed: seed + at, commands: commandsPerSeed });
      results.push(result);
      if (result.found !== undefined) say(`seed ${result.seed}: ${result.found}`);
      else if ((at + 1) % 10 === 0) say(`${at + 1} seeds`);
    }
    return verdictOf(results, await plantedBugs(product, say));
  },
};

/** In which seed each planted bug was found; null where it was not. */
type Bugs = Readonly<Record<string, number | null>>;

async function plantedBugs(product: Product, say: Order['say']): Promise<Bugs> {
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

function verdictOf(results: readonly SeedResult[], bugs: Bugs): Verdict {
  const differing = results.flatMap(({ seed, found }) => (found === undefined ? [] : [`seed ${seed}: ${found}`]));
  const missed = Object.entries(bugs).flatMap(([name, seed]) =>
    seed === null ? [`planted and not found: ${name}`] : [],
  );
  const told = (prefix: string): number =>
    results.reduce(
      (sum, result) => [...result.told].reduce((of, [what, count]) => (what.startsWith(prefix) ? of + count : of), sum),
      0,
    );
  return {
    seeds: results.length,
    commands: results.reduce((sum, { commands }) => sum + commands, 0),
    ...{ refused: told('refused: '), killed: told('killed: ') },
    ...{ bugs, found: [...differing, ...missed] },
  };
}
