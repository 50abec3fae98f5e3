import { calendarDateOf, type Life, type Terms } from '../../kernel';
import { referenceTerms } from '../../kernel/testing/reference-terms';
import { payRateOf } from './pay-rate-of';

const exchange = (changes: object): Pick<Terms, 'exchange'> => ({
  exchange: { payIn: 'RUB', source: 'cbr', rateOf: 'payment', ...changes },
});
/** Paid at the rate of the Bank of Russia, and otherwise from March on. */
const lifeWith = (changes: object): Life => ({
  versions: [
    { number: 1, effectiveFrom: calendarDateOf('2026-01-01'), terms: referenceTerms(exchange({})) },
    { number: 2, effectiveFrom: calendarDateOf('2026-03-01'), terms: referenceTerms(exchange(changes)) },
  ].map((version) => ({ ...version, concludedAt: new Date('2026-01-01T00:00:00Z') })),
  facts: [],
});
const invoice = { pay_in: 'RUB', pay_rate_of: 'cbr' } as const;
const march = calendarDateOf('2026-03-05');

describe('whose rate an invoice is paid at', () => {
  it('is that of the terms in force, once an amendment is', () => {
    const life = lifeWith({ source: 'ecb' });
    expect(payRateOf(life, invoice, calendarDateOf('2026-02-28'))).toBe('cbr');
    expect(payRateOf(life, invoice, march)).toBe('ecb');
  });

  it.each([
    ['pay in another currency', { payIn: 'EUR', source: 'ecb' }],
    ['leave the rate to the parties', { source: 'manual', rateOf: 'statement' }],
  ])('stays the one that it was issued with where the terms %s', (_, changes) => {
    expect(payRateOf(lifeWith(changes), invoice, march)).toBe('cbr');
  });
});
