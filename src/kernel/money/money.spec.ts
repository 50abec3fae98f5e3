import fc from 'fast-check';
import {
  allocate,
  allocateShares,
  compare,
  currencyExponent,
  exactText,
  isCurrency,
  moneyFromText,
  moneyText,
  ratio,
  rational,
  round,
  roundMoney,
  ROUNDING_MODES,
  sumOf,
  type Rational,
} from '.';

const exact = () => fc.tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.bigInt(1n, 5000n)).map(([n, d]) => ratio(n, d));

describe('exact numbers', () => {
  it.each([
    ['0.0020', '0.002'],
    ['4000.00', '4000'],
    ['-0.50', '-0.5'],
    ['-0', '0'],
    ['520/3', '520/3'],
    ['6/4', '1.5'],
    ['007', '7'],
    ['0.1', '0.1'],
    ['123456789012345678901234567890.000000000000000001', '123456789012345678901234567890.000000000000000001'],
  ])('reads %s as %s', (written, canonical) => {
    expect(exactText(rational(written))).toBe(canonical);
  });

  it.each(['', '1e3', '.5', '5.', '+1', '1,000', ' 1', '1/0', '0x10', 'NaN', '1_0', '--1'])('refuses %p', (written) => {
    expect(() => rational(written)).toThrow(RangeError);
  });

  it('gives back what it wrote', () => {
    fc.assert(fc.property(exact(), (value) => compare(rational(exactText(value)), value) === 0));
  });
});

describe('money', () => {
  it.each([
    ['12000.00', 'USD', 1200000n],
    ['500', 'JPY', 500n],
    ['0.001', 'KWD', 1n],
    ['-0.05', 'USD', -5n],
  ])('%s %s is %s minor units', (text, currency, minor) => {
    expect(moneyFromText(text, currency)).toEqual({ minor, currency });
    expect(moneyText({ minor, currency })).toBe(text);
  });

  it.each([
    ['0.001', 'USD'],
    ['0.5', 'JPY'],
    ['1', 'XXX'],
    ['one', 'USD'],
  ])('refuses %s %s', (text, currency) => {
    expect(() => moneyFromText(text, currency)).toThrow(RangeError);
  });

  it('does not pay in withdrawn or invented currencies', () => {
    expect(['VEF', 'HRK', 'XAU', 'usd', '__proto__'].filter(isCurrency)).toEqual([]);
    expect(currencyExponent('RUB')).toBe(2);
  });

  it('never writes a sign before zero', () => {
    expect(moneyText(roundMoney(rational('-0.004'), { currency: 'USD', decimals: 2, mode: 'half-up' }))).toBe('0.00');
  });
});

describe('rounding', () => {
  it.each([
    ['1.675', 2, 'half-up', 168n],
    ['-0.495', 2, 'half-up', -50n],
    ['0.5', 0, 'half-even', 0n],
    ['1.5', 0, 'half-even', 2n],
    ['-2.5', 0, 'half-even', -2n],
    ['0.5', 0, 'half-down', 0n],
    ['0.51', 0, 'half-down', 1n],
    ['0.01', 0, 'up', 1n],
    ['-0.01', 0, 'up', -1n],
    ['1.99', 0, 'down', 1n],
    ['-1.99', 0, 'down', -1n],
    ['125', -1, 'half-up', 13n],
    ['-125', -1, 'half-up', -13n],
  ] as const)('%s to %s decimals, %s, is %s', (value, decimals, mode, expected) => {
    expect(round(rational(value), { decimals, mode })).toBe(expected);
  });

  it('rounding to tens keeps the amount in minor units', () => {
    expect(roundMoney(rational('126.10'), { currency: 'USD', decimals: -1, mode: 'half-up' }).minor).toBe(13000n);
  });

  it('mirrors at zero in every mode', () => {
    fc.assert(
      fc.property(
        exact(),
        fc.constantFrom(...ROUNDING_MODES),
        fc.integer({ min: -2, max: 4 }),
        (value, mode, decimals) => {
          expect(round(value.neg(), { decimals, mode })).toBe(-round(value, { decimals, mode }));
        },
      ),
    );
  });
});

describe('allocation by largest remainder', () => {
  const fractionOf = (amounts: readonly Rational[], parts: readonly bigint[]) =>
    amounts.map((amount, index) =>
      rational(parts[index] ?? 0n)
        .sub(amount)
        .abs(),
    );

  it('gives the missing cent to the largest remainder', () => {
    expect(allocate(10000n, ['3333.4', '3333.3', '3333.3'].map(rational))).toEqual([3334n, 3333n, 3333n]);
  });

  it('gives it to the one listed first on a tie', () => {
    expect(allocate(1n, [ratio(1n, 3n), ratio(1n, 3n), ratio(1n, 3n)])).toEqual([1n, 0n, 0n]);
    expect(allocateShares(10000n, ['1', '1', '1'].map(rational))).toEqual([3334n, 3333n, 3333n]);
  });

  it('shares a negative total like the positive one', () => {
    expect(allocate(-10000n, ['-3333.4', '-3333.3', '-3333.3'].map(rational))).toEqual([-3334n, -3333n, -3333n]);
  });

  it('rounds a credit among charges down, towards minus infinity', () => {
    // 2.5 − 1.2 = 1.3, rounded 1: floors are 2 and −2, the missing 1 goes to the remainder 0.8 of −1.2.
    expect(allocate(1n, ['2.5', '-1.2'].map(rational))).toEqual([2n, -1n]);
  });

  it('refuses amounts that do not add up to the total, and shares of nothing', () => {
    expect(() => allocate(10n, [rational('1')])).toThrow(RangeError);
    expect(() => allocateShares(10n, [rational('0')])).toThrow(RangeError);
    expect(() => allocateShares(10n, [rational('2'), rational('-1')])).toThrow(RangeError);
  });

  it('sums to the whole, and no part is further than one unit from its exact amount, in every mode', () => {
    fc.assert(
      fc.property(
        fc.array(exact(), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(...ROUNDING_MODES),
        (amounts, mode) => {
          const total = round(sumOf(amounts), { decimals: 0, mode });
          const parts = allocate(total, amounts);
          expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total);
          expect(fractionOf(amounts, parts).every((distance) => compare(distance, rational('1')) < 0)).toBe(true);
        },
      ),
    );
  });

  it('shares sum to the whole for any weights and sign', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 9n), 10n ** 9n),
        fc.array(fc.bigInt(0n, 1000n), { minLength: 1, maxLength: 20 }),
        (total, weights) => {
          fc.pre(weights.some((weight) => weight > 0n));
          const parts = allocateShares(total, weights.map(rational));
          expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(total);
        },
      ),
    );
  });
});
