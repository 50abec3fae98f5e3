import * as fc from 'fast-check';
import { isIsrc, isrcsNear, ISRCS_NEAR_MAX, isrcText } from '.';

const signs = (text: string, length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...text), minLength: length, maxLength: length });
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const anyIsrc = fc
  .tuple(signs(letters, 2), signs(letters + digits, 3), signs(digits, 7))
  .map((parts) => parts.join(''));
const anyPlace = fc.nat({ max: 11 });

describe('ISRCs near a text', () => {
  it.each([
    ['zz-a01-26-00001', 'written-otherwise'],
    ['ZZAO12600001', 'look-alike'],
    ['ZZA0126O0OO1', 'look-alike'],
    ['ZZA01Z6OOOOI', 'look-alike'],
    ['ZZA102600001', 'characters-swapped'],
    ['ZZA012600007', 'one-character'],
    ['ZZA01260001', 'character-missing'],
    ['ZZA0126000001', 'character-too-many'],
  ])('%s: %s', (written, edit) => {
    expect(isrcsNear(written).get('ZZA012600001')).toBe(edit);
  });

  it('are ISRCs, few, and never what was written', () => {
    fc.assert(
      fc.property(fc.oneof(anyIsrc, fc.string({ maxLength: 60 }), signs(`${letters}${digits}`, 11)), (written) => {
        const near = [...isrcsNear(written).keys()];
        expect(near.every(isIsrc)).toBe(true);
        expect(near).not.toContain(written);
        expect(near.length).toBeLessThanOrEqual(ISRCS_NEAR_MAX);
      }),
    );
  });

  it('hold the one that was meant, whichever single slip was made', () => {
    const slip = fc.oneof(
      fc.record({ place: anyPlace, sign: fc.constantFrom(...letters, ...digits) }).map(
        ({ place, sign }) =>
          (isrc: string) =>
            isrc.slice(0, place) + sign + isrc.slice(place + 1),
      ),
      anyPlace.map((place) => (isrc: string) => isrc.slice(0, place) + isrc.slice(place + 1)),
      fc.record({ place: anyPlace, sign: fc.constantFrom(...letters, ...digits) }).map(
        ({ place, sign }) =>
          (isrc: string) =>
            isrc.slice(0, place) + sign + isrc.slice(place),
      ),
      fc
        .nat({ max: 10 })
        .map(
          (place) => (isrc: string) => isrc.slice(0, place) + isrc[place + 1]! + isrc[place]! + isrc.slice(place + 2),
        ),
      fc.constant((isrc: string) => isrcText(isrc).toLowerCase()),
    );
    fc.assert(
      fc.property(anyIsrc, slip, (meant, slipped) => {
        const written = slipped(meant);
        // "ISRC" before it is no part of an ISRC.
        fc.pre(!written.startsWith('ISRC'));
        if (written !== meant) expect([...isrcsNear(written).keys()]).toContain(meant);
      }),
    );
  });

  it('are near each other', () => {
    fc.assert(
      fc.property(anyIsrc, fc.nat(), (isrc, number) => {
        fc.pre(!isrc.startsWith('ISRC'));
        const near = [...isrcsNear(isrc).keys()].filter((other) => !other.startsWith('ISRC'));
        const other = near[number % near.length]!;
        expect([...isrcsNear(other).keys()]).toContain(isrc);
      }),
    );
  });
});
