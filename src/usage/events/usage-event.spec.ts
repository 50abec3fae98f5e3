import fc from 'fast-check';
import { differencesBetween, readUsageEvent, type UsageEvent } from './usage-event';

const sound = {
  specversion: '1.0',
  type: 'accordo.usage.v1',
  source: '/players/1',
  id: '1',
  time: '2026-01-10T12:00:00Z',
  data: {
    serviceId: '8D5D40E0-3CD5-4F67-8A5E-111111111111',
    isrc: 'ZZA012600001',
    territory: 'RU',
    useType: 'OnDemandStream',
    commercialModel: 'AdvertisementSupportedModel',
  },
};
const read = (json: unknown): UsageEvent => {
  const reading = readUsageEvent(json);
  if (!('event' in reading)) throw new Error(JSON.stringify(reading.faults));
  return reading.event;
};

describe('reading a usage event', () => {
  it('takes any JSON, and ends with an event or with faults', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const reading = readUsageEvent(json);
        expect('event' in reading || reading.faults.length > 0).toBe(true);
      }),
    );
  });

  it('names the member that was spoilt, whichever it is and whatever it became', () => {
    const places = [
      ...['specversion', 'type', 'source', 'id', 'time'],
      ...Object.keys(sound.data).map((name) => `data/${name}`),
    ];
    const wrong = fc.oneof(fc.constantFrom(null, true, 0, '', [], {}, '\u0000'), fc.double(), fc.object());
    fc.assert(
      fc.property(fc.constantFrom(...places), wrong, (place, value) => {
        const [outer, inner] = place.split('/') as [string, string?];
        const json =
          inner === undefined ? { ...sound, [outer]: value } : { ...sound, data: { ...sound.data, [inner]: value } };
        const reading = readUsageEvent(json);
        expect('faults' in reading && reading.faults.map(({ pointer }) => pointer)).toEqual([`/${place}`]);
      }),
    );
  });

  it('gives the same for every way to write the same', () => {
    const other = {
      ...sound,
      time: '2026-01-10t15:00:00.0004+03:00',
      data: { ...sound.data, isrc: 'zz-a01-26-00001', serviceId: sound.data.serviceId.toLowerCase(), quantity: 1 },
    };
    expect(differencesBetween(read(sound), read(other))).toEqual([]);
    expect(differencesBetween(read(sound), read({ ...sound, time: '2026-01-10T12:00:00.001Z' }))).toHaveLength(1);
  });

  it.each([
    ['2026-02-29T00:00:00Z', false],
    ['2028-02-29T00:00:00Z', true],
    ['2026-04-31T00:00:00Z', false],
    ['2026-12-31T23:59:59.999999999-11:00', true],
    ['2026-12-31T23:59:60Z', false],
    ['1969-12-31T23:59:59Z', false],
    ['2026-01-10 12:00:00Z', false],
  ])('knows that %s is an instant: %s', (time, isOne) => {
    expect('event' in readUsageEvent({ ...sound, time })).toBe(isOne);
  });
});
