import fc from 'fast-check';
import { add, compare, ONE, rational, ratio, sumOf } from '../../kernel';
import { amountCourse, constantCourse, countCourse, courseOf, wholeUnits } from './growth';

const course = (growthPerMonth: string, months: number) => ({ growthPerMonth, months });

describe('a forecast', () => {
  it('grows exactly, and whole units carry what is beyond them to the next month', () => {
    // 101, 102.01, 103.0301, 104.060401: whole units of the running sums 101, 203.01, 306.0401, 410.100501.
    expect(amountCourse(['101'], course('0.01', 4))).toEqual(['101', '102.01', '103.0301', '104.060401']);
    expect(countCourse(['101'], course('0.01', 4))).toEqual([101n, 102n, 103n, 104n]);
    // 5, 7.5, 11.25, 16.875: sums 5, 12.5, 23.75, 40.625.
    expect(countCourse(['5'], course('0.5', 4))).toEqual([5n, 7n, 11n, 17n]);
  });

  it('keeps the months that are planned, and grows from the last of them', () => {
    expect(amountCourse(['100', '90', '200'], course('0.1', 5))).toEqual(['100', '90', '200', '220', '242']);
    expect(constantCourse(['0.25', '0.5'], course('0.1', 4))).toEqual(['0.25', '0.5', '0.5', '0.5']);
  });

  const units = fc.bigInt(0n, 10n ** 12n).map(String);
  const months = fc.integer({ min: 1, max: 36 });

  it('without growth is constant', () => {
    fc.assert(
      fc.property(units, months, (planned, count) => {
        expect(countCourse([planned], course('0', count))).toEqual(
          Array.from({ length: count }, () => BigInt(planned)),
        );
      }),
    );
  });

  it('loses no unit: the months sum to the whole part of the exact sum, and so does every beginning of them', () => {
    const growth = fc.integer({ min: -999_999, max: 2_000_000 }).map((millionths) => {
      const sign = millionths < 0 ? '-' : '';
      const size = String(Math.abs(millionths)).padStart(7, '0');
      return `${sign}${size.slice(0, -6)}.${size.slice(-6)}`;
    });
    fc.assert(
      fc.property(units, growth, months, (planned, growthPerMonth, count) => {
        const exact = courseOf([planned], course(growthPerMonth, count));
        const whole = countCourse([planned], course(growthPerMonth, count));
        for (let end = 1; end <= count; end += 1) {
          const sum = sumOf(exact.slice(0, end));
          const counted = ratio(
            whole.slice(0, end).reduce((total, one) => total + one, 0n),
            1n,
          );
          expect(compare(counted, sum)).toBeLessThanOrEqual(0);
          expect(compare(add(counted, ONE), sum)).toBeGreaterThan(0);
        }
        expect(whole.every((one) => one >= 0n)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('of whole values is itself', () => {
    expect(wholeUnits(['3', '0', '7'].map(rational))).toEqual([3n, 0n, 7n]);
  });
});
