import fc from 'fast-check';
import { monthPeriod, periodOf } from '../calendar';
import { moneyRoundingIn, rational } from '../money';
import { creditFees, minimumFee, type LiabilityOfPeriod } from '.';

const YEAR_2012 = periodOf('2012-01-01', '2013-01-01');
const YEAR_2013 = periodOf('2013-01-01', '2014-01-01');
const liabilities = (...months: readonly (readonly [string, bigint])[]): LiabilityOfPeriod[] =>
  months.map(([month, liability]) => ({ period: monthPeriod(month), liability }));

describe('the fee of a year', () => {
  const dollars = moneyRoundingIn('USD', { mode: 'half-up' });

  it.each([
    ['1', '50000', 50000n],
    ['3', '50000', 150000n],
    ['100', '50000', 5000000n],
    ['101', '50000', 5000000n],
    ['101', undefined, 5050000n],
    ['0', '50000', 0n],
  ])('for %s channels at 500, capped at %s, is %s cents', (count, cap, fee) => {
    expect(
      minimumFee({
        rate: rational('500'),
        count: rational(count),
        cap: cap ? rational(cap) : undefined,
        rounding: dollars,
      }),
    ).toBe(fee);
  });

  it('is rounded to the minor unit of its currency', () => {
    const rate = rational('33.3335');
    expect(minimumFee({ rate, count: rational('1'), rounding: moneyRoundingIn('JPY', { mode: 'half-up' }) })).toBe(33n);
    expect(minimumFee({ rate, count: rational('1'), rounding: moneyRoundingIn('KWD', { mode: 'half-up' }) })).toBe(
      33334n,
    );
  });
});

describe('the fee as credit', () => {
  it('is used up by the liabilities of its year, the rest is cash', () => {
    const periods = liabilities(['2012-01', 20000n], ['2012-02', 40000n], ['2012-03', 20000n]);
    expect(creditFees([{ year: YEAR_2012, fee: 50000n }], periods)).toEqual({
      years: [{ fee: 50000n, creditUsed: 50000n, creditLapsed: 0n }],
      periods: [
        { creditUsed: 20000n, creditLeft: 30000n, cash: 0n },
        { creditUsed: 30000n, creditLeft: 0n, cash: 10000n },
        { creditUsed: 0n, creditLeft: 0n, cash: 20000n },
      ],
      totalCash: 80000n,
    });
  });

  it('lapses with its year', () => {
    const years = [
      { year: YEAR_2012, fee: 150000n },
      { year: YEAR_2013, fee: 150000n },
    ];
    const periods = liabilities(['2012-11', 20000n], ['2012-12', 40000n], ['2013-01', 63000n], ['2013-02', 105000n]);
    expect(creditFees(years, periods)).toMatchObject({
      years: [
        { creditUsed: 60000n, creditLapsed: 90000n },
        { creditUsed: 150000n, creditLapsed: 0n },
      ],
      periods: [{ creditLeft: 130000n }, { creditLeft: 90000n }, { creditLeft: 87000n }, { cash: 18000n }],
      totalCash: 318000n,
    });
  });

  it('covers nothing outside its years', () => {
    const periods = liabilities(['2014-01', 100n]);
    expect(creditFees([{ year: YEAR_2012, fee: 500n }], periods).periods).toEqual([
      { creditUsed: 0n, creditLeft: 0n, cash: 100n },
    ]);
  });

  it('comes back when a correction lowers what it covered, after the cash', () => {
    const periods = liabilities(['2012-01', 70n], ['2012-02', -30n]);
    expect(creditFees([{ year: YEAR_2012, fee: 50n }], periods)).toMatchObject({
      years: [{ creditUsed: 40n, creditLapsed: 10n }],
      periods: [{ cash: 20n }, { cash: -20n, creditUsed: -10n, creditLeft: 10n }],
    });
  });

  it('never exceeds the fee, and with the cash is every liability', () => {
    const amounts = fc.array(fc.bigInt(-1000n, 3000n), { maxLength: 12 });
    fc.assert(
      fc.property(fc.bigInt(0n, 5000n), amounts, (fee, amountsOfYear) => {
        const periods = amountsOfYear.map((liability) => ({ period: YEAR_2012, liability }));
        const credited = creditFees([{ year: YEAR_2012, fee }], periods);
        const [year] = credited.years;
        expect((year?.creditUsed ?? 0n) + (year?.creditLapsed ?? 0n)).toBe(fee);
        credited.periods.forEach(({ creditUsed, creditLeft, cash }, index) => {
          expect(creditUsed + cash).toBe(amountsOfYear[index]);
          expect(creditLeft >= 0n && creditLeft <= fee).toBe(true);
        });
        // Whoever pays the fee in advance pays the greater of fee and liabilities in the end, if none is below zero.
        if (amountsOfYear.every((amount) => amount >= 0n)) {
          const owed = amountsOfYear.reduce((sum, amount) => sum + amount, 0n);
          expect(credited.totalCash).toBe(owed > fee ? owed : fee);
        }
      }),
    );
  });
});
