import * as fc from 'fast-check';
import { nameKey } from '.';

describe('the key of a name', () => {
  it.each([
    ['Track 1', 'TRACK  1'],
    ['Группа крови', 'ГРУППА КРОВИ!'],
    ['Don’t Stop (feat. Somebody)', "don't stop"],
    ['Don’t Stop ft. Somebody & Others', 'Don’t Stop'],
    ['Ｆｕｌｌ width', 'full-width'],
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ.Α', 'οδος α'],
  ])('%s: as %s', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it.each([
    ['Track 1', 'Track 2'],
    ['Defeat', 'De'],
    ['Lift', 'Li'],
    ['Track 1 (Live)', 'Track 1'],
  ])('%s: not as %s', (one, other) => {
    expect(nameKey(one)).not.toBe(nameKey(other));
  });

  it('has itself for key, whatever the name, in any case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (name) => {
        const key = nameKey(name);
        expect(nameKey(key)).toBe(key);
        expect(nameKey(name.toUpperCase())).toBe(key);
        expect(nameKey(`  ${name}!`)).toBe(key);
      }),
    );
  });
});
