import * as fc from 'fast-check';
import { wholeShare } from '../money';
import { overclaimed, type SettledShares, type StatedClaim, undisputedShare } from './overclaimed';

const claim = (labelId: string, share: number, more: Partial<StatedClaim> = {}): StatedClaim => ({
  ...{ labelId, share, territories: [1, 2], from: '2020-01-01', until: null },
  ...more,
});
const both = [
  { labelId: 'a', share: 600_000 },
  { labelId: 'b', share: 500_000 },
];

describe('more than the whole of a recording', () => {
  it('is found where two labels state 60 % and 50 %, in the places and days that both name', () => {
    const claims = [
      claim('b', 500_000, { territories: [3, 2], from: '2021-01-01', until: '2023-01-01' }),
      claim('a', 600_000),
    ];
    expect(overclaimed(claims)).toEqual([{ territories: [2], from: '2021-01-01', until: '2023-01-01', claims: both }]);
    expect([undisputedShare({ claims: both }, 'a'), undisputedShare({ claims: both }, 'b')]).toEqual([
      500_000, 400_000,
    ]);
  });

  it('is not where the days or the places only touch, nor where it is the whole to the millionth', () => {
    expect(
      overclaimed([claim('a', wholeShare, { until: '2021-01-01' }), claim('b', 1, { from: '2021-01-01' })]),
    ).toEqual([]);
    expect(overclaimed([claim('a', wholeShare, { territories: [1] }), claim('b', 1, { territories: [2] })])).toEqual(
      [],
    );
    expect(overclaimed([claim('a', 333_333), claim('b', 333_333), claim('c', 333_334)])).toEqual([]);
    expect(overclaimed([claim('a', 333_333), claim('b', 333_333), claim('c', 333_335)])).toHaveLength(1);
  });

  it('is one piece across statements that meet, and another one where a share changes', () => {
    const cut = [claim('a', 600_000, { until: '2022-01-01' }), claim('a', 600_000, { from: '2022-01-01' })];
    expect(overclaimed([...cut, claim('b', 500_000)])).toEqual([
      { territories: [1, 2], from: '2020-01-01', until: null, claims: both },
    ]);
    const changed = [cut[0]!, claim('a', 700_000, { from: '2022-01-01' }), claim('b', 500_000)];
    expect(overclaimed(changed).map(({ from, until }) => [from, until])).toEqual([
      ['2020-01-01', '2022-01-01'],
      ['2022-01-01', null],
    ]);
  });

  it('leaves nothing undisputed of what another one states whole', () => {
    const claims = [claim('a', wholeShare), claim('b', wholeShare)];
    expect(undisputedShare(overclaimed(claims)[0]!, 'a')).toBe(0);
  });

  it('leaves each label what an earlier conflict between all of them has ended with, and binds nobody else', () => {
    const half = (until: string | null = null): SettledShares => ({
      ...{ territories: [1], from: '2021-01-01', until },
      shares: new Map([
        ['a', 500_000],
        ['b', 500_000],
      ]),
    });
    const claims = [claim('a', 600_000), claim('b', 500_000)];
    const kept = [
      { labelId: 'a', share: 600_000, kept: 500_000 },
      { labelId: 'b', share: 500_000, kept: 500_000 },
    ];
    const pieces = overclaimed(claims, [half('2022-01-01')]);
    expect(pieces).toEqual([
      { territories: [1, 2], from: '2020-01-01', until: '2021-01-01', claims: both },
      { territories: [1], from: '2021-01-01', until: '2022-01-01', claims: kept },
      { territories: [2], from: '2021-01-01', until: '2022-01-01', claims: both },
      { territories: [1, 2], from: '2022-01-01', until: null, claims: both },
    ]);
    expect(['a', 'b'].map((labelId) => undisputedShare(pieces[1]!, labelId))).toEqual([500_000, 500_000]);
    const other = { ...half(), shares: new Map([['a', 700_000]]).set('c', 300_000) };
    for (const [stated, settled] of [
      [[...claims, claim('c', 1)], [half()]],
      [claims, [half(), other]],
    ] as const) {
      const found = overclaimed(stated, settled);
      expect(found.flatMap((piece) => piece.claims).some((each) => each.kept !== undefined)).toBe(false);
    }
  });

  it('never leaves them more than the whole together, whatever was agreed before', () => {
    const share = fc.integer({ min: 0, max: wholeShare });
    fc.assert(
      fc.property(fc.array(fc.tuple(share, share), { minLength: 2, maxLength: 4 }), (drawn) => {
        const sum = drawn.reduce((total, [, before]) => total + before, 0);
        const shares = new Map(
          drawn.map(([, before], at) => [`${at}`, sum > wholeShare ? Math.floor((before * wholeShare) / sum) : before]),
        );
        const claims = drawn.map(([stated], at) => claim(`${at}`, stated, { territories: [1] }));
        for (const piece of overclaimed(claims, [{ territories: [1], from: '2020-01-01', until: null, shares }])) {
          const own = piece.claims.map((each) => Math.min(each.share, undisputedShare(piece, each.labelId)));
          expect(own.reduce((total, part) => total + part, 0)).toBeLessThanOrEqual(wholeShare);
        }
      }),
    );
  });

  it('says of each place and day what adding up by hand says', () => {
    const day = fc.integer({ min: 1, max: 6 }).map((number) => `2026-01-0${number}`);
    const stated = fc
      .record({
        labelId: fc.constantFrom('a', 'b', 'c'),
        share: fc.constantFrom(1, 400_000, 500_000, 600_000, wholeShare),
        territories: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1 }),
        from: day,
        until: fc.option(day),
      })
      .filter(({ from, until }) => until === null || from < until);
    fc.assert(
      fc.property(fc.array(stated, { maxLength: 8 }), (drawn) => {
        // One label states one share of a place and day.
        const claims = drawn.filter((each, at) =>
          drawn.slice(0, at).every((before) => before.labelId !== each.labelId),
        );
        const pieces = overclaimed(claims);
        for (const territory of [1, 2, 3]) {
          for (const on of ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04', '2026-01-05', '2026-01-06']) {
            const covers = ({ territories, from, until }: Omit<StatedClaim, 'labelId' | 'share'>): boolean =>
              territories.includes(territory) && from <= on && (until === null || on < until);
            const here = claims.filter(covers).sort((a, b) => (a.labelId < b.labelId ? -1 : 1));
            const sum = here.reduce((total, { share }) => total + share, 0);
            const found = pieces.filter(covers);
            expect(found.map((piece) => piece.claims)).toEqual(
              sum > wholeShare ? [here.map(({ labelId, share }) => ({ labelId, share }))] : [],
            );
          }
        }
      }),
    );
  });
});
