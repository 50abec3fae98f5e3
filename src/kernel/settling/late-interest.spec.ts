import fc from 'fast-check';
import { add, compare, exactText, moneyRoundingIn, rational } from '../money';
import { type DayCount } from '../terms';
import { interestOn } from './late-interest';

const rounding = moneyRoundingIn('USD', { mode: 'half-up' });
const six = (dayCount: DayCount, graceDays = 0) => ({ annualRate: '0.06', dayCount, graceDays });
const of = (principal: string, from: string, until: string, clause = six('actual/365')) =>
  interestOn(rational(principal), { clause, from, until, rounding });

describe('late interest', () => {
  it.each([
    ['actual/365', 181, '10860/73', 14877n],
    ['actual/360', 181, '905/6', 15083n],
  ] as const)('%s: 5,000 at 6 %% for %s days', (dayCount, days, exact, minor) => {
    const interest = of('5000', '2023-01-31', '2023-07-31', six(dayCount));
    expect([interest.days, exactText(interest.exact), interest.minor]).toEqual([days, exact, minor]);
  });

  it('counts the leap day, and still divides by 365', () => {
    expect(of('365', '2024-01-01', '2025-01-01').days).toBe(366);
    expect(exactText(of('365', '2024-01-01', '2025-01-01').exact)).toBe('21.96');
  });

  it.each([
    ['2026-03-01', 0, 0],
    ['2026-03-11', 0, 10],
    ['2026-03-11', 10, 0],
    ['2026-03-12', 10, 1],
    ['2026-02-01', 0, 0],
  ])('until %s with %s days of grace bears interest for %s days', (until, graceDays, days) => {
    expect(of('100', '2026-03-01', until, six('actual/365', graceDays)).days).toBe(days);
  });

  it('of neighbouring spans adds up exactly', () => {
    const day = fc.integer({ min: 1, max: 28 }).map((number) => String(number).padStart(2, '0'));
    fc.assert(
      fc.property(day, day, (first, second) => {
        const [from, middle, until] = [`2026-01-${first}`, `2026-02-${second}`, '2026-03-31'];
        const parts = add(of('77', from, middle).exact, of('77', middle, until).exact);
        expect(compare(parts, of('77', from, until).exact)).toBe(0);
      }),
    );
  });
});
