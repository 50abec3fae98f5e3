import { ReadReport } from '../../src/usage/read-report';
import { startTestApp, type TestApp } from '../support/app';
import { type CatalogueCells, catalogueCsv } from '../support/catalogue';
import { type Market, openMarket, outcome } from '../support/market';
import { reportUsage } from '../support/reported-usage';

interface Suggestion {
  readonly isrc: string;
  readonly why: string;
  readonly versionKind: string | null;
}
interface Row {
  readonly isrc: string;
  readonly reportedTitle: string | null;
  readonly reportedArtist: string | null;
  readonly reportedDuration: number | null;
  readonly suggestions: readonly Suggestion[];
}

/** No worker runs. */
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-03-05T09:00:00Z' });
});
afterAll(() => app?.close());

const suspense = async (market: Market, who: 'label' | 'platform'): Promise<readonly Row[]> =>
  (await market[who].as.get<{ rows: readonly Row[] }>('/v1/usage-suspense')).rows;

const importRows = (market: Market, rows: readonly CatalogueCells[]): Promise<unknown> =>
  market.label.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(rows));

describe('use of a version that nobody licensed', () => {
  it('is suggested to the label as its licensed parent, through those between; it is paid once both say so', async () => {
    const market = await openMarket(app, 3);
    const [album] = market.isrcs as [string];
    const [remaster, spedUp, remix] = ['ZZX990000101', 'ZZX990000202', 'ZZX990000303'];
    await importRows(market, [
      { isrc: remaster, title: 'Other', artists: 'Anybody', parent_isrc: album, parent_kind: 'remaster' },
      { isrc: spedUp, title: 'Fast', artists: 'Anybody', parent_isrc: remaster, parent_kind: 'sped-up' },
      // Of a recording that nobody licensed.
      { isrc: remix, title: 'Mixed', artists: 'Anybody', parent_isrc: 'ZZX990000404', parent_kind: 'remix' },
    ]);
    const agreement = await market.concluded({ isrcs: [album], floor: '0.01' });
    const id = await reportUsage(app, market, { plays: { [remaster]: 4, [spedUp]: 5, [remix]: 6 } });
    const told = async (who: 'label' | 'platform'): Promise<unknown[]> =>
      (await suspense(market, who)).map(({ isrc, suggestions }) => [
        isrc,
        ...suggestions.map((each) => `${each.isrc} ${each.why} ${each.versionKind}`),
      ]);
    expect(await told('label')).toEqual([
      [remaster, `${album} parent-version remaster`],
      [spedUp, `${album} parent-version sped-up`],
      [remix],
    ]);
    // What else the catalogue holds is not the platform's business.
    expect(await told('platform')).toEqual([[remaster], [spedUp], [remix]]);
    expect(await market.label.as.all(`/v1/usage-reports/${id}/sums`)).toEqual([]);
    const resolution = { reportedIsrc: spedUp, isrc: album, reason: 'Sped up by users.' };
    const body = { counterpartyId: market.platform.organizationId, resolutions: [resolution] };
    expect(await outcome(market.label.as, 'POST', '/v1/usage-suspense/resolutions', body)).toBe('201');
    expect(agreement.state).toBe('active');
  });
});

