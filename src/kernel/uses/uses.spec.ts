import {
  COMMERCIAL_MODELS,
  coveredUses,
  isUseType,
  USE_TYPES,
  useAndModelOf,
  useCovers,
  useModelCode,
  useNumber,
} from '.';

describe('use types', () => {
  it('a documented parent covers its children, never the other way', () => {
    expect(useCovers('Stream', 'OnDemandStream')).toBe(true);
    expect(useCovers('OnDemandStream', 'Stream')).toBe(false);
    expect(useCovers('Download', 'PermanentDownload')).toBe(true);
    expect(coveredUses('Download')).toEqual([
      'Download',
      'ConditionalDownload',
      'PermanentDownload',
      'TetheredDownload',
      'KioskDownload',
    ]);
  });

  it('streaming does not cover what users upload, and parents known by name only cover nothing', () => {
    expect(useCovers('Stream', 'UserMakeAvailableUserProvided')).toBe(false);
    expect(useCovers('Dub', 'DubForTV')).toBe(false);
    expect(useCovers('Perform', 'PerformInPublic')).toBe(false);
  });

  it('numbers are those that databases already hold', () => {
    expect(useNumber('OnDemandStream')).toBe(22);
    expect(useNumber('Webcast')).toBe(58);
    expect(useNumber('accordo:AiTraining')).toBe(59);
    expect(useModelCode('OnDemandStream', 'AdvertisementSupportedModel')).toBe(22 * 16 + 1);
    expect(() => useNumber('Yodel')).toThrow(RangeError);
    expect(isUseType('constructor')).toBe(false);
  });

  it('a number leads back to its use and model', () => {
    for (const use of USE_TYPES) {
      for (const model of COMMERCIAL_MODELS) expect(useAndModelOf(useModelCode(use, model))).toEqual({ use, model });
    }
    for (const code of [0, 1, 16, 31, 60 * 16 + 1, -1]) expect(() => useAndModelOf(code)).toThrow(RangeError);
  });

  it('each use under each model has a number of its own', () => {
    const codes = USE_TYPES.flatMap((use) => COMMERCIAL_MODELS.map((model) => useModelCode(use, model)));
    expect(new Set(codes).size).toBe(USE_TYPES.length * COMMERCIAL_MODELS.length);
  });
});
