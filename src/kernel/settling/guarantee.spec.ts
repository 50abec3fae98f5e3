import fc from 'fast-check';
import { monthPeriod, periodOf } from '../calendar';
import { moneyRoundingIn, compare, exactText, rational } from '../money';
import { earnedByInterval, settleGuarantees, trueUp, trueUpPeriods } from '.';

const dollars = moneyRoundingIn('USD', { mode: 'half-up' });

function topUp(
  earned: string,
  { minimum = '500', month = '2024-01', active = undefined as undefined | string[] } = {},
) {
  const result = trueUp({
    minimum: rational(minimum),
    earned: rational(earned),
    period: monthPeriod(month),
    active: active && periodOf(active[0] ?? '', active[1] ?? ''),
    rounding: dollars,
  });
  return [
    exactText(result.minimum),
    exactText(result.trueUp.exact),
    result.trueUp.rounded,
    exactText(result.due.exact),
    result.due.rounded,
  ];
}

describe('a minimum for each reporting period', () => {
  it.each([
    ['300.00', '200', 20000n, '500', 50000n],
    ['600.00', '0', 0n, '600', 60000n],
    ['500', '0', 0n, '500', 50000n],
    ['-20', '520', 52000n, '500', 50000n],
  ])('of 500 with %s earned is topped up by %s', (earned, exact, rounded, due, dueRounded) => {
    expect(topUp(earned)).toEqual(['500', exact, rounded, due, dueRounded]);
  });

  it('is prorated by active days, and rounded only at the end', () => {
    const active = ['2023-06-11', '2024-06-11'];
    // 20 of 30 days: 200/3, less 50 is 50/3.
    expect(topUp('50', { minimum: '100', month: '2023-06', active })).toEqual(['200/3', '50/3', 1667n, '200/3', 6667n]);
    expect(topUp('50', { minimum: '100', month: '2023-07', active })).toEqual(['100', '50', 5000n, '100', 10000n]);
    // Until the 11th, which is not in: 10 of 30 days.
    expect(topUp('50', { minimum: '100', month: '2024-06', active })).toEqual(['100/3', '0', 0n, '50', 5000n]);
    expect(topUp('0', { minimum: '100', month: '2023-05', active })).toEqual(['0', '0', 0n, '0', 0n]);
  });

  it('rounds what is due by itself: two rounded amounts need not sum to it', () => {
    // 100 × 1/30 = 10/3. Alone, 0.005 earned would be 0.01 and the true-up is 3.33; due are 3.33, not 3.34.
    expect(topUp('0.005', { minimum: '100', month: '2023-06', active: ['2023-06-30', '2024-01-01'] })).toEqual([
      '10/3',
      '1997/600',
      333n,
      '10/3',
      333n,
    ]);
  });

  it('adds up over periods to what was rounded in each', () => {
    const periods = ['2023-06', '2023-07'].map((month) => ({ period: monthPeriod(month), earned: rational('50') }));
    const active = periodOf('2023-06-11', '2024-06-11');
    const { total } = trueUpPeriods(periods, { minimum: rational('100'), active, rounding: dollars });
    // 16.67 + 50.00, and 66.67 + 100.00.
    expect(total).toEqual({ trueUp: 6667n, due: 16667n });
  });

  it('is always due at least', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 6n), 10n ** 6n), fc.bigInt(0n, 10n ** 6n), (earned, minimum) => {
        const { due, trueUp: missing } = trueUp({
          minimum: rational(minimum),
          earned: rational(earned),
          period: monthPeriod('2024-01'),
          rounding: dollars,
        });
        expect(compare(due.exact, rational(minimum)) >= 0).toBe(true);
        expect(compare(missing.exact, rational('0')) > 0).toBe(earned < minimum);
      }),
    );
  });
});

describe('guarantees for intervals', () => {
  const years = [
    { guarantee: 1000000n, earned: 1500000n },
    { guarantee: 2000000n, earned: 1500000n },
    { guarantee: 2000000n, earned: 2500000n },
  ];

  it('not crossed, each year stands alone: a bad one is not made up for', () => {
    expect(settleGuarantees({ crossed: false, intervals: years })).toEqual({
      intervals: [
        { overage: 500000n, unearned: 0n },
        { overage: 0n, unearned: 500000n },
        { overage: 500000n, unearned: 0n },
      ],
      guaranteed: 5000000n,
      earned: 5500000n,
      overage: 1000000n,
      unearned: 500000n,
      payable: 6000000n,
    });
  });

  it('crossed, only the whole counts', () => {
    expect(settleGuarantees({ crossed: true, intervals: years })).toEqual({
      intervals: [],
      guaranteed: 5000000n,
      earned: 5500000n,
      overage: 500000n,
      unearned: 0n,
      payable: 5500000n,
    });
  });

  it('counts a month in the interval of its first day', () => {
    const intervals = [periodOf('2024-01-01', '2024-02-15'), periodOf('2024-03-01', '2025-01-01')];
    const months = ['2024-01', '2024-02', '2024-03', '2024-04', '2025-01'];
    const periods = months.map((month, index) => ({ period: monthPeriod(month), earned: 10n ** BigInt(index) }));
    expect(earnedByInterval(intervals, periods)).toEqual([11n, 1100n]);
  });

  it('crossing never pays more, and overage less unearned is earned less guaranteed', () => {
    const interval = fc.record({ guarantee: fc.bigInt(0n, 10000n), earned: fc.bigInt(-10000n, 20000n) });
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 6 }), (intervals) => {
        const apart = settleGuarantees({ crossed: false, intervals });
        const crossed = settleGuarantees({ crossed: true, intervals });
        expect(crossed.payable <= apart.payable).toBe(true);
        for (const { overage, unearned, earned, guaranteed } of [apart, crossed]) {
          expect(overage - unearned).toBe(earned - guaranteed);
        }
      }),
    );
  });
});
