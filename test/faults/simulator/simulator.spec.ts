import { mutants } from './mutants';
import { Product } from './product';
import { runSeed } from './run-seed';
import { commandsPerSeed, findBug } from './settlement';
import { makeWorld, type World } from './world';

let world: World;
let product: Product;
beforeAll(async () => {
  world = await makeWorld();
  product = await Product.open(world);
}, 120_000);
afterAll(async () => {
  await product?.close();
  await world?.close();
});

/** `ACCORDO_SEED=17` runs that seed alone. */
const wanted = process.env['ACCORDO_SEED'];
/** Those in which the bugs are found, then as many more as there is time for: all fifty are for `npm run faults -- settlement`. */
const ofBugs = [...new Set(mutants.map(({ firstSeed }) => firstSeed))];
const fifty = Array.from({ length: 50 }, (_, at) => at + 1);
const seeds = wanted === undefined ? [...new Set([...ofBugs, ...fifty])] : [Number(wanted)];
const milliseconds = 4_000;

it('the product does in every seed what the reference ledger does', async () => {
  const began = performance.now();
  for (const [at, seed] of seeds.entries()) {
    if (at >= ofBugs.length && performance.now() - began > milliseconds) break;
    const result = await runSeed(product, { seed, commands: commandsPerSeed });
    if (result.found !== undefined) throw new Error(`ACCORDO_SEED=${seed}: ${result.found}`);
    expect(result.commands).toBe(commandsPerSeed);
  }
}, 300_000);

it.each(mutants)(
  'finds a planted bug: $name',
  async (mutant) => {
    const result = await findBug(product, mutant);
    expect(result?.found).toMatch(mutant.shows);
  },
  300_000,
);
