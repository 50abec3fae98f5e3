import fc from 'fast-check';
import {
  add,
  allocateByWeights,
  allocateMinor,
  compare,
  exactText,
  minorExact,
  minorText,
  moneyRoundingIn,
  moneyRoundingTo,
  ratio,
  rational,
  roundEach,
  roundTogether,
  ROUNDING_MODES,
  toMinor,
  trimTotal,
} from '.';

const cents = moneyRoundingIn('USD', { mode: 'half-up' });
const tens = moneyRoundingTo({ decimals: -1, mode: 'half-up' });
const named = (...amounts: string[]) => amounts.map((amount, at) => ({ line: `l${at}`, amount: rational(amount) }));
const amounts = fc
  .array(fc.tuple(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.bigInt(1n, 700n)), { maxLength: 12 })
  .map((pairs) => pairs.map(([n, d], at) => ({ line: `l${at}`, amount: ratio(n, d) })));
const roundings = fc
  .record({ decimals: fc.integer({ min: -2, max: 4 }), mode: fc.constantFrom(...ROUNDING_MODES) })
  .map(moneyRoundingTo);
const sum = (parts: readonly bigint[]) => parts.reduce((whole, part) => whole + part, 0n);

describe('rounding to money', () => {
  it.each([
    ['USD', undefined, '12.345', 1235n, '12.35'],
    ['JPY', undefined, '1234.5', 1235n, '1235'],
    ['KWD', undefined, '1.2345', 1235n, '1.235'],
    ['USD', -1, '125', 13000n, '130'],
    ['USD', 0, '-0.4', 0n, '0'],
  ])('%s to %s decimals: %s is %s minor units, shown %s', (currency, decimals, amount, minor, shown) => {
    const rounding = moneyRoundingIn(currency, { mode: 'half-up', ...(decimals !== undefined && { decimals }) });
    expect(toMinor(rational(amount), rounding)).toBe(minor);
    expect(minorText(minor, rounding)).toBe(shown);
  });

  it('hides no digit that is there', () => {
    expect(minorText(12050n, moneyRoundingIn('USD', { decimals: 0, mode: 'half-up' }))).toBe('120.50');
  });

  it('does not round finer than the minor unit, and spreads no total that was not rounded', () => {
    expect(() => moneyRoundingIn('USD', { decimals: 3, mode: 'half-up' })).toThrow(RangeError);
    expect(() =>
      allocateMinor(12345n, [rational('123.45')], moneyRoundingIn('USD', { decimals: 0, mode: 'half-up' })),
    ).toThrow(RangeError);
  });
});

describe('lines rounded each alone', () => {
  it('adds what was issued, and apart from it what was exact', () => {
    const { lines, total } = roundEach(named('0.005', '0.005', '-0.495'), cents);
    expect(lines.map(({ minor }) => minor)).toEqual([1n, 1n, -50n]);
    expect([exactText(total.exact), total.minor]).toEqual(['-0.485', -48n]);
  });

  it('rounds to tens, a tie away from zero', () => {
    const { lines } = roundEach(named('123.4567', '125', '114.999', '-125'), tens);
    expect(lines.map(({ minor }) => minorText(minor, tens))).toEqual(['120', '130', '110', '-130']);
  });

  it('of no lines is nothing', () => {
    expect(roundEach([], cents).total.minor).toBe(0n);
  });
});

