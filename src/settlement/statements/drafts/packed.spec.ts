import fc from 'fast-check';
import { packed, unpacked } from './packed';

describe('a packed value', () => {
  it('comes back as it was, whole numbers of any size among it', () => {
    const leaf = fc.oneof(fc.bigInt(), fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(
          fc.string().filter((name) => name !== '__proto__' && name !== '$minor'),
          tie('value'),
          { noNullPrototype: true },
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (one) => {
        expect(unpacked(JSON.parse(packed(one)))).toEqual(one);
      }),
    );
  });
});
