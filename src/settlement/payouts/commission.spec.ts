import fc from 'fast-check';
import { rational } from '../../kernel';
import { commissionOn } from './commission';

describe('the marketplace’s commission', () => {
  it('is 5 % of what is payable to the label', () => {
    expect(commissionOn([1_000_000n], rational('0.05'))).toEqual({
      gross: 1_000_000n,
      commission: 50_000n,
      parts: [50_000n],
    });
  });

  it('is rounded half-up once, however many invoices are paid out together', () => {
    // 3 × 0.10 at 5 %: 0.015 in all, so 0.02; each alone would give 0.005, so 0.01, three times.
    expect(commissionOn([10n, 10n, 10n], rational('0.05'))).toEqual({
      gross: 30n,
      commission: 2n,
      parts: [1n, 1n, 0n],
    });
  });

  it('its parts sum to it, and none is more than its invoice', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 12n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 999_999 }), (given, millionths) => {
        const rate = rational(`0.${String(millionths).padStart(6, '0')}`);
        const { gross, commission, parts } = commissionOn(given, rate);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(commission);
        expect(parts.every((part, index) => part >= 0n && part <= given[index]!)).toBe(true);
        expect(commission <= gross).toBe(true);
      }),
    );
  });
});
