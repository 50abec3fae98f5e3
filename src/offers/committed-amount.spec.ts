import { moneyText, readTerms, type Terms } from '../kernel';
import { referenceTermsJson } from '../kernel/testing/reference-terms';
import { richTermsJson } from '../kernel/testing/rich-terms';
import { committedAmount } from './committed-amount';

function terms(json: Record<string, unknown>): Terms {
  const reading = readTerms(json);
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults));
  return reading.terms;
}
const base = terms(referenceTermsJson());
/** The reference terms, two years in months, with nothing fixed in them but what is given. */
const bare: Terms = (({ settlement: _, ...rest }) => ({ ...rest, advances: [], royalties: [] }))(base);
const committed = (changes: Partial<Terms>): string => moneyText(committedAmount({ ...bare, ...changes }));
const royalty = (value: object): Partial<Terms> => ({
  royalties: [{ id: 'only', grants: [], royalty: value }] as unknown as Terms['royalties'],
});
const flat = { kind: 'flat', amount: '10' };
const perUnit = { kind: 'perUnit', rate: '0.002' };
const floor = { kind: 'floor', amount: '4000', of: perUnit };

describe('what an acceptance commits to', () => {
  it('is nothing where nothing is fixed', () => {
    expect(committed({})).toBe('0.00');
    expect(committed(royalty(perUnit))).toBe('0.00');
  });

  it('is advances and the back fee, but not an advance that only an option makes due', () => {
    const advance = { due: 'signature', recoupableFrom: 'all' } as const;
    const advances = [
      { id: 'a', amount: '12000', ...advance },
      { id: 'b', amount: '500.5', ...advance },
      { id: 'c', amount: '9000', ...advance, option: true },
    ] as const;
    expect(committed({ advances })).toBe('12500.50');
    expect(committed({ settlement: { ...base.settlement!, backFee: { amount: '10000', due: 'signature' } } })).toBe(
      '10000.00',
    );
  });

  it('is a floor or a flat fee in every period of the term', () => {
    expect(committed(royalty(floor))).toBe('96000.00');
    expect(committed({ ...royalty(floor), reportingPeriod: 'quarter' })).toBe('32000.00');
    expect(committed({ ...royalty(floor), reportingPeriod: 'half-year' })).toBe('16000.00');
    expect(committed({ ...royalty(floor), reportingPeriod: 'year' })).toBe('8000.00');
    expect(committed(royalty(flat))).toBe('240.00');
  });

  it('counts a period that the term only touches', () => {
    const term = { from: '2026-03-31', until: '2026-04-02' } as Terms['term'];
    expect(committed({ ...royalty(flat), term })).toBe('20.00');
    expect(committed({ ...royalty(flat), term, reportingPeriod: 'quarter' })).toBe('20.00');
    expect(committed({ ...royalty(flat), term, reportingPeriod: 'year' })).toBe('10.00');
  });

  it.each([
    ['the greater', { kind: 'greaterOf', of: [flat, perUnit] }, '240.00'],
    ['the lesser', { kind: 'lesserOf', of: [flat, perUnit] }, '0.00'],
    ['the sum', { kind: 'sum', of: [flat, floor, flat] }, '96480.00'],
    ['a cap', { kind: 'cap', amount: '3000', of: floor }, '72000.00'],
    ['what is left after a deduction, at most', { kind: 'less', of: flat, deduct: [perUnit] }, '240.00'],
    ['what a deduction must leave', { kind: 'less', of: perUnit, deduct: [flat], notBelow: '5' }, '120.00'],
    ['whole periods where days count', { kind: 'prorated', active: { from: null, until: null }, of: flat }, '240.00'],
    [
      'the dearest step',
      { kind: 'escalation', trigger: 'usageDate', steps: [{ of: perUnit }, { of: flat }] },
      '240.00',
    ],
    [
      'a tier that costs without use',
      { kind: 'tiered', method: 'volume', flatAtZero: true, counter: 'period', tiers: [{ flat: '7' }] },
      '168.00',
    ],
    [
      'no tier that costs with use only',
      { kind: 'tiered', method: 'volume', flatAtZero: false, counter: 'period', tiers: [{ flat: '7' }] },
      '0.00',
    ],
    ['nothing of a share in others’ use', { kind: 'usageShare', by: 'plays', of: flat }, '0.00'],
  ])('of a royalty: %s', (_, value, amount) => {
    expect(committed(royalty(value))).toBe(amount);
  });

  it('is every guarantee, by period or by interval', () => {
    const topUp = { id: 'g', topUpRecoups: true } as const;
    const interval = (from: string, until: string, amount: string) => ({ from, until, amount }) as never;
    const byInterval = [interval('2026-01-01', '2027-01-01', '100'), interval('2027-01-01', '2028-01-01', '200')];
    const active = { from: '2026-01-10', until: '2026-03-10' } as Terms['term'];
    expect(committed({ guarantees: [{ ...topUp, per: 'period', amount: '10', prorated: false }] })).toBe('240.00');
    expect(committed({ guarantees: [{ ...topUp, per: 'period', amount: '10', prorated: true, active }] })).toBe(
      '30.00',
    );
    expect(committed({ guarantees: [{ ...topUp, per: 'interval', crossed: true, intervals: byInterval }] })).toBe(
      '300.00',
    );
  });

  it('is a minimum fee as far as its cap tells, and of one without a cap nothing', () => {
    const years = [{ from: '2026-01-01', until: '2027-01-01', dueOn: '2026-01-31' }] as never;
    const fee = { id: 'f', figure: 'channels', rate: '500', years };
    expect(committed({ minimumFees: [{ ...fee, cap: '50000' }] })).toBe('50000.00');
    expect(committed({ minimumFees: [fee] })).toBe('0.00');
  });

  it('is whole in the smallest coin of the currency: a fraction counts for one', () => {
    const term = { from: '2026-01-01', until: '2026-02-01' } as Terms['term'];
    expect(committed({ ...royalty({ kind: 'flat', amount: '0.001' }), term })).toBe('0.01');
    expect(committed({ ...royalty({ kind: 'flat', amount: '0.1' }), term, currency: 'JPY' })).toBe('1');
  });

  it('is told of terms with every clause', () => {
    expect(committedAmount(base)).toEqual({ minor: 11_800_000n, currency: 'USD' });
    expect(committedAmount(terms(richTermsJson())).minor).toBeGreaterThan(10_000_000n);
  });
});
