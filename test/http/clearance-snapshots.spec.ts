import type { PublishedKeys } from '../../client/keys';
import { Snapshot } from '../../client/snapshot';
import { startTestApp, type TestApp } from '../support/app';
import { type Market, openMarket, outcome } from '../support/market';

interface SnapshotAnswer {
  readonly serviceId: string;
  readonly number: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly recordings: number;
}

let app: TestApp;
let market: Market;
let key: string;
let keys: PublishedKeys;

beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app, 3);
  await market.concluded({ isrcs: market.isrcs.slice(0, 1) });
  ({ key } = await market.platform.as.post<{ key: string }>('/v1/api-keys', { name: 'player', roles: ['usage'] }));
  keys = (await (await fetch(`${app.url}/.well-known/jwks.json`)).json()) as PublishedKeys;
});
afterAll(() => app?.close());

const address = (rest = ''): string => `/v1/clearance/snapshots/${market.serviceIds[0]}${rest}`;
const make = (): Promise<SnapshotAnswer> => market.platform.as.post<SnapshotAnswer>(address(), {});

async function download(query = ''): Promise<Buffer> {
  const response = await fetch(`${app.url}${address('/file')}${query}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
  return Buffer.from(await response.arrayBuffer());
}

const says = (snapshot: Snapshot, isrc: string, at = '2026-06-01T00:00:00Z'): string => {
  const answer = snapshot.answer({
    isrc,
    territory: 'RU',
    useType: 'OnDemandStream',
    commercialModel: 'AdvertisementSupportedModel',
    at: new Date(at),
  });
  return answer.licensed ? `${answer.clause} until ${answer.until}` : answer.reason;
};

describe('a snapshot', () => {
  it('is made once, opens with the published keys, and grows by deltas', async () => {
    const first = await make();
    expect(first).toMatchObject({ serviceId: market.serviceIds[0], number: 1, recordings: 1 });
    expect(await make()).toEqual(first);
    const file = await download();
    expect(file.length).toBe(first.bytes);
    const snapshot = Snapshot.open(file, keys);
    const [one = '', two = '', three = ''] = market.isrcs;
    expect([one, two].map((isrc) => says(snapshot, isrc))).toEqual(['streaming until 2028-01-01', 'unknown-recording']);
    expect(says(snapshot, one, '2025-12-31T20:59:59Z')).toBe('not-yet');

    await market.concluded({ isrcs: [two] });
    await market.concluded({ isrcs: [three], until: '2027-01-01' });
    expect(await make()).toMatchObject({ number: 2, recordings: 3 });
    snapshot.apply(await download('?since=1'), keys);
    const fresh = Snapshot.open(await download(), keys);
    for (const newer of [snapshot, fresh]) {
      expect(newer.number).toBe(2);
      expect(market.isrcs.map((isrc) => says(newer, isrc))).toEqual([
        'streaming until 2028-01-01',
        'streaming until 2028-01-01',
        'streaming until 2027-01-01',
      ]);
    }
    expect(Snapshot.open(await download('?number=1'), keys).number).toBe(1);
    const { rows } = await market.platform.as.get<{ rows: SnapshotAnswer[] }>(address());
    expect(rows.map(({ number }) => number)).toEqual([2, 1]);
  });

  it('is not there before it is made, nor for others', async () => {
    const { platform } = market;
    for (const query of ['?number=9', '?since=2', '?since=9']) {
      expect(await outcome(platform.as, 'GET', address(`/file${query}`))).toBe('404 not-found');
    }
    const stranger = await app.given.platform();
    expect(await outcome(stranger.as, 'POST', address(), {})).toBe('404 not-found');
    expect(await outcome(stranger.as, 'GET', address())).toBe('404 not-found');
    expect(await outcome(stranger.as, 'GET', address('/file'))).toBe('404 not-found');
    expect(await outcome(market.label.as, 'POST', address(), {})).toBe('403 forbidden');
  });

  it('of a service that nothing is licensed to says no', async () => {
    const { id } = await market.platform.as.post<{ id: string }>('/v1/services', { name: 'Third' });
    const path = `/v1/clearance/snapshots/${id}`;
    await market.platform.as.post(path, {});
    const response = await fetch(`${app.url}${path}/file`, { headers: { authorization: `Bearer ${key}` } });
    const snapshot = Snapshot.open(Buffer.from(await response.arrayBuffer()), keys);
    expect(says(snapshot, market.isrcs[0]!)).toBe('no-agreement');
  });
});
