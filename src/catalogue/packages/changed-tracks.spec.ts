import fc from 'fast-check';
import { changedTracks } from './changed-tracks';

const isrcs = fc.uniqueArray(
  fc.integer({ min: 0, max: 30 }).map((number) => `ZZT0126${String(number).padStart(5, '0')}`),
);

describe('what changed from one list of recordings to another', () => {
  it('is what came and what left, in ISRC order', () => {
    expect(changedTracks(['ZZT012600003', 'ZZT012600001'], ['ZZT012600002', 'ZZT012600003'])).toEqual([
      { isrc: 'ZZT012600001', change: 'removed' },
      { isrc: 'ZZT012600002', change: 'added' },
    ]);
  });

  it('makes the one of the other, whatever their order', () => {
    fc.assert(
      fc.property(isrcs, isrcs, (before, after) => {
        const changes = changedTracks(before, after);
        const of = (wanted: string): string[] =>
          changes.flatMap(({ isrc, change }) => (change === wanted ? [isrc] : []));
        const made = [...before.filter((isrc) => !of('removed').includes(isrc)), ...of('added')];
        expect(made.sort()).toEqual([...after].sort());
        expect(changes.map(({ isrc }) => isrc)).toEqual([...new Set(changes.map(({ isrc }) => isrc))].sort());
      }),
    );
  });

  it('is the same the other way round, with both words changed', () => {
    fc.assert(
      fc.property(isrcs, isrcs, (before, after) => {
        const turned = changedTracks(after, before).map(({ isrc, change }) => ({
          isrc,
          change: change === 'added' ? 'removed' : 'added',
        }));
        expect(changedTracks(before, after)).toEqual(turned);
        expect(changedTracks(before, before)).toEqual([]);
      }),
    );
  });
});