describe('a table that tells what it calls recordings', () => {
  const songs: readonly CatalogueCells[] = [
    { isrc: 'ZZT012600001', title: 'Northern Ice', artists: 'Ana', duration: '3:35' },
    { isrc: 'ZZT012600002', title: 'Summer of the Long Rain', artists: 'Ana', duration: '4:00' },
    { isrc: 'ZZT012600003', title: 'Untold', artists: 'Ana' },
  ];
  const columns = { isrc: 'isrc', quantity: 'plays', title: 'song', artist: 'by', duration: 'long' };
  const constants = { territory: 'RU', use: 'OnDemandStream', model: 'AdvertisementSupportedModel' };

  async function reported(
    form: string,
    file: (rows: readonly string[][]) => string,
    own: object = columns,
  ): Promise<Row[]> {
    const market = await openMarket(app, 3);
    await importRows(market, songs);
    await market.concluded({ floor: '0.01' });
    const { id: mappingId } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', {
      name: 'Named',
      mapping: { delimiter: form, columns: own, constants },
    });
    const query = new URLSearchParams({
      ...{
        mappingId,
        labelId: market.label.organizationId,
        serviceId: market.serviceIds[0]!,
        month: '2026-01',
        messageId: 'M',
      },
    });
    const rows = [
      ['QMAAA2600001', '1', 'NORTHERN ICE', 'ana', '214'],
      ['QMAAA2600002', '2', 'Northern Ice', 'Ana', 'PT6M'],
      ['QMAAA2600003', '3', 'Northern Ice (Radio Edit)', 'Ana', '3:35'],
      ['QMAAA2600004', '4', 'Summer, Long Rain Of', 'Ana', '240.0'],
      ['QMAAA2600005', '5', 'Summer of the Rain', 'Ana', '4:01'],
      ['QMAAA2600006', '6', 'Northern Ice (Radio Edit)', 'Ana', '3:50'],
      ['QMAAA2600007', '7', 'Untold', 'Ana', ''],
      ['QMAAA2600008', '8', '', 'Ana', '3:35'],
    ];
    const type = form === 'json-lines' ? 'application/x-ndjson' : 'text/csv';
    const { id } = await market.platform.as.upload<{ id: string }>(`/v1/usage-reports?${query}`, type, file(rows));
    await app.app.get(ReadReport).execute({ reportId: id });
    expect(await market.label.as.get(`/v1/usage-reports/${id}`)).toMatchObject({
      state: 'accepted',
      linesRejected: '8',
    });
    return [...(await suspense(market, 'platform'))];
  }

  const told = ({ suggestions: [first] }: Row): string => (first === undefined ? '' : `${first.isrc} ${first.why}`);
  const [ice, rain, untold] = songs.map(({ isrc }) => isrc!) as [string, string, string];
  const expected = [
    `${ice} same-title-artist-and-duration`,
    `${ice} same-title-and-artist`,
    `${ice} similar-title-same-duration`,
    '',
    `${rain} similar-title-same-duration`,
    '',
    `${untold} same-title-and-artist`,
    '',
  ];

  it('has its names and durations compared with the catalogue', async () => {
    const csv = (rows: readonly string[][]): string =>
      ['isrc,plays,song,by,long', ...rows.map((row) => row.map((cell) => `"${cell}"`).join())].join('\n');
    const rows = await reported(',', csv);
    expect(rows.map(told)).toEqual(expected);
    expect(rows[0]).toMatchObject({ reportedTitle: 'NORTHERN ICE', reportedArtist: 'ana', reportedDuration: 214 });
    expect(rows[7]).toMatchObject({ reportedTitle: null, reportedDuration: null });
  });

  it('may be lines of objects, which no name makes faulty', async () => {
    const json = (rows: readonly string[][]): string =>
      rows
        .map(([isrc, plays, song, by, long]) =>
          JSON.stringify({ isrc, plays: Number(plays), about: { song, by: song === '' ? { a: 1 } : by, long } }),
        )
        .join('\n');
    const own = { isrc: 'isrc', quantity: 'plays', title: '/about/song', artist: '/about/by', duration: '/about/long' };
    expect((await reported('json-lines', json, own)).map(told)).toEqual(expected);
  });

  it('is recognised by the names of its columns, a title only beside its artist', async () => {
    const market = await openMarket(app, 1);
    const proposed = async (header: string): Promise<unknown> => {
      const path = '/v1/usage-mapping-proposals?month=2026-01';
      const table = `${header}\nZZT012600001,5,Ice,Ana,3:35\n`;
      const { mapping } = await market.platform.as.upload<{ mapping: { columns: object } }>(path, 'text/csv', table);
      return mapping.columns;
    };
    expect(await proposed('ISRC,Streams,Track Title,Artist Name,Length')).toEqual({
      ...{ isrc: 'ISRC', quantity: 'Streams', title: 'Track Title', artist: 'Artist Name', duration: 'Length' },
    });
    expect(await proposed('ISRC,Streams,Track Title,Somebody,Length')).toEqual({ isrc: 'ISRC', quantity: 'Streams' });
  });

  it('names a title with its artist, or neither', async () => {
    const market = await openMarket(app, 1);
    const body = {
      name: 'Half',
      mapping: { delimiter: ',', columns: { isrc: 'isrc', quantity: 'plays', title: 'song' }, constants },
    };
    expect(await outcome(market.platform.as, 'POST', '/v1/usage-mappings', body)).toBe('400 request-invalid');
  });
});
