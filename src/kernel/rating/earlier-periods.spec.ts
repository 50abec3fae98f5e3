import { monthPeriod } from '../calendar';
import { amendmentFaults } from '../life';
import { contextOf, ISRCS, plays, termsPaying } from '../testing/reference-terms';
import { type Terms } from '../terms';
import { countPeriod, type CountedPeriod, type EarlierPeriod, ratePeriod, RatingRefused, type PeriodUsage } from '.';

/** A cent for each of the first hundred plays of the term, two for each further one. */
const terms = termsPaying({
  kind: 'tiered',
  method: 'graduated',
  counter: 'term',
  tiers: [
    { upTo: '100', rate: '0.01', flat: '0' },
    { upTo: null, rate: '0.02', flat: '0' },
  ],
});
const month = (quantity: bigint, isrc: string = ISRCS[0]): PeriodUsage => ({
  usage: [plays(isrc, quantity)],
  context: contextOf(0n, '0'),
});
const rate = (name: string, earlier?: readonly (EarlierPeriod | CountedPeriod)[]) =>
  ratePeriod({ terms, period: monthPeriod(name), ...month(50n), ...(earlier ? { earlier } : {}) });

function refusal(rating: () => unknown): string[] {
  try {
    rating();
  } catch (error) {
    if (error instanceof RatingRefused) return error.faults.map(({ pointer, code }) => `${pointer} ${code}`);
    throw error;
  }
  return [];
}

describe('a counter that runs through the term', () => {
  it('goes on from the periods before, in any order', () => {
    const before = [month(60n), month(20n)];
    // 80 before: 20 at a cent, 30 at two.
    expect(rate('2026-03', before).totalExact).toBe('0.8');
    expect(rate('2026-03', [...before].reverse()).totalExact).toBe('0.8');
  });

  it('reads what the clause counted under the terms of a period, recordings and clauses that have left included', () => {
    const without = { ...terms, repertoire: { ...terms.repertoire, isrcs: [ISRCS[1]] } };
    const past = (then: Terms) => ({ ...month(60n), terms: then });
    const now = (earlier: readonly EarlierPeriod[]) =>
      ratePeriod({ terms: without, period: monthPeriod('2026-03'), ...month(50n, ISRCS[1]), earlier });
    expect(refusal(() => now([month(60n)]))).toEqual(['/earlier/0/usage/0 usage-not-licensed']);
    // 60 before: 40 at a cent, 10 at two.
    expect(now([past(terms), { ...month(0n, ISRCS[1]) }]).totalExact).toBe('0.6');
    const [clause, ...others] = terms.royalties;
    const renamed = { ...terms, royalties: [{ ...clause!, id: 'plays' }, ...others] };
    expect(now([past(renamed)]).totalExact).toBe('0.5');
  });

  it('is the same with periods that were counted before', () => {
    const before = [month(60n), month(20n)];
    const counted = before.map((one) => countPeriod(terms, one));
    expect(rate('2026-03', [counted[0]!, before[1]!])).toEqual(rate('2026-03', before));
  });

  it('needs them in all periods but the first', () => {
    expect(refusal(() => rate('2026-01'))).toEqual([]);
    expect(refusal(() => rate('2026-02'))).toEqual(['/earlier earlier-periods-missing']);
  });

  it('is no counter of sales that an earlier period does not tell', () => {
    const [tiers, bySales] = [terms.royalties[0]!.royalty, (royalty: object) => ({ ...royalty, measure: 'sales' })];
    const paying = termsPaying(bySales(tiers) as never);
    const past = (sales?: string): EarlierPeriod => ({
      ...month(60n),
      usage: [{ ...plays(ISRCS[0], 60n), ...(sales === undefined ? {} : { sales }) }],
      terms,
    });
    expect(() => countPeriod(paying, past('10'))).not.toThrow();
    expect(refusal(() => countPeriod(paying, past()))).toEqual(['/usage earlier-not-told']);
    const amended = { before: terms, after: paying, effectiveFrom: '2026-03-01', notBefore: terms.term.from };
    expect(amendmentFaults(amended as never).map(({ pointer }) => pointer)).toEqual(['/royalties/0']);
    expect(amendmentFaults({ ...amended, before: paying } as never).map(({ message }) => message)).toEqual([
      'changes nothing',
    ]);
  });

  it('tells which of them is at fault', () => {
    expect(refusal(() => rate('2026-03', [month(60n), month(20n, 'ZZAB12699999')]))).toEqual([
      '/earlier/1/usage/0 usage-not-licensed',
    ]);
  });
});
