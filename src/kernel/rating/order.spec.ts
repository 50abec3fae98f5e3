import fc from 'fast-check';
import { countedIntoPlace, placesInOrder, TextTree } from './order';

describe('the canonical order of a million sums', () => {
  it('texts have their places in code-unit order, and the same text has one', () => {
    expect([...placesInOrder(['b', 'a', 'É', 'a', 'B'])]).toEqual([
      ['B', 0],
      ['a', 1],
      ['b', 2],
      ['É', 3],
    ]);
  });

  it('counting gives what a stable sort gives', () => {
    const group = fc.array(fc.nat({ max: 6 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(group, { maxLength: 4 }), (groups) => {
        const named = groups.map((places, at) => ({ places, entries: places.map((_, index) => `${at}.${index}`) }));
        const pairs = named.flatMap(({ places, entries }) =>
          entries.map((entry, index) => ({ entry, place: places[index] ?? 0 })),
        );
        const sorted = pairs.sort((a, b) => a.place - b.place).map(({ entry }) => entry);
        expect(countedIntoPlace(named, 7)).toEqual(sorted);
      }),
    );
  });

  it('a tree of texts keeps apart what a joined key would mix up', () => {
    const tree = new TextTree<number>();
    tree.at('a').at('bc').value = 1;
    tree.at('ab').at('c').value = 2;
    expect(tree.at('a').at('bc').value).toBe(1);
    expect([...tree.values()]).toEqual([1, 2]);
  });
});
