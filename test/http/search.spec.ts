import { startTestApp, type TestApp } from '../support/app';
import type { Party } from '../support/given';
import { type Market, openMarket, refused } from '../support/market';
import { templateOf } from '../support/terms';

interface Found {
  readonly rows: readonly { readonly isrc: string; readonly title: string; readonly labelId: string }[];
  readonly next: string | null;
}
interface Facets {
  readonly total: string;
  readonly artists: readonly { value: string; count: number }[];
  readonly genres: readonly { value: string; count: number }[];
  readonly years: readonly { value: string; count: number }[];
}

const header = 'isrc,title,version,artists,duration,release,upc,p_line,genre,label';
const rows = [
  'ZZT012600101,Группа крови,,Кино,4:46,,,1988 Мелодия,Rock,Мелодия',
  'ZZT012600102,Yesterday,Live,The Beatles|Billy,2:05,,,1965 Northport,Pop,Northport',
  'ZZT012600103,Élan vital,,Beyoncé,3:00,,,2016 Northport,Hip-Hop,Northport',
  'ZZT012600104,"=SUM(1,2)",,Beyoncé,3:01,,,2016 Northport,Hip-Hop,Northport',
];
const worldwide = { worldwideExcept: [] };

let app: TestApp;
let market: Market;
let stranger: Party;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  market = await openMarket(app);
  stranger = await app.given.label();
  await market.label.as.upload('/v1/catalogue/imports', 'text/csv', [header, ...rows].join('\n'));
});
afterAll(() => app.close());

const path = (asked: Record<string, string>, rest = ''): string =>
  `/v1/recordings/search${rest}?${new URLSearchParams(asked)}`;
const find = async (asked: Record<string, string>, by = market.label): Promise<string[]> =>
  (await by.as.all<{ isrc: string }>(path(asked))).map(({ isrc }) => isrc.slice(-3));

describe('a label', () => {
  it.each([
    ['gruppa krovi', ['101']],
    ['КИНО группа', ['101']],
    ['grupa krovy', ['101']],
    ['Битлз', []],
    ['beetles yesteday', ['102']],
    ['elan beyonce', ['103']],
    ['Бейонсе', ['103', '104']],
    ['yesterday kino', []],
    ['live', ['102']],
    ["o'neill & (sons) | 'x", []],
  ])('finds by “%s”: %j', async (q, isrcs) => {
    expect(await find({ q })).toEqual(isrcs);
  });

  it.each([
    [{ artist: 'BEATLES' }, []],
    [{ artist: 'the beatles' }, ['102']],
    [{ genre: 'hip hop' }, ['103', '104']],
    [{ label: 'Melodiya' }, ['101']],
    [{ year: '2016', longest: '180' }, ['103']],
    [{ q: 'northport', shortest: '181' }, ['104']],
  ])('filters by %j', async (asked, isrcs) => {
    expect(await find(asked as unknown as Record<string, string>)).toEqual(isrcs);
  });

  it('goes on where a page ended, whatever came in before it', async () => {
    const first = await market.label.as.get<Found>(path({ genre: 'Hip-Hop', limit: '1' }));
    expect(first.rows.map(({ isrc, labelId }) => [isrc, labelId])).toEqual([
      ['ZZT012600103', market.label.organizationId],
    ]);
    const more = `${header}\nZZT012600100,Early,,Somebody,3:00,,,,Hip-Hop,`;
    await market.label.as.upload('/v1/catalogue/imports', 'text/csv', more);
    const second = await market.label.as.get<Found>(path({ genre: 'Hip-Hop', limit: '1', cursor: first.next! }));
    expect(second).toMatchObject({ rows: [{ isrc: 'ZZT012600104' }], next: null });
  });

  it('finds what an import changed by its new words only', async () => {
    await market.label.as.upload(
      '/v1/catalogue/imports',
      'text/csv',
      `${header}\nZZT012600100,Zwiebelkuchen,,Somebody,3:00,,,,,`,
    );
    await market.label.as.upload(
      '/v1/catalogue/imports',
      'text/csv',
      `${header}\nZZT012600100,Kürbissuppe,,Somebody,3:00,,,,Soul,`,
    );
    expect(await find({ q: 'zwiebelkuchen' })).toEqual([]);
    expect(await find({ q: 'kurbisuppe' })).toEqual(['100']);
    expect(await find({ genre: 'Soul' })).toEqual(['100']);
  });

  it('gets all that is found as CSV, which no spreadsheet runs', async () => {
    const { text } = await market.label.as.request('GET', path({ q: 'beyonce', format: 'csv' }));
    expect(text.split('\r\n')).toEqual([
      'isrc,title,version,artists,duration_seconds,p_line,genre,label,label_id',
      `ZZT012600103,Élan vital,,Beyoncé,180,2016 Northport,Hip-Hop,Northport,${market.label.organizationId}`,
      `ZZT012600104,"'=SUM(1,2)",,Beyoncé,181,2016 Northport,Hip-Hop,Northport,${market.label.organizationId}`,
      '',
    ]);
  });

  it('finds nothing of another one, however it is spelled', async () => {
    for (const q of ['gruppa', 'grupa', 'beatles']) expect(await find({ q }, stranger)).toEqual([]);
    expect(await find({}, stranger)).toEqual([]);
    expect(await stranger.as.get(path({}, '/facets'))).toMatchObject({ total: '0', artists: [] });
  });

  it('is told of codes that nobody knows, and of cursors that are none', async () => {
    const { status, code, faults } = await refused(market.label.as, 'GET', path({ territory: 'XX', use: 'sing' }));
    expect([status, code, faults.map((fault) => `${fault.pointer} ${fault.code}`)]).toEqual([
      400,
      'request-invalid',
      ['/territory territory-unknown', '/use use-unknown'],
    ]);
    expect((await refused(market.label.as, 'GET', path({ cursor: 'x' }))).faults[0]?.code).toBe('field-cursor');
  });
});

