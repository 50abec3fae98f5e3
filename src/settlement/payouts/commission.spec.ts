import fc from 'fast-check';
import { rational } from '../../kernel';
import { commissionOn } from './commission';

const withoutTax = (amounts: readonly bigint[]) => amounts.map((amount) => ({ amount_minor: amount, vat_minor: 0n }));

describe('the marketplace’s commission', () => {
  it('is 5 % of what is payable to the label', () => {
    expect(commissionOn(withoutTax([1_000_000n]), rational('0.05'))).toEqual({
      gross: 1_000_000n,
      commission: 50_000n,
      parts: [50_000n],
    });
  });

  it('is rounded half-up once, however many invoices are paid out together', () => {
    // 3 × 0.10 at 5 %: 0.015 in all, so 0.02; each alone would give 0.005, so 0.01, three times.
    expect(commissionOn(withoutTax([10n, 10n, 10n]), rational('0.05'))).toEqual({
      gross: 30n,
      commission: 2n,
      parts: [1n, 1n, 0n],
    });
  });

  it('is not taken of value-added tax, which is paid out whole', () => {
    const invoices = [{ amount_minor: 120_000n, vat_minor: 20_000n }, ...withoutTax([50_000n])];
    expect(commissionOn(invoices, rational('0.05'))).toEqual({
      gross: 170_000n,
      commission: 7_500n,
      parts: [5_000n, 2_500n],
    });
    expect(commissionOn([{ amount_minor: 200n, vat_minor: 200n }], rational('0.05'))).toEqual({
      gross: 200n,
      commission: 0n,
      parts: [0n],
    });
  });

  it('its parts sum to it, and none is more than its invoice', () => {
    const invoice = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.bigInt({ min: 0n, max: 10n ** 12n }))
      .map(([own, vat]) => ({ amount_minor: own + vat, vat_minor: vat }));
    const amounts = fc.array(invoice, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 999_999 }), (given, millionths) => {
        const rate = rational(`0.${String(millionths).padStart(6, '0')}`);
        const { gross, commission, parts } = commissionOn(given, rate);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(commission);
        expect(
          parts.every((part, index) => part >= 0n && part <= given[index]!.amount_minor - given[index]!.vat_minor),
        ).toBe(true);
        expect(commission <= gross).toBe(true);
      }),
    );
  });
});
