import {
  downloads,
  ISRCS,
  plays,
  referenceTerms,
  SOCIAL,
  STUDIO,
  termsPaying,
} from '../../kernel/testing/reference-terms';
import type { BasisMonth, MonthFigures } from './basis';
import { contextOfFigures } from './context-of-month';
import { runDifferences } from './run-differences';
import { runRevision } from './run-revision';

const figures = (month: string, allPlays: string, revenue: string): MonthFigures => ({
  month,
  services: [
    { service: SOCIAL, allPlays, netMusicAdvertisingRevenue: revenue },
    { service: STUDIO, allPlays: '0', netMusicAdvertisingRevenue: '0' },
  ],
  figures: {},
});

const month = (usage: BasisMonth['usage'], given: MonthFigures, currency = 'USD'): BasisMonth => ({
  month: given.month,
  usage,
  contextFor: (terms) => contextOfFigures(given, { terms, currency }),
});

const [one] = ISRCS;
/** The story's quarter in small sums; see the kernel's own test of it. */
const quarter = (currency?: string): BasisMonth[] => [
  month([plays(one, 3_120_000n), downloads(one, 1000n, 50n)], figures('2026-01', '8000000', '16000'), currency),
  month([plays(one, 1_500_000n), downloads(one, 500n, 20n)], figures('2026-02', '6000000', '12000'), currency),
  month([plays(one, 2_000_000n), downloads(one, 600n, 100n)], figures('2026-03', '9000000', '90000'), currency),
];

const run = (terms = referenceTerms(), months = quarter(), number = 1) =>
  runRevision({ number, terms, termsHash: 'hash' }, months);

describe('a revision run', () => {
  it('is the kernel’s close, month by month', () => {
    const { periods, totals, refusal } = run();
    expect(refusal).toBeNull();
    expect(periods.map(({ royalties, recouped, payable }) => [royalties, recouped, payable])).toEqual([
      ['6582.00', '6582.00', '0.00'],
      ['4172.80', '4172.80', '0.00'],
      ['5180.00', '1245.20', '3934.80'],
    ]);
    expect(periods.map(({ clauses }) => clauses[0]?.winner.formula)).toEqual([
      '3120000 × 0.002 = 6240',
      '3000, at least 4000 = 4000',
      '0.25 × 90000 × 2000000 / 9000000 = 5000',
    ]);
    expect(periods.map(({ clauses }) => clauses[0]?.winner.kind)).toEqual(['perUnit', 'floor', 'revenueShare']);
    expect(totals).toEqual({ royalties: '15934.80', recouped: '12000.00', payable: '3934.80' });
  });

  it('by quarters adds units and figures up first, and is compared by the months that it has in common', () => {
    const quarterly = run(referenceTerms({ reportingPeriod: 'quarter' }), quarter(), 2);
    // 6,620,000 plays × 0.002 = 13,240; 0.25 × 118,000 × 6.62 / 23 = 8,490.87; 1,930 downloads × 0.36 = 694.80.
    expect(quarterly.periods).toMatchObject([
      { period: '2026-Q1', usageOf: ['2026-01', '2026-02', '2026-03'], royalties: '13934.80' },
    ]);
    expect(runDifferences([run(), quarterly])).toEqual([
      {
        revision: 2,
        against: 1,
        currency: 'USD',
        periods: [
          {
            usageOf: ['2026-01', '2026-02', '2026-03'],
            royalties: '-2000.00',
            recouped: '0.00',
            payable: '-2000.00',
          },
        ],
        totals: { royalties: '-2000.00', recouped: '0.00', payable: '-2000.00' },
      },
    ]);
  });

  it('compares only what both have run', () => {
    const [first, ...later] = run().periods;
    const shorter = { ...run(), revision: 2, periods: first ? [first] : [] };
    expect(later).toHaveLength(2);
    expect(runDifferences([run(), shorter])[0]?.periods.map(({ usageOf }) => usageOf)).toEqual([['2026-01']]);
  });

  it('leaves out what it does not license and counts it by its reason', () => {
    const [january, ...rest] = quarter();
    const more = [
      plays(one, 10n, { territory: 'DE' }),
      plays('ZZAB12699999', 7n),
      plays('ZZAB12699998', 5n),
      downloads(one, 9n, 4n),
    ].map((sum, at) => (at === 3 ? { ...sum, model: 'SubscriptionModel' } : sum));
    const outcome = run(referenceTerms(), [{ ...january!, usage: [...january!.usage, ...more] }, ...rest]);
    expect(outcome.totals?.royalties).toBe('15934.80');
    expect(outcome.notLicensed).toEqual([
      { reason: 'no-agreement', sums: 2, quantity: '12', returns: '0', units: '12' },
      { reason: 'territory-not-granted', sums: 1, quantity: '10', returns: '0', units: '10' },
      { reason: 'use-not-granted', sums: 1, quantity: '9', returns: '4', units: '5' },
    ]);
  });

  it('that the kernel refuses says in which period and why', () => {
    const [january, february, march] = quarter();
    const without = { ...february!, contextFor: () => ({ services: [] }) };
    const { refusal, periods, totals } = run(referenceTerms(), [january!, without, march!]);
    expect([periods, totals]).toEqual([[], null]);
    expect(refusal?.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/periods/2026-02/context/services context-missing',
      '/periods/2026-02/context/services context-missing',
    ]);
    expect(runDifferences([run(), { ...run(), revision: 2, totals: null }])).toEqual([
      { revision: 2, against: 1, currency: null, periods: [], totals: null },
    ]);
  });

  it('converts nothing: amounts in another currency are no base', () => {
    expect(run(referenceTerms(), quarter('EUR')).refusal).toMatchObject([
      { pointer: '/periods/2026-01/context/services', code: 'context-currency' },
    ]);
  });

  it('counts figures of the agreement up over the months of a period, and takes a share only when it stays', () => {
    const stated =
      (count: string, share: string): BasisMonth['contextFor'] =>
      () => ({ services: [], figures: { listeners: count, 'music-share': share } });
    const counted = termsPaying(
      { kind: 'usageShare', by: { figure: 'music-share' }, of: { kind: 'perUnit', measure: 'listeners', rate: '0.5' } },
      {
        reportingPeriod: 'quarter',
        figures: [
          { id: 'listeners', unit: 'count', per: 'agreement', definition: 'listeners' },
          { id: 'music-share', unit: 'share', per: 'agreement', definition: 'music out of everything' },
        ],
      },
    );
    const months = (shares: readonly string[]) =>
      quarter().map((one, at) => ({ ...one, usage: [], contextFor: stated(String(100 * (at + 1)), shares[at] ?? '') }));
    expect(run(counted, months(['0.5', '0.5', '0.5'])).totals?.royalties).toBe('150.00');
    expect(run(counted, months(['0.5', '0.5', '0.4'])).refusal).toMatchObject([
      { pointer: '/periods/2026-Q1/context/figures/music-share', code: 'context-figure' },
    ]);
  });
});
