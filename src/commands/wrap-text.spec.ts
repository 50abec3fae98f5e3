import fc from 'fast-check';
import { hangingLines } from './wrap-text';

describe('text under a hanging label', () => {
  it('is wrapped, items of a list under their own first word', () => {
    const text = 'the greatest of the following:\n  (a) one two three four\n    (a)(i) five six';
    expect(hangingLines({ label: '6.1', text, column: 5, width: 24 })).toEqual([
      '6.1  the greatest of the',
      '     following:',
      '       (a) one two three',
      '           four',
      '         (a)(i) five six',
    ]);
  });

  it('never breaks a word', () => {
    expect(hangingLines({ label: '3', text: `hash ${'a'.repeat(64)} here`, column: 3, width: 40 })).toEqual([
      '3  hash',
      `   ${'a'.repeat(64)}`,
      '   here',
    ]);
  });

  it('keeps every word in its order, and to the width where words are short', () => {
    const word = fc.stringMatching(/^[a-zа-я0-9]{1,12}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 20, max: 100 }),
        (words, width) => {
          const lines = hangingLines({ label: '12', text: words.join(' '), column: 6, width });
          expect(lines.join(' ').split(/ +/).filter(Boolean)).toEqual(['12', ...words]);
          expect(lines.every((line) => line.length <= width)).toBe(true);
        },
      ),
    );
  });
});
