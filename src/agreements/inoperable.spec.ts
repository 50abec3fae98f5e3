import { nodesOf, type Royalty, type Terms } from '../kernel';
import { FULL_TERMS } from '../kernel/testing/full-terms';
import { referenceTerms, STREAMING, termsOf, termsPaying } from '../kernel/testing/reference-terms';
import { richTermsJson } from '../kernel/testing/rich-terms';
import { inoperable } from './inoperable';

const pointersOf = (terms: Terms): string[] => inoperable(terms).map(({ pointer }) => pointer);
const paying = (royalty: unknown): string[] =>
  inoperable(termsPaying(royalty)).map(({ pointer, message }) => `${pointer} ${message.split(': ')[1]}`);

const ONE = { kind: 'percentage', measure: 'netMusicAdvertisingRevenue', rate: '0.1' };
const FEE = { kind: 'percentage', rate: '0', fixedPerSale: '0.05' };
const streaming = (reason: string): string[] => [`/royalties/0/royalty ${reason}`];
const step = (from: string | null, until: string | null) => ({ from, until, of: { kind: 'perUnit', rate: '0.01' } });
const escalation = (trigger: string, day: string) => ({
  kind: 'escalation',
  trigger,
  steps: [step(null, day), step(day, null)],
});

describe('terms that this server cannot settle yet', () => {
  it('are not those of the reference story, nor with audit and late interest', () => {
    const interest = { annualRate: '0.08', dayCount: 'actual/365', graceDays: 5 };
    const payment = { dueDays: 30, lateInterest: interest };
    const audit = { yearsBetweenNotices: 1, fullYearsBack: 2, interest };
    expect(inoperable(referenceTerms())).toEqual([]);
    expect(inoperable(referenceTerms({ payment, audit }))).toEqual([]);
  });

  it('are told clause by clause, all at once, each with its place', () => {
    const faults = inoperable(termsOf(richTermsJson()));
    expect(faults.map(({ pointer }) => pointer)).toEqual([
      '/reportingPeriod',
      '/rounding/apply',
      '/recoupment/pooledWith',
      '/breakage',
      '/reserves/0',
      '/splits/0',
      '/splits/1',
      '/advances/0',
      '/advances/1',
      '/settlement/backFee',
      '/guarantees/1',
      '/minimumFees/0',
      '/royalties/1/royalty',
    ]);
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['terms-not-operable']));
  });

  it('tax and exchange what a close makes payable, and nothing that is paid beforehand or later', () => {
    const taxes = { withholding: 'deducted', vat: 'reverse-charge' };
    const exchange = { payIn: 'RUB', source: 'cbr', rateOf: 'period-end' };
    const plain = { advances: [], settlement: undefined };
    const { figures, guarantees, minimumFees } = richTermsJson();
    for (const vat of ['added', 'included', 'reverse-charge']) {
      expect(pointersOf(referenceTerms({ ...plain, taxes: { ...taxes, vat } }))).toEqual([]);
    }
    expect(pointersOf(referenceTerms({ ...plain, taxes, exchange }))).toEqual([]);
    expect(pointersOf(referenceTerms({ ...plain, exchange: { ...exchange, rateOf: 'statement' } }))).toEqual([]);

    const added = { taxes: { ...taxes, vat: 'added' }, exchange: { ...exchange, rateOf: 'payment' } };
    expect(pointersOf(referenceTerms({ ...plain, ...added }))).toEqual(['/exchange/rateOf', '/exchange']);
    expect(pointersOf(referenceTerms({ taxes }))).toEqual(['/advances/0', '/settlement/backFee']);
    expect(pointersOf(referenceTerms({ ...plain, exchange, figures, guarantees, minimumFees }))).toEqual([
      '/guarantees/1',
      '/minimumFees/0',
    ]);
  });

  it('have any advance, guarantee, fee, credit, minimum payout and reserve on royalties', () => {
    const advance = { id: 'advance', amount: '100', due: 'signature', recoupableFrom: 'all' };
    const advances = [
      advance,
      { ...advance, id: 'b', due: [{ on: '2026-02-01', amount: '100' }] },
      { ...advance, id: 'c', recoupableFrom: ['streaming'] },
      { ...advance, id: 'd', recoup: { from: '2026-01-01', until: '2027-01-01', carryOver: true } },
      { ...advance, id: 'e', option: true },
    ];
    const { figures, guarantees, minimumFees, inKindCredits } = richTermsJson();
    const payment = { dueDays: 30, minimumPayout: '50' };
    const recoupment = { negative: 'unrecouped', expenses: 'before-recoupment' };
    const release = [{ afterPeriods: 2, share: '1' }];
    const reserves = [{ id: 'returns', clauses: ['downloads'], rate: '0.2', basis: 'royalties', release }];
    const money = { advances, figures, guarantees, minimumFees, inKindCredits, payment, recoupment, reserves };
    expect(pointersOf(referenceTerms(money))).toEqual([]);
  });
});

