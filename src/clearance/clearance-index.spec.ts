import type { LicensedGrant } from '../agreements';
import { modelNumber, periodOf, territoryNumber, useNumber } from '../kernel';
import { type AskedUse, ClearanceIndex } from './clearance-index';

const service = '33333333-3333-4333-8333-333333333333';

function grant(changes: Partial<LicensedGrant> = {}): LicensedGrant {
  return {
    agreementId: 'first',
    clause: 'streaming',
    services: new Set([service]),
    isrcs: new Set(['ZZA012600001']),
    uses: new Set([useNumber('OnDemandStream')]),
    models: new Set([modelNumber('AdvertisementSupportedModel')]),
    territories: new Set([territoryNumber('RU')]),
    inForce: periodOf('2026-01-01', '2028-01-01'),
    state: 'in-force',
    timeZone: 'Europe/Moscow',
    pauses: [],
    rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
    ...changes,
  };
}

const asked = (changes: Partial<AskedUse> = {}): AskedUse => ({
  isrc: 'ZZA012600001',
  serviceId: service,
  territory: 'RU',
  useType: 'OnDemandStream',
  commercialModel: 'AdvertisementSupportedModel',
  instant: new Date('2026-06-01T00:00:00Z'),
  ...changes,
});

const indexOf = (grants: LicensedGrant[], inCatalogues: string[] = []): ClearanceIndex =>
  new ClearanceIndex(grants, new Set(inCatalogues));

describe('the clearance index', () => {
  it('takes the day of the agreement’s own time zone', () => {
    const index = indexOf([grant()]);
    // New Year in Moscow comes three hours before UTC's.
    expect(index.answer(asked({ instant: new Date('2025-12-31T20:59:59Z') }))).toEqual({
      licensed: false,
      reason: 'not-yet',
    });
    expect(index.answer(asked({ instant: new Date('2025-12-31T21:00:00Z') })).licensed).toBe(true);
    expect(index.answer(asked({ instant: new Date('2027-12-31T21:00:00Z') }))).toEqual({
      licensed: false,
      reason: 'expired',
    });
  });

  it('finds the agreement that permits it among agreements of different zones', () => {
    const far = grant({
      agreementId: 'second',
      timeZone: 'Pacific/Auckland',
      territories: new Set([territoryNumber('NZ')]),
    });
    const index = indexOf([grant(), far]);
    expect(index.answer(asked({ territory: 'NZ' }))).toMatchObject({ licensed: true, agreementId: 'second' });
    expect(index.answer(asked({ territory: 'RU' }))).toMatchObject({ licensed: true, agreementId: 'first' });
  });

  it('gives the reason of the agreement that came closest, in whichever zone it is', () => {
    const wrongUse = grant({ agreementId: 'second', timeZone: 'UTC', uses: new Set([useNumber('PermanentDownload')]) });
    for (const grants of [
      [grant(), wrongUse],
      [wrongUse, grant()],
    ]) {
      expect(indexOf(grants).answer(asked({ territory: 'US' }))).toEqual({
        licensed: false,
        reason: 'territory-not-granted',
      });
    }
  });

  it('says until when, and what the licence covers', () => {
    expect(indexOf([grant()]).answer(asked())).toEqual({
      licensed: true,
      agreementId: 'first',
      clause: 'streaming',
      until: '2028-01-01',
      rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
    });
  });

  it('tells a recording that a licensor has, but did not license, from one that nobody here has', () => {
    const index = indexOf([grant()], ['ZZA012600002']);
    expect(index.answer(asked({ isrc: 'ZZA012600002' }))).toEqual({ licensed: false, reason: 'no-agreement' });
    expect(index.answer(asked({ isrc: 'ZZA012600003' }))).toEqual({ licensed: false, reason: 'unknown-recording' });
  });

  it('means no recording by a text that is no ISRC', () => {
    expect(indexOf([grant()]).answer(asked({ isrc: undefined }))).toEqual({
      licensed: false,
      reason: 'unknown-recording',
    });
  });
});
