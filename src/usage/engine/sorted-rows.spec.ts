import fc from 'fast-check';
import { sortedRows } from './sorted-rows';

const keys = fc.oneof(
  fc.nat(5),
  fc.nat(100_000),
  fc.maxSafeNat(),
  fc.nat(1000).map((back) => Number.MAX_SAFE_INTEGER - back),
);

describe('rows sorted by their first number', () => {
  it('are in the order that comparing them gives, and whole', () => {
    fc.assert(
      fc.property(fc.array(keys), (given) => {
        const rows = given.map((key, place) => [key, place, -place]);
        const sorted = sortedRows(Float64Array.from(rows.flat()), new Float64Array(3 * rows.length));
        // Those of one key keep their order.
        expect([...sorted]).toEqual(rows.sort(([a = 0], [b = 0]) => a - b).flat());
      }),
    );
  });

  it('of every length of key, many of them', () => {
    for (const scale of [1, 2 ** 10, 2 ** 20, 2 ** 31, 2 ** 36]) {
      const given = Array.from({ length: 50_000 }, (_, place) => ((place * 7919) % 100_003) * scale);
      const sorted = sortedRows(Float64Array.from(given.flatMap((key) => [key, key, 1])), new Float64Array(150_000));
      expect(sorted.filter((_, at) => at % 3 === 0)).toEqual(Float64Array.from(given).sort());
    }
  });
});
