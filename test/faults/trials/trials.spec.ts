import { Product } from '../simulator/product';
import { makeWorld, type World } from '../simulator/world';
import { serviceTrials } from './all-trials';
import { conservation } from './conservation';

/** All of them on one server and copies of one world. The simulator (T12) and the kills (T1) have files of their own. */
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

const order = { seed: 1, say: () => undefined };

it.each(serviceTrials.filter(({ name }) => name !== 'T12'))(
  '$name: $about',
  async ({ run, sizes }) => {
    const { found } = await run(product, { ...order, size: sizes.brief });
    expect(found).toEqual([]);
  },
  300_000,
);

it('T9: parts sum to the whole, to the last minor unit', () => {
  expect(conservation.run({ ...order, size: conservation.sizes.brief }).found).toEqual([]);
}, 60_000);
