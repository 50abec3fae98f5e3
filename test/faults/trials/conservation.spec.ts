import { conservation } from './conservation';

it('money is conserved', () => {
  const { found } = conservation.run({ size: conservation.sizes.brief, seed: 1, say: () => undefined });
  expect(found).toEqual([]);
}, 60_000);
