import fc from 'fast-check';
import { TextCache } from './text-cache';

describe('the cache of repeated text', () => {
  it('gives the text of the bytes, whatever was asked for before', () => {
    const cache = new TextCache();
    const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 });
    fc.assert(
      fc.property(fc.array(ascii, { maxLength: 50 }), (texts) => {
        for (const text of [...texts, ...texts]) {
          const bytes = Buffer.from(`<${text}>`);
          expect(cache.text(bytes, 1, bytes.length - 1)).toBe(text);
        }
      }),
    );
  });
});
