import { asKnownAt } from '../../kernel';
import { FastIndex } from './fast-index';
import { byIndex, byTheBook, difference, indexOf } from './testing/oracle';
import { Dice, randomWorld } from './testing/random-worlds';

const kinds = [
  'licensed',
  'no-agreement',
  'use-not-granted',
  'territory-not-granted',
  'expired',
  'not-yet',
  'withdrawn',
  'suspended',
];

describe('the index and the kernel', () => {
  it('give the same answer to 20,000 random questions about 200 random worlds', () => {
    const differences: (object | undefined)[] = [];
    const heard = new Map<string, number>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const world = randomWorld(seed);
      const index = indexOf(world.agreements);
      for (let asked = 0; asked < 100; asked += 1) {
        const question = world.question();
        const expected = byTheBook(world.grants, question);
        differences.push(difference(expected, byIndex(index, question), { seed, question }));
        const kind = 'reason' in expected ? expected.reason : 'licensed';
        heard.set(kind, (heard.get(kind) ?? 0) + 1);
      }
    }
    expect(differences).toHaveLength(20_000);
    expect(differences.filter((found) => found !== undefined)).toEqual([]);
    // Questions that only ever hear one answer would prove little.
    expect(kinds.filter((kind) => (heard.get(kind) ?? 0) < 100)).toEqual([]);
  });

  it('give it whatever the index knew before: agreements come in any order and change while it answers', () => {
    const differences: (object | undefined)[] = [];
    for (let seed = 1000; seed < 1040; seed += 1) {
      const world = randomWorld(seed);
      const dice = new Dice(seed);
      const index = new FastIndex();
      const shuffled = world.agreements.toSorted(() => dice.next() - 0.5);
      // First as they were known at some moments, then as they are.
      for (const [place, month] of ['2026-02', '2026-06', '2026-10', '2027-03'].entries()) {
        for (const agreement of shuffled) {
          const life = asKnownAt(agreement.life, new Date(`${month}-01T00:00:00Z`));
          if (life) index.place({ ...agreement, life: { ...life, versions: life.versions.slice(0, 1 + place) } });
        }
      }
      for (const agreement of shuffled.toReversed()) index.place(agreement);
      for (let asked = 0; asked < 100; asked += 1) {
        const question = world.question();
        differences.push(difference(byTheBook(world.grants, question), byIndex(index, question), { seed, question }));
      }
    }
    expect(differences.filter((found) => found !== undefined)).toEqual([]);
  });
});
