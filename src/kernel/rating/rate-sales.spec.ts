import fc from 'fast-check';
import { exactText, moneyRoundingIn, rational, sumOf } from '../money';
import { type Tiered } from '../terms';
import { ratePricedSales, rateSales, rateSalesByTiers, salesOf } from '.';

const cents = moneyRoundingIn('EUR', { mode: 'half-up' });
const sold = (...amounts: readonly string[]) =>
  salesOf(amounts.map((amount, index) => ({ sale: `s${index}`, amount })));
const TIERS: Tiered = {
  kind: 'tiered',
  method: 'graduated',
  measure: 'sales',
  counter: 'period',
  tiers: [
    { upTo: '100', rate: '0.1', flat: '1' },
    { upTo: null, rate: '0.05', flat: '2' },
  ],
};

describe('sales charged one by one', () => {
  it('are each rounded on their own, and the total adds what was issued', () => {
    const { lines, total } = rateSales({ rate: '0.005' }, { sales: sold('1', '1', '3'), rounding: cents });
    expect(lines.map(({ sale, value, minor }) => [sale, exactText(value), minor])).toEqual([
      ['s0', '0.005', 1n],
      ['s1', '0.005', 1n],
      ['s2', '0.015', 2n],
    ]);
    expect([exactText(total.exact), total.minor]).toEqual(['0.025', 4n]);
  });

  it('keep the order in which they are given', () => {
    const sales = salesOf([
      { sale: 'z', amount: '60' },
      { sale: 'a', amount: '70' },
    ]);
    const { lines } = rateSales({ rate: '0.05', free: { amount: '100' } }, { sales, rounding: cents });
    expect(lines.map(({ sale, free, minor }) => [sale, free, minor])).toEqual([
      ['z', true, 0n],
      ['a', false, 150n],
    ]);
  });

  it('add to tiers what each brings', () => {
    const { lines, total } = rateSalesByTiers(TIERS, { sales: sold('80', '40'), rounding: cents });
    // 80 × 10 % + 1; then 100 × 10 % + 1 + 20 × 5 % + 2 = 14.
    expect(lines.map(({ cumulative, minor }) => [exactText(cumulative), minor])).toEqual([
      ['80', 900n],
      ['120', 500n],
    ]);
    expect(total.minor).toBe(1400n);
  });

  it('come to the same tiers in whatever pieces', () => {
    const amount = fc.integer({ min: 0, max: 50_000 }).map((minor) => exactText(rational(`${minor}/100`)));
    fc.assert(
      fc.property(fc.array(amount, { minLength: 1, maxLength: 8 }), (amounts) => {
        const whole = exactText(sumOf(amounts.map(rational)));
        const [inPieces, atOnce] = [sold(...amounts), sold(whole)].map((sales) =>
          exactText(rateSalesByTiers(TIERS, { sales, rounding: cents }).total.exact),
        );
        expect(inPieces).toBe(atOnce);
      }),
    );
  });
});

describe('sales at the price that is stated on them', () => {
  const rated = (sales: readonly [string, string][]) => {
    const priced = sales.map(([units, amount]) => ({ units, amount }));
    const { units, total, unitPrice } = ratePricedSales(priced, { rounding: cents, unitPriceDecimals: 6 });
    return [exactText(units), exactText(total.exact), total.minor, unitPrice];
  };

  it('sum up, and say what a unit cost', () => {
    expect(
      rated([
        ['7', '0.7'],
        ['5', '0.55'],
        ['10', '2.2'],
      ]),
    ).toEqual(['22', '3.45', 345n, { exact: '69/440', shown: '0.156818' }]);
  });

  it('have no unit price without units', () => {
    expect(rated([])).toEqual(['0', '0', 0n, null]);
    expect(
      rated([
        ['1', '0.105'],
        ['-1', '-0.1'],
      ]),
    ).toEqual(['0', '0.005', 1n, null]);
  });
});
