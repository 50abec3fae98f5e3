import fc from 'fast-check';
import { calendarDateOf, dayAfter, monthPeriod } from '../calendar';
import { divide, exactText, multiply, ONE, rational } from '../money';
import { chooseRate, dayOfRate, type KnownRate, rateThrough } from './published-rates';

const day = calendarDateOf;
const row = (base: string, quote: string, on: string, rate: string): KnownRate => ({
  id: `${base}${quote} ${on}`,
  base,
  quote,
  day: day(on),
  rate,
});
const euro = [
  row('EUR', 'USD', '2026-01-30', '1.1'),
  row('EUR', 'JPY', '2026-01-30', '165'),
  row('EUR', 'USD', '2026-01-29', '1.12'),
  row('EUR', 'JPY', '2026-01-28', '166'),
];

describe('the rate that is used', () => {
  it('is the one of the day as published, turned round, or through the source’s own currency', () => {
    const on = day('2026-01-30');
    expect(chooseRate('ecb', { from: 'EUR', to: 'USD', day: on }, euro)).toEqual({
      rate: '1.1',
      source: 'ecb',
      on,
      asked: on,
      formula: 'EUR 1 = USD 1.1 [EUR 1 = USD 1.1]',
      rows: [euro[0]],
    });
    expect(chooseRate('ecb', { from: 'USD', to: 'EUR', day: on }, euro)).toMatchObject({
      rate: '10/11',
      formula: 'USD 1 = EUR 1 / 1.1 [EUR 1 = USD 1.1]',
    });
    expect(chooseRate('ecb', { from: 'USD', to: 'JPY', day: on }, euro)).toMatchObject({
      rate: '150',
      formula: 'USD 1 = JPY 1 / 1.1 [EUR 1 = USD 1.1] × 165 [EUR 1 = JPY 165]',
      rows: [euro[0], euro[1]],
    });
    const rouble = [row('USD', 'RUB', '2026-01-31', '80.5'), row('BYN', 'RUB', '2026-01-31', '77/3')];
    expect(chooseRate('cbr', { from: 'BYN', to: 'USD', day: day('2026-01-31') }, rouble)).toMatchObject({
      rate: exactText(divide(rational('77/3'), rational('80.5'))),
      formula: 'BYN 1 = USD 77/3 [BYN 1 = RUB 77/3] × 1 / 80.5 [USD 1 = RUB 80.5]',
    });
  });

  it('is of the latest day before on which all of it was published, as far back as the source ever rests', () => {
    const asked = (on: string) => chooseRate('ecb', { from: 'EUR', to: 'USD', day: day(on) }, euro)?.on;
    expect(['2026-01-28', '2026-01-29', '2026-01-31', '2026-02-06', '2026-02-07'].map(asked)).toEqual([
      undefined,
      '2026-01-29',
      '2026-01-30',
      '2026-01-30',
      undefined,
    ]);
    // Never one leg of one day and the other of another.
    const cross = (on: string) => chooseRate('ecb', { from: 'JPY', to: 'USD', day: day(on) }, euro)?.on;
    expect(['2026-01-29', '2026-02-01'].map(cross)).toEqual([undefined, '2026-01-30']);
    const rouble = [row('USD', 'RUB', '2025-12-31', '80')];
    const newYear = (on: string) => chooseRate('cbr', { from: 'USD', to: 'RUB', day: day(on) }, rouble)?.on;
    expect(['2026-01-14', '2026-01-15'].map(newYear)).toEqual(['2025-12-31', undefined]);
  });

  const rates = fc.tuple(fc.bigInt(1n, 10n ** 12n), fc.nat(10)).map(([digits, decimals]) => {
    return exactText(divide(rational(digits), rational(10n ** BigInt(decimals))));
  });
  const currencies = fc.uniqueArray(fc.constantFrom('EUR', 'USD', 'JPY', 'KZT', 'RUB'), { minLength: 3, maxLength: 3 });

  it('is exact there and back, by way of any third currency, and of no later day', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ecb' as const, 'cbr' as const),
        currencies,
        fc.array(rates, { minLength: 10, maxLength: 10 }),
        fc.integer({ min: 0, max: 3 }),
        (source, [a = '', b = '', c = ''], given, later) => {
          const others = ['USD', 'JPY', 'KZT', source === 'ecb' ? 'RUB' : 'EUR'];
          const rows = others.flatMap((currency, place) =>
            [0, 1].map((age) => {
              const on = dayAfter(day('2026-01-30'), -age);
              const rate = given[place * 2 + age]!;
              return source === 'ecb' ? row('EUR', currency, on, rate) : row(currency, 'RUB', on, rate);
            }),
          );
          const asked = dayAfter(day('2026-01-30'), later - 1);
          const rate = (from: string, to: string) => {
            const chosen = chooseRate(source, { from, to, day: asked }, rows)!;
            expect(chosen.on <= asked && chosen.rows.every(({ day: on }) => on === chosen.on)).toBe(true);
            expect(exactText(rateThrough({ from, to }, chosen.rows).rate)).toBe(chosen.rate);
            return rational(chosen.rate);
          };
          expect(exactText(multiply(rate(a, b), rate(b, a)))).toBe(exactText(ONE));
          expect(exactText(multiply(rate(a, b), rate(b, c)))).toBe(exactText(rate(a, c)));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is not made of rates that lead elsewhere', () => {
    expect(() => rateThrough({ from: 'USD', to: 'JPY' }, [euro[0]!])).toThrow('these rates lead to EUR, not to JPY');
  });
});

it('the contract says of which day the rate is; that of the payment is known when it is paid', () => {
  const times = { period: monthPeriod('2026-02'), issuedOn: day('2026-03-10') };
  const dayOf = (rateOf: 'period-end' | 'statement' | 'payment') =>
    dayOfRate({ payIn: 'EUR', source: 'ecb', rateOf }, times);
  expect([dayOf('period-end'), dayOf('statement'), dayOf('payment')]).toEqual(['2026-02-28', '2026-03-10', undefined]);
});
