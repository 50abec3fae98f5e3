import fc from 'fast-check';
import { monthPeriod } from '../calendar';
import { canonicalText, sha256Hex } from '../canonical';
import { moneyFromText } from '../money';
import { contextOf, downloads, ISRCS, plays, termsPaying } from '../testing/reference-terms';
import { openingCarried } from './carried';
import { canonicalClauseLines } from './clause-lines';
import { closePeriod } from './close-period';

const [first, second, third] = ISRCS;
const period = monthPeriod('2026-01');

/** 100.00 for January alone, of which what January does not earn lapses. */
const termsBy = (allocateBy: 'units' | 'royalties') =>
  termsPaying(
    { kind: 'perUnit', rate: '0.01' },
    {
      advances: [
        {
          ...{ id: 'january', amount: '100.00', due: 'signature', recoupableFrom: 'all' },
          recoup: { from: '2026-01-01', until: '2026-02-01', carryOver: false },
        },
      ],
      breakage: { allocateBy },
    },
  );

const close = (by: 'units' | 'royalties', usage: ReturnType<typeof plays>[]) => {
  const terms = termsBy(by);
  const closed = closePeriod({
    terms,
    period,
    usage,
    context: contextOf(1_000_000n, '0'),
    carried: openingCarried(terms),
  });
  return { ...closed, lines: canonicalClauseLines({ terms, restatements: [], ...closed }) };
};

const partsOf = ({ settled: { breakage } }: ReturnType<typeof close>) =>
  breakage?.lines.map(({ isrc, weight, minor }) => [isrc, weight, minor]);

describe('breakage that is allocated', () => {
  // 1,000 plays and 5 downloads earn 10.00 + 1.80: 88.20 lapse.
  const usage = [
    plays(second, 250n),
    plays(first, 700n),
    downloads(first, 6n, 1n),
    plays(second, 50n, { territory: 'KZ' }),
  ];

  it('is each recording’s by its units, net of returns, of all its uses together', () => {
    const closed = close('units', usage);
    expect(closed.settled.breakage).toMatchObject({ lapsed: 8_820n, unallocated: 0n });
    // 88.20 × 705 / 1005 = 61.8716…, and × 300 / 1005 = 26.3283…: the odd cent goes to the larger remainder, the second’s.
    expect(partsOf(closed)).toEqual([
      [first, '705', 6_187n],
      [second, '300', 2_633n],
    ]);
    expect(closed.settled.breakage!.lines.map(({ exact }) => exact)).toEqual(['20727/335', '1764/67']);
  });

  it('is each recording’s by what it earned', () => {
    // 7.00 + 1.80 and 3.00 of 11.80: 88.20 × 8.8 / 11.8 = 65.7762… and 22.4237….
    expect(partsOf(close('royalties', usage))).toEqual([
      [first, '8.8', 6_578n],
      [second, '3', 2_242n],
    ]);
  });

  it('is nobody’s where nothing was used, and there is none where the terms allocate nothing', () => {
    const closed = close('units', []);
    expect(closed.settled.breakage).toEqual({ allocateBy: 'units', lapsed: 10_000n, lines: [], unallocated: 10_000n });
    const { breakage: _, ...terms } = termsBy('units');
    const carried = openingCarried(terms);
    expect(
      closePeriod({ terms, period, usage, context: contextOf(0n, '0'), carried }).settled.breakage,
    ).toBeUndefined();
  });

  it('stands in the clause lines as a hash over its lines, and changes nothing that is payable', () => {
    const closed = close('units', usage);
    const { lines = [] } = closed.settled.breakage!;
    const text = lines
      .map(({ isrc, weight, exact, minor }) => {
        const amount = `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;
        return `${canonicalText({ amount, exact, isrc, weight })}\n`;
      })
      .join('');
    const stated = closed.lines.split('\n').find((line) => line.includes('"line":"breakage"'));
    expect(JSON.parse(stated!)).toEqual({
      ...{ line: 'breakage', clause: '19', allocateBy: 'units', amount: '88.20', recordings: '2', unallocated: '0.00' },
      sha256: sha256Hex(text),
    });
    expect(closed.settled.payable).toBe(0n);
  });

  it('always sums to what lapsed, and no part is below zero', () => {
    const sums = fc.array(
      fc
        .record({
          isrc: fc.constantFrom(first, second, third),
          sold: fc.bigInt({ min: 0n, max: 20n }),
          back: fc.bigInt({ min: 0n, max: 30n }),
        })
        .map(({ isrc, sold, back }) => downloads(isrc, sold, back)),
      { maxLength: 3 },
    );
    const unique = sums.map((all) => [...new Map(all.map((sum) => [sum.isrc, sum])).values()]);
    fc.assert(
      fc.property(unique, fc.constantFrom('units' as const, 'royalties' as const), (usage, by) => {
        const { breakage } = close(by, usage).settled;
        if (breakage === undefined) return;
        const parts = breakage.lines.map(({ minor }) => minor);
        expect(parts.every((part) => part >= 0n)).toBe(true);
        expect(parts.reduce((sum, part) => sum + part, breakage.unallocated)).toBe(breakage.lapsed);
        expect(breakage.lapsed <= moneyFromText('100.00', 'USD').minor).toBe(true);
      }),
    );
  });
});
