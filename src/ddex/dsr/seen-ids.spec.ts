import fc from 'fast-check';
import { SeenIds } from './seen-ids';

const add = (seen: SeenIds, id: string): boolean => {
  const bytes = Buffer.from(`..${id}..`);
  return seen.add(bytes, 2, bytes.length - 2);
};

describe('ids seen before', () => {
  it('are told from new ones exactly as a set of the ids would', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.nat(50).map(String))), (ids) => {
        const seen = new SeenIds();
        const known = new Set<string>();
        for (const id of ids) {
          expect(add(seen, id)).toBe(!known.has(id));
          known.add(id);
        }
      }),
    );
  });

  it('stay known while the table grows, and as many numbered ids are as many ids', () => {
    const seen = new SeenIds();
    const bytes = Buffer.from('T-000000000');
    const addNumber = (index: number) => seen.add(bytes, 0, 2 + bytes.write(String(index), 2, 'latin1'));
    let found = 0;
    for (let index = 0; index < 500_000; index += 1) if (!addNumber(index)) found += 1;
    expect(found).toBe(0);
    for (let index = 0; index < 500_000; index += 7919) expect(addNumber(index)).toBe(false);
  });
});
