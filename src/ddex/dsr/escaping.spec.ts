import fc from 'fast-check';
import { type Escapes, escapeText, readCellText } from './escaping';

const cell = (raw: string, multiple = false, escapes: Escapes = 'published') => {
  const bytes = Buffer.from(raw);
  return readCellText(bytes, 0, bytes.length, { multiple, escapes });
};

describe('escapes', () => {
  it.each([
    ['A\\\tB', 'A\tB'],
    ['A\\\\|B', 'A|B'],
    ['A\\\\\\B', 'A\\B'],
    ['A\\|B', 'A|B'],
    ['A\\\\B', 'A\\B'],
    ['L\u00fbt \\| "R\u00efght', 'L\u00fbt | "R\u00efght'],
  ])('%j in a cell of a single value carries %j', (raw, carried) => {
    expect(cell(raw)).toEqual({ values: [carried], fault: null });
  });

  it('a list keeps its order and its empty members', () => {
    expect(cell('a||b\\\\|c|', true)).toEqual({ values: ['a', '', 'b|c', ''], fault: null });
  });

  it.each([
    ['A|B', false, 'pipe-unescaped'],
    ['A\\B', false, 'escape-invalid'],
    ['A\\', false, 'escape-invalid'],
    ['A\\|B', true, 'escape-invalid'],
    ['A\\\\B', true, 'escape-invalid'],
  ] as const)('%j (list: %j) is %s', (raw, multiple, fault) => {
    expect(cell(raw, multiple).fault).toBe(fault);
  });

  it.each([
    ['A\\|B|C', ['A|B', 'C']],
    ['A\\\\|B', ['A\\', 'B']],
    ['\\\\\\|', ['\\|']],
    ['A\\\tB', ['A\tB']],
  ])('of a sender who writes one backslash, %j is the list %j', (raw, values) => {
    expect(cell(raw, true, 'one-backslash')).toEqual({ values, fault: null });
  });

  it('any text without control characters comes back as it went, alone and in lists', () => {
    const unit = fc.oneof(
      fc.constantFrom('\t', '|', '\\', 'a'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    const text = fc.array(unit).map((parts) => parts.join('').replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, ''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (texts) => {
        expect(cell(texts.map(escapeText).join('|'), true)).toEqual({ values: texts, fault: null });
        expect(cell(escapeText(texts[0]!))).toEqual({ values: [texts[0]], fault: null });
      }),
    );
  });

  it.each(['a\nb', 'a\r', '\u0000'])('%j cannot be carried', (text) => {
    expect(() => escapeText(text)).toThrow(RangeError);
  });
});
