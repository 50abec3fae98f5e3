import fc from 'fast-check';
import { currencyExponent, fromMinorUnits, isCurrency, minorUnitExponent, rational, toMinorUnits } from '.';

describe('minor units by ISO 4217', () => {
  it.each([
    ['JPY', '1234.5', 0, '1235', 1235n],
    ['KWD', '1.2345', 3, '1.235', 1235n],
    ['USD', '-12.345', 2, '-12.35', -1235n],
    ['CLF', '0.00005', 4, '0.0001', 1n],
    ['UYW', '1', 4, '1.0000', 10000n],
    ['UYI', '0.4', 0, '0', 0n],
    ['USN', '-0.001', 2, '0.00', 0n],
  ])('%s %s has %s decimals: %s, %s minor units', (currency, value, decimals, amount, minor) => {
    const both = { status: 'accepted', currency, decimals, amount, minor };
    expect(toMinorUnits(rational(value), { currency, mode: 'half-up' })).toEqual(both);
    expect(fromMinorUnits(minor, currency)).toEqual(both);
  });

  it('rounds as it is told', () => {
    expect(toMinorUnits(rational('0.019'), { currency: 'EUR', mode: 'down' })).toMatchObject({ minor: 1n });
  });

  it.each(['ZZZ', 'XXX', 'XAU', 'XDR', 'XTS', 'XSU', 'HRK', 'SLL', 'ANG', 'BGN', 'ZWL', 'usd', '', '__proto__'])(
    'rejects %p: not listed, withdrawn or without a minor unit',
    (currency) => {
      const rejected = { status: 'rejected', currency, reason: 'unknown-currency' };
      expect(toMinorUnits(rational('1'), { currency, mode: 'half-up' })).toEqual(rejected);
      expect(fromMinorUnits(1n, currency)).toEqual(rejected);
    },
  );

  it('goes to text and back without loss', () => {
    const codes = fc.constantFrom('JPY', 'USD', 'KWD', 'CLF');
    fc.assert(
      fc.property(fc.bigInt(), codes, (minor, currency) => {
        const there = fromMinorUnits(minor, currency);
        if (there.status === 'rejected') throw new Error(currency);
        expect(toMinorUnits(rational(there.amount), { currency, mode: 'down' })).toEqual(there);
      }),
    );
  });
});

describe('the table of currencies', () => {
  it('nobody is paid in fund codes, though they have minor units', () => {
    const funds = ['BOV', 'CHE', 'CHW', 'CLF', 'COU', 'MXV', 'USN', 'UYI', 'UYW', 'XAD'];
    expect(funds.filter(isCurrency)).toEqual([]);
    expect(funds.map(minorUnitExponent)).toEqual([2, 2, 2, 4, 2, 2, 2, 0, 4, 2]);
  });

  it('the payable codes have one exponent in both look-ups', () => {
    const codes = Intl.supportedValuesOf('currency').filter(isCurrency);
    expect(codes.filter((code) => minorUnitExponent(code) !== currencyExponent(code))).toEqual([]);
  });

  it('knows every code that the platform knows, but those that are withdrawn or have no minor unit', () => {
    const unknown = Intl.supportedValuesOf('currency').filter((code) => minorUnitExponent(code) === undefined);
    const withdrawn = ['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL'];
    const withoutMinorUnit = ['XDR', 'XSU'];
    expect(unknown.filter((code) => !withdrawn.includes(code) && !withoutMinorUnit.includes(code))).toEqual([]);
  });
});