describe('facets', () => {
  it('count what is found', async () => {
    expect(await market.label.as.get<Facets>(path({ label: 'northport' }, '/facets'))).toEqual({
      total: '3',
      artists: [
        { value: 'Beyoncé', count: 2 },
        { value: 'Billy', count: 1 },
        { value: 'The Beatles', count: 1 },
      ],
      genres: [
        { value: 'Hip-Hop', count: 2 },
        { value: 'Pop', count: 1 },
      ],
      labels: [{ value: 'Northport', count: 3 }],
      years: [
        { value: '2016', count: 2 },
        { value: '1965', count: 1 },
      ],
    });
  });

  it('are exact up to 10,000 recordings', async () => {
    const superuser = await app.superuser();
    const add = (from: number, to: number): Promise<unknown> =>
      superuser.query(
        `INSERT INTO recordings (owner_id, isrc, title, artists, updated_at)
         SELECT $1, 'ZZF01' || lpad(n::text, 7, '0'), 'Wave', '{Sea}', now() FROM generate_series($2::int, $3::int) AS n`,
        [stranger.organizationId, from, to],
      );
    try {
      await add(1, 10_000);
      expect(await stranger.as.get(path({ q: 'wave' }, '/facets'))).toMatchObject({
        total: '10000',
        artists: [{ value: 'Sea', count: 10_000 }],
      });
      await add(10_001, 10_001);
      expect(await stranger.as.get(path({ q: 'wave' }, '/facets'))).toMatchObject({ total: '10,000+' });
    } finally {
      await superuser.end();
    }
  });
});

describe('a platform', () => {
  it('finds what is offered to it while it is, and nothing else', async () => {
    const { label, platform } = market;
    expect(await find({ q: 'gruppa' }, platform)).toEqual([]);
    const isrcs = ['ZZT012600101', 'ZZT012600102'];
    await label.as.post('/v1/rights-statements', { isrcs, share: '1', territories: worldwide, from: '2020-01-01' });
    const { id: packageId } = await label.as.post<{ id: string }>('/v1/packages', { name: 'Spring', isrcs });
    const template = templateOf(market.terms({ territories: { include: ['KZ'] } }));
    const listing = await label.as.post<{ id: string }>('/v1/listings', {
      packageId,
      template,
      visibility: 'one',
      platformIds: [platform.organizationId],
    });
    expect(await find({ q: 'grupa' }, platform)).toEqual(['101']);
    expect(await find({}, platform)).toEqual(['101', '102']);
    expect(await find({ q: 'elan' }, platform)).toEqual([]);
    expect(await find({}, await app.given.platform())).toEqual([]);
    for (const by of [label, platform]) {
      expect(await find({ territory: 'KZ', use: 'PermanentDownload' }, by)).toEqual(['101', '102']);
      expect(await find({ territory: 'US' }, by)).toEqual([]);
      expect(await find({ q: 'gruppa', use: 'UseAsRingtone' }, by)).toEqual([]);
    }
    expect(await platform.as.get(path({}, '/facets'))).toMatchObject({ total: '2' });
    await label.as.post(`/v1/listings/${listing.id}/closing`, {});
    expect(await find({}, platform)).toEqual([]);
    expect(await find({ territory: 'KZ' }, label)).toEqual([]);
  });
});