describe('a royalty that cannot be worked out from sums of a month', () => {
  it.each<[string, unknown]>([
    ['percentage of sales', { kind: 'percentage', rate: '0.1' }],
    ['units of money', { kind: 'perUnit', measure: 'sales', rate: '0.1' }],
    [
      'tiers of sales, inside another royalty',
      {
        kind: 'greaterOf',
        of: [
          STREAMING,
          {
            kind: 'tiered',
            measure: 'sales',
            method: 'package',
            counter: 'period',
            freeUnits: '0',
            size: '10',
            price: '1',
          },
        ],
      },
    ],
    [
      'share of sales in a revenue',
      {
        kind: 'usageShare',
        by: { part: 'sales', whole: 'netMusicAdvertisingRevenue' },
        of: { kind: 'flat', amount: '9' },
      },
    ],
    ['percentage of a figure, with a fee on each sale of another', { kind: 'sum', of: [ONE, FEE] }],
    [
      'deduction of sales',
      {
        kind: 'percentage',
        measure: 'netMusicAdvertisingRevenue',
        rate: '0.1',
        deductions: [{ name: 'returns', kind: 'percent', rate: '0.1', of: 'sales' }],
      },
    ],
  ])('for want of sales: %s', (_, royalty) => {
    expect(paying(royalty)).toEqual(streaming('usage has no sales'));
  });

  it('for want of days: steps within a month, and the days of reports', () => {
    expect(paying(escalation('usageDate', '2026-07-15'))).toEqual(streaming('usage has no days'));
    expect(paying(escalation('reportDate', '2026-07-01'))).toEqual(streaming('usage has no days'));
    expect(paying(escalation('usageDate', '2026-07-01'))).toEqual([]);
    expect(paying(escalation('usageDate', '2029-07-15'))).toEqual([]);
  });

  it('is none that counts through the term', () => {
    const tiered = { kind: 'tiered', method: 'package', freeUnits: '0', size: '10', price: '1' };
    for (const counter of ['term', 'period']) expect(paying({ ...tiered, counter })).toEqual([]);
  });

  it('tells every reason, once for the clause', () => {
    const royalty = {
      kind: 'sum',
      of: [
        {
          kind: 'tiered',
          method: 'package',
          measure: 'sales',
          counter: 'term',
          freeUnits: '0',
          size: '10',
          price: '1',
        },
        { kind: 'percentage', rate: '0.1' },
        escalation('reportDate', '2026-07-01'),
      ],
    };
    expect(paying(royalty)).toEqual(['usage has no sales', 'usage has no days'].flatMap(streaming));
  });

  it('is every one of the full terms that names sales or a day, and no other', () => {
    const about = (royalty: Royalty) => JSON.stringify(nodesOf(royalty));
    const expected = FULL_TERMS.royalties.flatMap(({ royalty }, place) =>
      /"sales"|"percentage"|"escalation"/.test(about(royalty)) ? [`/royalties/${place}/royalty`] : [],
    );
    expect([...new Set(pointersOf(FULL_TERMS).filter((pointer) => pointer.startsWith('/royalties')))]).toEqual(
      expected,
    );
  });
});
