import fc from 'fast-check';
import { moneyRoundingIn, exactText, rational } from '../money';
import { allocateBreakage, breakageOf } from '.';

const dollars = moneyRoundingIn('USD', { mode: 'half-up' });

function allocated(
  breakage: bigint,
  claims: readonly (readonly [string, string])[],
  { of, rounding = dollars }: { of: string; rounding?: Parameters<typeof allocateBreakage>[0]['rounding'] },
) {
  const { allocations, leftForOthers } = allocateBreakage({
    breakage,
    claims: claims.map(([weight, rate]) => ({ weight: rational(weight), royaltyRate: rational(rate) })),
    totalWeight: rational(of),
    rounding,
  });
  return [...allocations.map((part) => [exactText(part.exact), part.allocated, part.royalty.rounded]), leftForOthers];
}

describe('breakage', () => {
  it('is what of the advance was not earned', () => {
    expect(breakageOf({ advance: 100n, earned: 80n })).toEqual({ breakage: 20n, overage: 0n });
    expect(breakageOf({ advance: 100n, earned: 130n })).toEqual({ breakage: 0n, overage: 30n });
    expect(breakageOf({ advance: 100n, earned: -5n })).toEqual({ breakage: 105n, overage: 0n });
  });

  it('goes to an artist by streams, the rest to all others', () => {
    expect(allocated(20000000n, [['10', '0.20']], { of: '100' })).toEqual([['20000', 2000000n, 400000n], 18000000n]);
  });

  it('gives the odd cent to the first of three with equal streams', () => {
    const thirds = [
      ['1', '0.20'],
      ['1', '0.25'],
      ['1', '0.50'],
    ] as const;
    expect(allocated(1000000n, thirds, { of: '3' })).toEqual([
      ['10000/3', 333334n, 66667n],
      ['10000/3', 333333n, 83333n],
      ['10000/3', 333333n, 166667n],
      0n,
    ]);
  });

  it('puts all others last, also for the odd unit', () => {
    // 1 / 2 each: the tie goes to the artist.
    expect(allocated(1n, [['1', '1']], { of: '2', rounding: moneyRoundingIn('JPY', { mode: 'half-up' }) })).toEqual([
      ['0.5', 1n, 1n],
      0n,
    ]);
    expect(allocated(1n, [['1', '0.5']], { of: '3', rounding: moneyRoundingIn('KWD', { mode: 'half-up' }) })).toEqual([
      ['1/3000', 0n, 0n],
      1n,
    ]);
  });

  it('without streams goes to nobody in particular', () => {
    expect(allocated(500n, [['0', '0.2']], { of: '0' })).toEqual([['0', 0n, 0n], 500n]);
  });

  it('refuses parts that exceed the whole or are below zero', () => {
    expect(() => allocated(1n, [['2', '1']], { of: '1' })).toThrow(RangeError);
    expect(() => allocated(1n, [['-1', '1']], { of: '1' })).toThrow(RangeError);
  });

  it('is allocated to the last unit', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 10n ** 9n),
        fc.array(fc.bigInt(0n, 1000n), { maxLength: 8 }),
        fc.bigInt(0n, 1000n),
        (breakage, weights, others) => {
          const claims = weights.map((weight) => ({ weight: rational(weight), royaltyRate: rational('0.2') }));
          const totalWeight = rational(weights.reduce((sum, weight) => sum + weight, others));
          const parts = allocateBreakage({ breakage, claims, totalWeight, rounding: dollars });
          const sum = parts.allocations.reduce((left, part) => left + part.allocated, parts.leftForOthers);
          expect(sum).toBe(breakage);
          expect(parts.leftForOthers >= 0n).toBe(true);
          if (others === 0n && totalWeight.n > 0n) expect(parts.leftForOthers).toBe(0n);
        },
      ),
    );
  });
});
