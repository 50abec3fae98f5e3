import { mutants } from './mutants';
import { Product } from './product';
import { runSeed } from './run-seed';
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

it('try', async () => {
  for (const mutant of mutants) {
    for (let seed = 1; seed <= 6; seed += 1) {
      const began = performance.now();
      const result = await runSeed(product, { seed, commands: 500, mutant });
      process.stderr.write(`${mutant.name} ${seed} ${result.commands} ${result.found} ${performance.now() - began}\n`);
      if (result.found !== undefined) break;
    }
  }
}, 600_000);
