import fc from 'fast-check';
import { canonicalDecimal, DecimalSum } from './decimal-sum';

const decimal = fc
  .tuple(
    fc.boolean(),
    fc.bigInt({ min: 0n, max: 10n ** 30n }),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{0,8}$/)),
  )
  .map(([negative, whole, part]) => `${negative ? '-' : ''}${whole}${part}`);

describe('a sum of decimals', () => {
  it.each([
    [['0.20', '0.20'], '0.4'],
    [['0.1', '0.2'], '0.3'],
    [['5.', '-5'], '0'],
    [['-0.05', '0.01'], '-0.04'],
    [['9999999999999', '9999999999999'], '19999999999998'],
    [['1'.repeat(38), '0.001'], `${'1'.repeat(38)}.001`],
    [[], '0'],
  ])('of %j is %s', (texts, expected) => {
    const sum = new DecimalSum();
    texts.forEach((text) => sum.add(text));
    expect(sum.text).toBe(expected);
  });

  it('is exact, whatever is added, in whatever order', () => {
    fc.assert(
      fc.property(fc.array(decimal, { maxLength: 40 }), (texts) => {
        const scaled = texts.map((text) => {
          const [whole = '', part = ''] = text.replace('-', '').split('.');
          return BigInt(whole + part.padEnd(8, '0')) * (text.startsWith('-') ? -1n : 1n);
        });
        const total = scaled.reduce((sum, each) => sum + each, 0n);
        const size = String(total < 0n ? -total : total).padStart(9, '0');
        const expected = canonicalDecimal(`${total < 0n ? '-' : ''}${size.slice(0, -8)}.${size.slice(-8)}`);
        const forwards = new DecimalSum();
        const backwards = new DecimalSum();
        texts.forEach((text) => forwards.add(text));
        texts.toReversed().forEach((text) => backwards.add(text));
        expect([forwards.text, backwards.text]).toEqual([expected, expected]);
      }),
    );
  });

  it('does not lose a unit over millions of short ones', () => {
    const sum = new DecimalSum();
    for (let count = 0; count < 1_000_000; count += 1) sum.add('999999999.999');
    expect(sum.text).toBe('999999999999000');
  });
});
