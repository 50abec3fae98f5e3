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
  for (let seed = 1; seed <= 3; seed += 1) {
    const began = performance.now();
    const result = await runSeed(product, { seed, commands: 500 });
    console.log(seed, result.commands, result.found, performance.now() - began, [...result.told].sort());
  }
  void mutants;
}, 300_000);