describe('lines rounded together', () => {
  it('gives the cent that single rounding loses to the largest remainder, and takes the credit off last', () => {
    const report = roundTogether(named('33.334', '33.333', '33.333'), { rounding: cents, credit: rational('20.00') });
    expect(report).toMatchObject({
      roundedEachTotal: 9999n,
      drift: 1n,
      adjusted: [{ line: 'l0', by: 1n }],
      linesTotal: 10000n,
      creditApplied: -2000n,
      amountDue: 8000n,
    });
  });

  it('takes back the cent that single rounding gains', () => {
    const { drift, adjusted, lines } = roundTogether(named('0.005', '0.005'), { rounding: cents });
    expect([drift, adjusted]).toEqual([-1n, [{ line: 'l1', by: -1n }]]);
    expect(lines.map(({ minor }) => minor)).toEqual([1n, 0n]);
  });

  it('mirrors a credit note', () => {
    const { lines, adjusted } = roundTogether(named('-33.334', '-33.333', '-33.333'), { rounding: cents });
    expect(lines.map(({ minor }) => minor)).toEqual([-3334n, -3333n, -3333n]);
    expect(adjusted).toEqual([{ line: 'l0', by: -1n }]);
  });

  it('compares with half-up rounding, also where the total is rounded down', () => {
    const down = moneyRoundingIn('USD', { mode: 'down' });
    expect(roundTogether(named('0.006', '0.006', '0.006'), { rounding: down })).toMatchObject({
      roundedEachTotal: 3n,
      linesTotal: 1n,
      drift: -2n,
    });
  });

  it('shares out whole tens, not cents', () => {
    const { lines, linesTotal } = roundTogether(named('14', '14', '14'), { rounding: tens });
    expect([linesTotal, lines.map(({ minor }) => minor)]).toEqual([40n, [20n, 10n, 10n]]);
  });

  it('sums to its total, and the adjustments to the drift, in every rounding', () => {
    fc.assert(
      fc.property(amounts, roundings, (lines, rounding) => {
        const report = roundTogether(lines, { rounding });
        expect(sum(report.lines.map(({ minor }) => minor))).toBe(report.linesTotal);
        expect(sum(report.adjusted.map(({ by }) => by))).toBe(report.drift);
        expect(report.linesTotal).toBe(toMinor(report.exactTotal, rounding));
      }),
    );
  });
});

describe('an amount shared out by weights', () => {
  it('gives exact parts, and the cent left over to the one listed first', () => {
    const lines = ['1', '1', '1'].map((weight, at) => ({ line: `l${at}`, weight: rational(weight) }));
    const shared = allocateByWeights(rational('100.00'), { lines, rounding: cents });
    expect(shared.lines.map(({ exact, minor }) => [exactText(exact), minor])).toEqual([
      ['100/3', 3334n],
      ['100/3', 3333n],
      ['100/3', 3333n],
    ]);
    expect(shared.linesTotal).toBe(10000n);
  });

  it('shares out nothing among nobody, and refuses weights that say nothing', () => {
    expect(allocateByWeights(rational('5'), { lines: [], rounding: cents })).toEqual({ lines: [], linesTotal: 0n });
    const weighing = (...weights: string[]) => ({
      lines: weights.map((weight) => ({ line: weight, weight: rational(weight) })),
      rounding: cents,
    });
    expect(() => allocateByWeights(rational('5'), weighing('0', '0'))).toThrow(RangeError);
    expect(() => allocateByWeights(rational('5'), weighing('2', '-1'))).toThrow(RangeError);
  });

  it('sums to the rounded amount', () => {
    const weights = fc.array(fc.bigInt(0n, 1000n), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 9n), 10n ** 9n), weights, roundings, (thousandths, given, rounding) => {
        fc.pre(given.some((weight) => weight > 0n));
        const lines = given.map((weight, at) => ({ line: `l${at}`, weight: rational(weight) }));
        const amount = ratio(thousandths, 1000n);
        const shared = allocateByWeights(amount, { lines, rounding });
        expect(sum(shared.lines.map(({ minor }) => minor))).toBe(toMinor(amount, rounding));
      }),
    );
  });
});

describe('a trimmed total', () => {
  it.each([
    ['12.3456789', '12.34', '-0.0056789'],
    ['-12.3456789', '-12.34', '0.0056789'],
    ['12.34', '12.34', '0'],
  ])('%s is invoiced as %s, with a row of %s', (amount, invoiced, row) => {
    const trimmed = trimTotal(named(amount), cents);
    expect([minorText(trimmed.invoiced, cents), exactText(trimmed.adjustment)]).toEqual([invoiced, row]);
  });

  it('lines and row are the invoice, exactly', () => {
    fc.assert(
      fc.property(amounts, roundings, (lines, rounding) => {
        const { rawTotal, invoiced, adjustment } = trimTotal(lines, rounding);
        expect(compare(add(rawTotal, adjustment), minorExact(invoiced, rounding))).toBe(0);
      }),
    );
  });
});
