import { monthPeriod, reportingPeriodNamed } from '../calendar';
import { moneyRoundingIn } from '../money';
import { contextOf, downloads, ISRCS, plays, referenceTerms } from '../testing/reference-terms';
import { richContext, royaltyOf, termsOfOneClause } from '../testing/royalties';
import { ratePeriod, rateRoyalty, RatingRefused, type PeriodContext, type RatingInput, type UsageSum } from '.';

function refusal(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof RatingRefused) return error.faults.map(({ pointer, code }) => `${pointer} ${code}`);
    throw error;
  }
  return [];
}

const [ONE] = ISRCS;
const JANUARY = monthPeriod('2026-01');
const rate = (royalty: unknown, input: Partial<RatingInput> = {}) =>
  refusal(() =>
    ratePeriod({
      terms: termsOfOneClause(royalty),
      period: JANUARY,
      usage: [plays(ONE, 5n)],
      context: richContext(),
      ...input,
    }),
  );
const perSubscriber = { kind: 'perSubscriber', rate: '1', subscribers: 'subscribers', by: { figure: 'label-share' } };
const term = { kind: 'tiered', method: 'graduated', counter: 'term', tiers: [{ upTo: null, rate: '1', flat: '0' }] };

describe('figures that a royalty asks for', () => {
  it('are refused when they are absent, all at once', () => {
    const context: PeriodContext = {
      services: richContext().services.map(({ service, allPlays }) => ({ service, allPlays })),
    };
    expect(rate(perSubscriber, { context })).toEqual([
      '/context/figures/label-share context-missing',
      '/context/services context-missing',
      '/context/services context-missing',
    ]);
  });

  it('are refused when they are malformed', () => {
    const context = { ...richContext(), figures: { 'label-share': '1.2', 'growth-met': 'perhaps' } };
    const flagged = { kind: 'perUnit', rateByFlag: { flag: 'growth-met', ifTrue: '1', ifFalse: '2' } };
    expect(rate({ kind: 'sum', of: [perSubscriber, flagged] }, { context })).toEqual([
      '/context/figures/label-share context-figure',
      '/context/figures/growth-met context-figure',
    ]);
    const services = richContext().services.map((figures) => ({ ...figures, figures: { subscribers: 'many' } }));
    expect(rate(perSubscriber, { context: { ...richContext(), services } })).toContain(
      '/context/services/0/figures/subscribers context-decimal',
    );
  });

  it('may not be less than the licence’s own part of them', () => {
    const byPlays = { kind: 'revenueShare', share: '1', base: 'premium-revenue', by: 'plays' };
    expect(rate(byPlays, { context: richContext(2n) })).toEqual(['/context/services context-all-plays']);
    const bySubscribers = { ...byPlays, by: { part: 'units', whole: 'subscribers' } };
    expect(rate(bySubscribers, { usage: [plays(ONE, 2000n)] })).toEqual(['/context/services context-all-plays']);
  });
});

describe('usage that is refused', () => {
  it.each<[string, Partial<UsageSum>, string]>([
    ['sales that are no decimal', { sales: '1,50' }, '/usage/0/sales usage-sales'],
    ['a controlled share above one', { controlledShare: '1.01' }, '/usage/0/controlledShare usage-controlled-share'],
    ['a day that does not exist', { usedOn: '2026-02-30' }, '/usage/0/usedOn usage-date'],
    ['a day of a report that is none', { reportedOn: 'yesterday' }, '/usage/0/reportedOn usage-date'],
  ])('%s', (_, more, expected) => {
    expect(rate({ kind: 'perUnit', rate: '1' }, { usage: [plays(ONE, 1n, more)] })).toEqual([expected]);
  });

  it('sums where sales are charged one by one', () => {
    const bySale = { kind: 'percentage', rate: '0.1', fixedPerSale: '0.05' };
    expect(rate(bySale, { usage: [{ ...downloads(ONE, 3n), sales: '1.00' }] })).toEqual(['/usage usage-sale-missing']);
  });

  it('sums without days where the rate changes within the period', () => {
    const steps = [
      { from: null, until: '2026-01-16', of: { kind: 'perUnit', rate: '1' } },
      { from: '2026-01-16', until: null, of: { kind: 'perUnit', rate: '2' } },
    ];
    expect(rate({ kind: 'escalation', trigger: 'usageDate', steps })).toEqual(['/usage usage-date-missing']);
    expect(rate({ kind: 'escalation', trigger: 'usageDate', steps }, { period: monthPeriod('2026-02') })).toEqual([]);
    expect(rate({ kind: 'escalation', trigger: 'reportDate', steps }, { period: monthPeriod('2026-02') })).toEqual([
      '/usage usage-date-missing',
    ]);
  });
});

describe('periods that are refused', () => {
  it('a later period without the earlier ones, where a counter runs on', () => {
    expect(rate(term, { period: monthPeriod('2026-02') })).toEqual(['/earlier earlier-periods-missing']);
    expect(rate(term)).toEqual([]);
    const earlier = [{ usage: [plays(ONE, 3n)], context: { services: [] } }];
    expect(rate(term, { period: monthPeriod('2026-02'), earlier })).toEqual([]);
    const asks = { ...term, measure: 'subscribers' };
    expect(rate(asks, { period: monthPeriod('2026-02'), earlier })).toEqual([
      '/earlier/0/context/services context-missing',
      '/earlier/0/context/services context-missing',
    ]);
  });

  it('a month of terms that close by the quarter', () => {
    const terms = { ...referenceTerms(), reportingPeriod: 'quarter' as const };
    const input = { terms, usage: [], context: contextOf(0n, '0') };
    expect(refusal(() => ratePeriod({ ...input, period: JANUARY }))).toEqual(['/period period-not-reported']);
    expect(ratePeriod({ ...input, period: reportingPeriodNamed('2026-Q1') }).period).toBe('2026-Q1');
  });
});

describe('a royalty by itself', () => {
  const alone = (royalty: unknown, figures: Record<string, string>) =>
    refusal(() =>
      rateRoyalty({
        royalty: royaltyOf(royalty),
        rounding: moneyRoundingIn('USD', { mode: 'half-up' }),
        periods: [{ period: JANUARY, figures }],
      }),
    );

  it('is refused without its figures, or with figures that are none', () => {
    expect(alone(perSubscriber, { subscribers: 'many' })).toEqual([
      '/periods/0/figures/subscribers context-figure',
      '/periods/0/figures/label-share context-missing',
    ]);
    expect(alone(perSubscriber, { subscribers: '10', 'label-share': '1/3' })).toEqual([]);
  });
});

describe('a rate that counts some usage only', () => {
  it('says which, and what it earned', () => {
    const royalty = { kind: 'perUnit', rate: '1', where: { territories: ['BY'] } };
    const usage = [plays(ONE, 5n), plays(ONE, 7n, { territory: 'BY' })];
    const rated = ratePeriod({ terms: termsOfOneClause(royalty), period: JANUARY, usage, context: richContext() });
    expect(rated.clauses[0]).toMatchObject({
      quantity: '12',
      exact: '7',
      perUnit: null,
      portions: [{ by: 'units', where: { territories: ['BY'] }, exact: '7' }],
    });
  });
});
