import { nodesOf, type Royalty, type Terms } from '../kernel';
import { FULL_TERMS } from '../kernel/testing/full-terms';
import { referenceTerms, STREAMING, termsOf, termsPaying } from '../kernel/testing/reference-terms';
import { richTermsJson } from '../kernel/testing/rich-terms';
import { inoperable } from './inoperable';

const pointersOf = (terms: Terms): string[] => inoperable(terms).map(({ pointer }) => pointer);
const paying = (royalty: unknown): string[] =>
  inoperable(termsPaying(royalty)).map(({ pointer, message }) => `${pointer} ${message.split(': ')[1]}`);

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
    const exchange = { payIn: 'RUB', source: 'cbr', rateOf: 'payment' };
    const faults = inoperable(termsOf({ ...richTermsJson(), exchange }));
    expect(faults.map(({ pointer }) => pointer)).toEqual(['/recoupment/pooledWith', '/splits/0', '/splits/1']);
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['terms-not-operable']));
  });

  it('tax and exchange what is payable, by a close or for a day of its own', () => {
    const taxes = { withholding: 'deducted', vat: 'reverse-charge' };
    const exchange = { payIn: 'RUB', source: 'cbr', rateOf: 'period-end' };
    const { figures, guarantees, minimumFees } = richTermsJson();
    for (const vat of ['added', 'included', 'reverse-charge']) {
      expect(pointersOf(referenceTerms({ taxes: { ...taxes, vat } }))).toEqual([]);
    }
    expect(pointersOf(referenceTerms({ taxes, exchange, figures, guarantees, minimumFees }))).toEqual([]);
    for (const rateOf of ['statement', 'payment']) {
      expect(pointersOf(referenceTerms({ exchange: { ...exchange, rateOf } }))).toEqual([]);
    }
    const manual = { ...exchange, source: 'manual' };
    expect(pointersOf(referenceTerms({ exchange: { ...manual, rateOf: 'statement' } }))).toEqual([]);
    expect(pointersOf(referenceTerms({ exchange: { ...manual, rateOf: 'payment' } }))).toEqual(['/exchange/source']);
    const added = { taxes: { ...taxes, vat: 'added' }, exchange };
    expect(pointersOf(referenceTerms(added))).toEqual([]);
  });

  it('have any advance, guarantee, fee, credit, minimum payout and reserves', () => {
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

describe('shares of payees', () => {
  const shares = (...days: readonly string[]) => ({
    splits: days.slice(1).map((until, place) => ({
      ...{ from: days[place], until },
      shares: [{ payee: 'Mist Harbour', share: '1' }],
    })),
  });
  const term = { from: '2026-01-15', until: '2027-01-15' };
  const faulty = (reportingPeriod: string, splits: object): string[] =>
    pointersOf(referenceTerms({ term, reportingPeriod, ...splits }));

  it('change with a reporting period, since a whole one is shared out alike', () => {
    expect(faulty('month', shares('2026-01-15', '2026-07-10', '2027-01-15'))).toEqual([
      '/splits/0/until',
      '/splits/1/from',
    ]);
    expect(faulty('quarter', shares('2026-01-15', '2026-05-01', '2027-01-15'))).toEqual([
      '/splits/0/until',
      '/splits/1/from',
    ]);
  });

  it('begin and end with the term, or outside it, on any day', () => {
    expect(faulty('month', shares('2026-01-15', '2026-07-01', '2027-01-15'))).toEqual([]);
    expect(faulty('quarter', shares('2025-05-05', '2026-07-01', '2028-03-03'))).toEqual([]);
  });
});

describe('a royalty that cannot be worked out from sums', () => {
  const FEE = { kind: 'percentage', rate: '0.1', fixedPerSale: '0.05' };
  const FREE = { kind: 'percentage', rate: '0.1', free: { sales: '3' } };
  it.each<[string, unknown]>([
    ['a fee on each sale', FEE],
    ['sales that are free, inside another royalty', { kind: 'greaterOf', of: [STREAMING, FREE] }],
  ])('charges sale by sale: %s', (_, royalty) => {
    expect(paying(royalty)).toEqual(streaming('sales are not told one by one'));
  });

  it.each<[string, unknown]>([
    ['percentage of sales', { kind: 'percentage', rate: '0.1' }],
    ['steps within a month', escalation('usageDate', '2026-07-15')],
    ['the days of reports', escalation('reportDate', '2026-07-01')],
    [
      'a counter of the term',
      { kind: 'tiered', method: 'package', counter: 'term', freeUnits: '0', size: '10', price: '1' },
    ],
  ])('is none with %s', (_, royalty) => {
    expect(paying(royalty)).toEqual([]);
  });

  it('is one whose rate changes within a period that is longer than a month', () => {
    const every = (reportingPeriod: string, royalty: unknown): string[] =>
      pointersOf(termsPaying(royalty, { reportingPeriod }));
    const inQuarter = escalation('usageDate', '2026-08-01');
    expect(every('quarter', { kind: 'sum', of: [STREAMING, inQuarter] })).toEqual(['/royalties/0/royalty']);
    expect(every('half-year', escalation('usageDate', '2026-04-01'))).toEqual(['/royalties/0/royalty']);
    expect(every('quarter', escalation('usageDate', '2026-07-15'))).toEqual(['/royalties/0/royalty']);
    expect(every('quarter', escalation('usageDate', '2026-07-01'))).toEqual([]);
    expect(every('quarter', escalation('reportDate', '2026-08-15'))).toEqual([]);
    expect(every('month', inQuarter)).toEqual([]);
  });

  it('is every one of the full terms that charges sale by sale, and no other', () => {
    const about = (royalty: Royalty) => JSON.stringify(nodesOf(royalty));
    const expected = FULL_TERMS.royalties.flatMap(({ royalty }, place) =>
      /"fixedPerSale"|"free":/.test(about(royalty)) ? [`/royalties/${place}/royalty`] : [],
    );
    const faults = pointersOf({ ...FULL_TERMS, reportingPeriod: 'month' });
    expect(faults.filter((pointer) => pointer.startsWith('/royalties'))).toEqual(expected);
  });
});
