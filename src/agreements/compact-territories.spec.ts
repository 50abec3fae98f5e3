import fc from 'fast-check';
import { expandTerritories, WORLDWIDE_TERRITORIES } from '../kernel';
import { compactTerritories } from './compact-territories';

describe('territories in few codes', () => {
  it('are listed, or are the world less a list, whichever is shorter', () => {
    expect(compactTerritories(['RU', 'BY'])).toEqual({ include: ['BY', 'RU'] });
    const exceptTwo = WORLDWIDE_TERRITORIES.filter((code) => !['US', 'CA'].includes(code));
    expect(compactTerritories(exceptTwo)).toEqual({ worldwideExcept: ['CA', 'US'] });
    expect(compactTerritories(WORLDWIDE_TERRITORIES)).toEqual({ worldwideExcept: [] });
  });

  it('are the same territories', () => {
    fc.assert(
      fc.property(fc.subarray([...WORLDWIDE_TERRITORIES], { minLength: 1 }), (codes) => {
        expect(expandTerritories(compactTerritories(codes))).toEqual([...codes].sort());
      }),
    );
  });
});
