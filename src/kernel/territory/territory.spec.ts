import { expandTerritories, territoryCode, territoryNumber, territoryNumbers, WORLDWIDE_TERRITORIES } from '.';

describe('territories', () => {
  it('numbers are those that databases already hold', () => {
    expect([territoryNumber('AD'), territoryNumber('RU'), territoryNumber('XK')]).toEqual([1, 191, 250]);
    expect(territoryCode(191)).toBe('RU');
    expect(WORLDWIDE_TERRITORIES.map(territoryNumber).map(territoryCode)).toEqual(WORLDWIDE_TERRITORIES);
  });

  it('withdrawn and invented codes are unknown', () => {
    for (const code of ['AN', 'CS', 'UK', 'ru', 'Worldwide']) expect(() => territoryNumber(code)).toThrow(RangeError);
  });

  it('the world less some is the list without them', () => {
    const codes = expandTerritories({ worldwideExcept: ['US', 'CA'] });
    expect(codes).toHaveLength(248);
    expect(codes).not.toContain('US');
    expect(expandTerritories({ worldwideExcept: [] })).toHaveLength(250);
  });

  it('a list expands sorted, each once', () => {
    expect(expandTerritories({ include: ['RU', 'BY', 'RU'] })).toEqual(['BY', 'RU']);
    expect(territoryNumbers({ include: ['RU', 'BY'] })).toEqual([territoryNumber('BY'), territoryNumber('RU')]);
  });
});
