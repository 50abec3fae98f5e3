import { exactText } from '../money';
import { exchange } from './exchange';

const published = (rate: string) => ({ rate, source: 'ecb', on: '2026-03-31' });

describe('exchange', () => {
  it.each([
    ['USD', 10000n, '0.92005', 'EUR', 9201n],
    ['USD', 100n, '149.505', 'JPY', 150n],
    ['JPY', 1n, '631234/1000000', 'RUB', 63n],
    ['EUR', 1n, '0.3335', 'KWD', 3n],
    ['USD', -10000n, '0.92005', 'EUR', -9201n],
    ['USD', 5n, '1', 'USD', 5n],
  ])('%s %s minor units at %s are %s %s', (currency, minor, rate, into, expected) => {
    expect(exchange({ minor, currency }, { into, rate: published(rate) }).to).toEqual({
      minor: expected,
      currency: into,
    });
  });

  it('says what was used, and the amount before it was rounded', () => {
    const { from, exact, used } = exchange(
      { minor: 10000n, currency: 'USD' },
      { into: 'EUR', rate: published('0.92005') },
    );
    expect([from, exactText(exact), used]).toEqual([
      { minor: 10000n, currency: 'USD' },
      '92.005',
      { rate: '0.92005', source: 'ecb', on: '2026-03-31' },
    ]);
  });

  it.each(['0', '-1'])('refuses a rate of %s, and a currency nobody is paid in', (rate) => {
    expect(() => exchange({ minor: 1n, currency: 'USD' }, { into: 'EUR', rate: published(rate) })).toThrow(RangeError);
    expect(() => exchange({ minor: 1n, currency: 'USD' }, { into: 'XAU', rate: published('1') })).toThrow(RangeError);
  });
});
