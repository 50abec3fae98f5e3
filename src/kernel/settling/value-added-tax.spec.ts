import fc from 'fast-check';
import { valueAddedTax } from './value-added-tax';

describe('value-added tax', () => {
  it.each([
    ['added', 10000n, 12000n, 2000n, 0n],
    ['included', 10000n, 12000n, 2000n, 0n],
    ['reverse-charge', 10000n, 10000n, 0n, 2000n],
  ] as const)('%s: %s net, %s gross, %s tax, %s declared by the customer', (treatment, net, gross, tax, declared) => {
    const amount = treatment === 'included' ? gross : net;
    expect(valueAddedTax(amount, { rate: '0.20', treatment })).toEqual({
      treatment,
      rate: '0.20',
      net,
      tax,
      gross,
      declaredByCustomer: declared,
    });
  });

  it('refuses a negative rate', () => {
    expect(() => valueAddedTax(1n, { rate: '-0.2', treatment: 'added' })).toThrow(RangeError);
  });

  it('net and tax are the gross, and what was added is found again in it', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.integer({ min: 0, max: 30 }), (amount, percent) => {
        const rate = `${percent}/100`;
        const added = valueAddedTax(amount, { rate, treatment: 'added' });
        const included = valueAddedTax(added.gross, { rate, treatment: 'included' });
        expect([included.net + included.tax, included.net]).toEqual([added.gross, added.net]);
      }),
    );
  });
});
