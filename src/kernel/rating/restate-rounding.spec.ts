import fc from 'fast-check';
import { allocate, rational, round, ROUNDING_MODES, sumOf } from '../money';

/** Under half-even, up and down the difference of two rounded totals may lie a whole unit and more from the exact difference. */
it('a difference of rounded totals is spread in whole, and what did not change gets nothing', () => {
  const halves = fc
    .integer({ min: -400, max: 400 })
    .map((n) => rational(`${n}/8`.replace(/^(-?\d+)\/8$/, (_, m) => String(Number(m) / 8))));
  fc.assert(
    fc.property(
      fc.constantFrom(...ROUNDING_MODES),
      fc.array(fc.tuple(halves, halves), { minLength: 1, maxLength: 6 }),
      (mode, pairs) => {
        const whole = (side: 0 | 1): bigint => round(sumOf(pairs.map((pair) => pair[side])), { decimals: 0, mode });
        const delta = whole(1) - whole(0);
        const differences = pairs.map(([before, after]) => after.sub(before));
        const parts = allocate(delta, differences, 3n);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(delta);
        if (differences.some((difference) => difference.n !== 0n)) {
          differences.forEach((difference, at) => {
            if (difference.n === 0n) expect(parts[at]).toBe(0n);
          });
        }
      },
    ),
  );
});
