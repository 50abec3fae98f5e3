import fc from 'fast-check';
import type { Recording } from '../recordings.repository';
import {
  changesBetween,
  differencesOf,
  inOrderOfStanding,
  mergedFields,
  type MergedValues,
  mergedValues,
  valuesOf,
} from './merge';

const recording: Recording = {
  ...{ id: 'a', owner_id: 'o', isrc: 'ZZT012600001', title: 'Ice', version: 'Live', artists: ['Ana'] },
  ...{ duration_seconds: 200, p_line: null, genre: 'Pop', label: null, language: null },
  ...{ parent_isrc: null, parent_kind: null, updated_at: new Date(0) },
};
const told = (changes: Partial<Recording>): MergedValues => valuesOf({ ...recording, ...changes });

describe('two recordings that are one', () => {
  const stays = told({});
  const other = told({
    ...{ title: 'Ice (Live)', version: null, genre: 'Rock', label: 'Northport' },
    ...{ parent_isrc: 'ZZT012600009', parent_kind: 'live' },
  });

  it('differ in these fields, and are proposed to keep what the one that stays says, and what only the other does', () => {
    expect(differencesOf(stays, other)).toEqual([
      {
        field: 'title',
        stays: { title: 'Ice', version: 'Live' },
        other: { title: 'Ice (Live)', version: null },
        becomes: { title: 'Ice', version: 'Live' },
      },
      { field: 'genre', stays: 'Pop', other: 'Rock', becomes: 'Pop' },
      { field: 'label', stays: null, other: 'Northport', becomes: 'Northport' },
      {
        field: 'parent',
        stays: null,
        other: { isrc: 'ZZT012600009', kind: 'live' },
        becomes: { isrc: 'ZZT012600009', kind: 'live' },
      },
    ]);
  });

  it('are told as a person chose; what the other does not say is not taken', () => {
    const merged = mergedValues(other, stays, ['title', 'label']);
    expect(merged).toEqual({ ...other, title: stays.title });
    expect(changesBetween(other, merged)).toEqual({ title: { before: other.title, after: stays.title } });
  });

  const values = fc.record({
    title: fc.record({ title: fc.constantFrom('a', 'b'), version: fc.constantFrom(null, 'v') }),
    artists: fc.constantFrom<string[]>(['a'], ['a', 'b']),
    durationSeconds: fc.constantFrom(null, 1, 2),
    pLine: fc.constantFrom(null, 'a', 'b'),
    genre: fc.constantFrom(null, 'a', 'b'),
    label: fc.constantFrom(null, 'a', 'b'),
    language: fc.constantFrom(null, 'a', 'b'),
    parent: fc.constantFrom(null, { isrc: 'ZZT012600009', kind: 'live' as const }),
  });
  const taken = fc.subarray([...mergedFields]);

  it('lose nothing that only one of them says, and get nothing that neither does', () => {
    fc.assert(
      fc.property(values, values, taken, (one, two, take) => {
        const merged = mergedValues(one, two, take);
        for (const field of mergedFields) {
          expect([one[field], two[field]]).toContainEqual(merged[field]);
          if (merged[field] === null) expect([one[field], two[field]]).toEqual([null, null]);
        }
        // Merged once more, nothing changes.
        expect(mergedValues(merged, two, take)).toEqual(merged);
      }),
    );
  });
});

describe('of two recordings that is proposed to stay', () => {
  const standing = (changes: Partial<Recording>, isLicensed = false, packages = 0) => ({
    recording: { ...recording, ...changes },
    isLicensed,
    packages,
  });
  const higher = { isrc: 'ZZT012600002' };

  it.each([
    ['which agreements name, before all', standing(higher, true), standing({ genre: 'Pop' }, false, 9)],
    ['which stands in more packages', standing(higher, true, 2), standing({ label: 'N' }, true, 1)],
    ['of which more is told', standing({ ...higher, label: 'Northport' }), standing({})],
    ['which has the lower ISRC, where they are equal', standing({}), standing(higher)],
  ])('%s', (_, stays, other) => {
    expect(inOrderOfStanding(stays, other)).toEqual([stays, other]);
    expect(inOrderOfStanding(other, stays)).toEqual([stays, other]);
  });
});
