import fc from 'fast-check';
import { exactText, rational } from '../money';
import { takeInTurn, withhold } from './withholding';

describe('percentages taken in turn', () => {
  it('each is taken from what the one before left', () => {
    const { steps, remaining } = takeInTurn(rational('3920'), [
      { name: 'withholding tax', rate: '0.10' },
      { name: 'commission', rate: '1/3' },
    ]);
    expect(steps.map(({ deducted, remaining: left }) => [exactText(deducted), exactText(left)])).toEqual([
      ['392', '3528'],
      ['1176', '2352'],
    ]);
    expect(exactText(remaining)).toBe('2352');
  });

  it('none leaves the amount, and a negative amount is mirrored', () => {
    expect(takeInTurn(rational('-5'), []).steps).toEqual([]);
    expect(exactText(takeInTurn(rational('-5'), [{ name: 'tax', rate: '0.2' }]).remaining)).toBe('-4');
  });
});

describe('withholding tax', () => {
  it('deducted: the payee bears it', () => {
    expect(withhold(10005n, { rate: '0.10', treatment: 'deducted' })).toMatchObject({
      gross: 10005n,
      tax: 1001n,
      net: 9004n,
    });
  });

  it('grossed up: the payee receives what was agreed, the payer pays the tax of the larger gross', () => {
    // 90 is nine tenths of 100.
    expect(withhold(9000n, { rate: '0.10', treatment: 'grossed-up' })).toMatchObject({
      gross: 10000n,
      tax: 1000n,
      net: 9000n,
    });
  });

  it.each(['1', '1.5', '-0.1'])('refuses a rate of %s', (rate) => {
    expect(() => withhold(1n, { rate, treatment: 'deducted' })).toThrow(RangeError);
  });

  it('gross is tax and net, and deducting from what was grossed up leaves what was agreed, to the minor unit', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.integer({ min: 0, max: 99 }), (amount, percent) => {
        const rate = `${percent}/100`;
        for (const treatment of ['deducted', 'grossed-up'] as const) {
          const { gross, tax, net } = withhold(amount, { rate, treatment });
          expect(gross).toBe(tax + net);
        }
        const grossed = withhold(amount, { rate, treatment: 'grossed-up' });
        expect(withhold(grossed.gross, { rate, treatment: 'deducted' }).net).toBe(amount);
      }),
    );
  });
});
