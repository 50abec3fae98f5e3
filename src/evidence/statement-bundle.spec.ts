import { canonicalText, sha256Hex } from '../kernel';
import { BundleLines } from './statement-bundle';

describe('the lines of a bundle', () => {
  const sum = {
    ...{ use: 'OnDemandStream', territory: 'RU', service: 'a', returns: 2n, quantity: 2n ** 60n },
    ...{ model: 'AdvertisementSupportedModel', isrc: 'ZZT012600001' },
  };

  it('are canonical, sums too, and are counted and hashed as they stand', () => {
    const lines = new BundleLines();
    const texts = [
      lines.line({ record: 'month', a: 1 }),
      lines.usage(sum),
      lines.usage({ ...sum, controlledShare: '1/3' }),
    ];
    for (const text of texts) expect(text).toBe(`${canonicalText(JSON.parse(text))}\n`);
    expect(JSON.parse(texts[1]!)).toEqual({ ...sum, record: 'usage', quantity: '1152921504606846976', returns: '2' });
    const many = Array.from({ length: 2_000 }, () => lines.usage(sum));
    expect(lines.end({ agreement: 'x', statement: 'y' })).toMatchObject({
      records: 2_003,
      sha256: sha256Hex([...texts, ...many].join('')),
    });
  });
});
