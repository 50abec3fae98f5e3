import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Client } from 'pg';
import { ZipFile } from 'yazl';
import type { ApiClient } from '../../src/sample/api-client';
import { sampleIcpn, sampleReleaseMessage } from '../../src/sample/release-message';
import { labelProfile } from '../../src/sample/names';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv, plainRows, testIsrc } from '../support/catalogue';
import type { Party } from '../support/given';
import { sharedFile } from '../support/shared-files';
import { tarOf } from '../support/tar';

const imports = '/v1/catalogue-imports';

interface Counts {
  readonly rows: { readonly read: number; readonly accepted: number; readonly rejected: number };
  readonly recordings: { readonly created: number; readonly changed: number; readonly unchanged: number };
  readonly releases: Record<'created' | 'changed' | 'withdrawn' | 'outdated', number>;
  readonly messages: Record<'applied' | 'repeated' | 'outdated' | 'test' | 'refused', number>;
  readonly faults: { readonly errors: number; readonly warnings: number };
}
interface Done {
  readonly id: string;
  readonly state: string;
  readonly counts: Counts | null;
  readonly problem: { readonly code: string; readonly faults?: readonly { readonly code: string }[] } | null;
}
interface Fault {
  readonly file: string;
  readonly row: number | null;
  readonly column: string;
  readonly path: string;
  readonly code: string;
  readonly severity: string;
}
interface ReleaseRow {
  readonly id: string;
  readonly gtin: string;
  readonly title: string;
  readonly withdrawnAt: string | null;
  readonly version: number;
  readonly isrcs: readonly string[];
}

let app: TestApp;
let superuser: Client;
let distributor: Party;
beforeAll(async () => {
  app = await startTestApp({ worker: true });
  superuser = await app.superuser();
  distributor = await app.given.label('Distributor');
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const types = {
  csv: 'text/csv',
  lines: 'application/x-ndjson',
  ern: 'application/xml',
  zip: 'application/zip',
  gzip: 'application/gzip',
};

async function over(client: ApiClient, id: string): Promise<Done> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const found = await client.get<Done>(`${imports}/${id}`);
    if (found.state === 'done' || found.state === 'failed') return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the import does not end');
}

async function bring(client: ApiClient, type: string, content: string | Uint8Array, query = ''): Promise<Done> {
  const { id } = await client.upload<{ id: string }>(`${imports}${query}`, type, content);
  return over(client, id);
}

const faultsOf = (client: ApiClient, { id }: Done): Promise<Fault[]> => client.all<Fault>(`${imports}/${id}/faults`);
const codesOf = async (client: ApiClient, done: Done, severity = 'error'): Promise<string[]> =>
  (await faultsOf(client, done)).filter((fault) => fault.severity === severity).map(({ code }) => code);

const reportOf = async (client: ApiClient, { id }: Done): Promise<string[]> =>
  (await client.download(`${imports}/${id}/report`))!.toString('utf8').trimEnd().split('\r\n');

/** A sample message as somebody else's, of another time, and so on. */
function message(
  number: number,
  changes: { sender?: string; id?: string; at?: string; is?: (xml: string) => string } = {},
): string {
  const {
    sender = distributor.partyId,
    id = randomUUID(),
    at = '2026-01-01T09:00:00Z',
    is = (xml: string) => xml,
  } = changes;
  return is(
    sampleReleaseMessage(number)
      .replaceAll(labelProfile.partyId, sender)
      .replace(/<MessageId>[^<]*</, `<MessageId>${id}<`)
      .replace(/<MessageCreatedDateTime>[^<]*</, `<MessageCreatedDateTime>${at}<`),
  );
}

const withoutDeals = (xml: string): string => xml.replace(/<DealTerms>/g, '<DealTerms><TakeDown>true</TakeDown>');
const asTest = (xml: string): string => xml.replace('LiveMessage', 'TestMessage');

function purge(number: number, sender: string, at = '2026-01-03T00:00:00Z'): string {
  return `<ern:PurgeReleaseMessage xmlns:ern="http://ddex.net/xml/ern/43"><MessageHeader><MessageId>${randomUUID()}</MessageId>
<MessageSender><PartyId>${sender}</PartyId></MessageSender><MessageRecipient><PartyId>${distributor.partyId}</PartyId></MessageRecipient>
<MessageCreatedDateTime>${at}</MessageCreatedDateTime></MessageHeader>
<PurgedRelease><ReleaseId><ICPN>${sampleIcpn(number)}</ICPN></ReleaseId></PurgedRelease></ern:PurgeReleaseMessage>`;
}

async function releaseOf(client: ApiClient, number: number): Promise<ReleaseRow | undefined> {
  const { rows } = await client.get<{ rows: ReleaseRow[] }>(`/v1/releases?upc=${sampleIcpn(number)}`);
  return rows[0] && client.get<ReleaseRow>(`/v1/releases/${rows[0].id}`);
}

describe('a catalogue file', () => {
  test('is reported on by a dry run, which changes nothing, and then comes in just so', async () => {
    const { as } = await app.given.label();
    const rows = [
      { ...plainRows(1, 1)[0], release: 'Ice', upc: '2000000000015' },
      { ...plainRows(1, 2)[0], title: '' },
      plainRows(1, 1)[0]!,
    ];
    const dry = await bring(as, types.csv, catalogueCsv(rows), '?dryRun=true');
    const counts = {
      rows: { read: 3, accepted: 1, rejected: 2 },
      recordings: { created: 1, changed: 0, unchanged: 0 },
      releases: { created: 1 },
      faults: { errors: 2, warnings: 0 },
    };
    expect(dry).toMatchObject({ state: 'done', dryRun: true, counts });
    expect((await faultsOf(as, dry)).map(({ row, column, code }) => [row, column, code])).toEqual([
      [3, 'title', 'title-missing'],
      [4, 'isrc', 'isrc-repeated'],
    ]);
    expect((await as.get<{ rows: object[] }>('/v1/recordings')).rows).toEqual([]);
    expect((await as.get<{ rows: object[] }>('/v1/releases')).rows).toEqual([]);

    const done = await bring(as, types.csv, catalogueCsv(rows));
    expect(done).toMatchObject({ state: 'done', dryRun: false, counts });
    expect(await reportOf(as, done)).toEqual(await reportOf(as, dry));
    expect((await reportOf(as, done)).slice(0, 2)).toEqual([
      'what,kind,name,file,row,column,path,code,value,message',
      `created,recording,${testIsrc(1)},,2,,,,,`,
    ]);
    const again = await bring(as, types.csv, catalogueCsv([rows[0]!, { ...plainRows(1, 2)[0] }]));
    expect(again.counts).toMatchObject({
      recordings: { created: 1, changed: 0, unchanged: 1 },
      releases: { created: 0, changed: 0 },
    });
    expect((await as.get<{ rows: Done[] }>(imports)).rows.map(({ id }) => id).sort()).toEqual(
      [dry.id, done.id, again.id].sort(),
    );
  });

  test('of any columns is read by a mapping that was proposed for it, as CSV and as JSON Lines', async () => {
    const { as } = await app.given.label();
    const csv = `Track Name;Performers;ISRC Code;Album;Barcode;Label Name\nIce;Ana / Bo;${testIsrc(7)};North;2000000000015;Northport\n`;
    const proposed = await as.upload<{ mapping: { columns: object }; missing: object[]; dryRun: object }>(
      '/v1/catalogue-mapping-proposals',
      types.csv,
      csv,
    );
    expect(proposed).toMatchObject({
      mapping: {
        delimiter: ';',
        artistsSeparator: ' / ',
        columns: {
          title: 'Track Name',
          artists: 'Performers',
          isrc: 'ISRC Code',
          release: 'Album',
          upc: 'Barcode',
          label: 'Label Name',
        },
      },
      missing: [],
      dryRun: { accepted: 1, rejected: 0 },
    });
    const saved = await as.post<{ id: string }>('/v1/catalogue-mappings', { name: 'Ours', mapping: proposed.mapping });
    expect(await bring(as, types.csv, csv, `?mappingId=${saved.id}`)).toMatchObject({
      counts: { recordings: { created: 1 } },
    });
    expect(await as.get(`/v1/recordings/${testIsrc(7)}`)).toMatchObject({
      artists: ['Ana', 'Bo'],
      label: 'Northport',
      releases: [{ title: 'North' }],
    });

    const line = JSON.stringify({ isrc: testIsrc(8), track: { name: 'Ice|2' }, artists: ['Ana', 'Bo|Co'] });
    const lines = `${line}\nnot json\n`;
    const columns = { isrc: 'isrc', title: '/track/name', artists: 'artists' };
    const mapped = await as.post<{ id: string }>('/v1/catalogue-mappings', {
      name: 'Lines',
      mapping: { form: 'json-lines', columns, artistsSeparator: ';' },
    });
    const done = await bring(as, types.lines, lines, `?mappingId=${mapped.id}`);
    expect(done.counts).toMatchObject({ rows: { read: 2, accepted: 1, rejected: 1 } });
    expect((await faultsOf(as, done)).map(({ row, code }) => [row, code])).toEqual([[2, 'json-malformed']]);
    expect(await as.get(`/v1/recordings/${testIsrc(8)}`)).toMatchObject({ title: 'Ice|2', artists: ['Ana', 'Bo|Co'] });

    const unfit = await as.request<{ code: string }>('POST', `${imports}?mappingId=${mapped.id}`, {
      file: { type: types.csv, content: csv },
    });
    expect([unfit.status, unfit.body.code]).toEqual([422, 'mapping-unfit']);
    const incomplete = await as.request<{ code: string; faults: { code: string }[] }>(
      'POST',
      '/v1/catalogue-mappings',
      {
        body: {
          name: 'Half',
          mapping: { form: 'csv', columns: { isrc: 'a', title: 'a', artists: 'b', release: 'c' } },
        },
      },
    );
    expect(incomplete.body.faults.map(({ code }) => code)).toEqual(['mapping-incomplete', 'column-repeated']);
  });

  test('that leaves columns out leaves what they would say', async () => {
    const { as } = await app.given.label();
    await bring(as, types.csv, catalogueCsv([{ ...plainRows(1, 9)[0], genre: 'Pop', duration: '3:35' }]));
    const line = `${JSON.stringify({ isrc: testIsrc(9), title: 'Other', artists: ['Ana'] })}\n`;
    expect((await bring(as, types.lines, line)).counts).toMatchObject({ recordings: { changed: 1 } });
    expect(await as.get(`/v1/recordings/${testIsrc(9)}`)).toMatchObject({
      title: 'Other',
      genre: 'Pop',
      durationSeconds: 215,
    });
  });

  test('template comes in as it is, in both forms', async () => {
    const { as } = await app.given.label();
    for (const [form, type] of [
      ['csv', types.csv],
      ['json-lines', types.lines],
    ] as const) {
      const template = await as.download(`/v1/catalogue-import-template?form=${form}`);
      expect(await bring(as, type, template!)).toMatchObject({
        counts: { rows: { rejected: 0 }, faults: { errors: 0 } },
      });
    }
    expect(await as.get('/v1/recordings/ZZA012600001')).toMatchObject({
      artists: ['Ana Bel', 'Kor'],
      label: 'Northport',
      parentKind: 'live',
    });
  });

  test('with a wrong check digit is taken as the label says', async () => {
    const { as } = await app.given.label();
    const csv = catalogueCsv([{ ...plainRows(1, 10)[0], release: 'Ice', upc: '2000000000011' }]);
    expect(await as.get('/v1/catalogue/settings')).toEqual({ checkDigits: null, setBy: null, setAt: null });
    expect((await bring(as, types.csv, csv)).counts).toMatchObject({ rows: { rejected: 1 } });
    await as.put('/v1/catalogue/settings', { checkDigits: 'warning' });
    const done = await bring(as, types.csv, csv);
    expect(done.counts).toMatchObject({ rows: { accepted: 1 }, faults: { errors: 0, warnings: 1 } });
    expect(await codesOf(as, done, 'warning')).toEqual(['gtin-check-digit']);
  });

  test('that cannot be read fails with the reason, and leaves nothing', async () => {
    const { as } = await app.given.label();
    for (const [type, content, code] of [
      [types.csv, 'isrc,title\n', 'import-header-invalid'],
      // Half of a pair is in what is said of one of them, and no JSON of the database takes it.
      [types.csv, `${'\u{1f600}'.repeat(300)}"`, 'import-unreadable'],
      [types.csv, `a${'\u{1f600}'.repeat(300)}"`, 'import-unreadable'],
      [types.csv, '', 'import-unreadable'],
      [types.lines, '', 'import-unreadable'],
      [types.zip, 'no archive', 'import-unreadable'],
    ] as const) {
      const done = await bring(as, type, content);
      expect([done.state, done.problem?.code]).toEqual(['failed', code]);
    }
    const { rows } = await as.get<{ rows: Done[] }>(imports);
    const report = await as.request<{ code: string }>('GET', `${imports}/${rows[0]!.id}/report`);
    expect([report.status, report.body.code]).toEqual([409, 'import-not-over']);
  });

  test('waits for its turn, and is cancelled meanwhile', async () => {
    const { as, organizationId } = await app.given.label();
    const key = `catalogue-import ${organizationId}`;
    await superuser.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [key]);
    const sent = await as.upload<{ id: string; operationId: string }>(imports, types.csv, catalogueCsv(plainRows(1)));
    const next = await as.upload<{ id: string }>(imports, types.csv, catalogueCsv(plainRows(1, 2)));
    const others = await app.given.label();
    expect((await others.as.request('POST', `/v1/operations/${sent.operationId}/cancel`, { body: {} })).status).toBe(
      404,
    );
    expect(await as.post(`/v1/operations/${sent.operationId}/cancel`, {})).toMatchObject({
      state: 'failed',
      problem: { code: 'reading-cancelled' },
    });
    await superuser.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]);
    expect(await over(as, next.id)).toMatchObject({ state: 'done' });
    expect(await over(as, sent.id)).toMatchObject({ state: 'failed', problem: { code: 'reading-cancelled' } });
    expect((await as.get<{ rows: { isrc: string }[] }>('/v1/recordings')).rows.map(({ isrc }) => isrc)).toEqual([
      testIsrc(2),
    ]);
    const late = await as.request<{ code: string }>('POST', `/v1/operations/${sent.operationId}/cancel`, { body: {} });
    expect([late.status, late.body.code]).toEqual([409, 'operation-over']);
  });
});

describe('a release notification', () => {
  test('makes its release, recordings and deals what it says, and shows them as they came', async () => {
    const { as, partyId } = await app.given.label();
    const xml = message(17, { sender: partyId, id: 'FIRST' });
    const done = await bring(as, types.ern, xml);
    expect(done.counts).toMatchObject({
      messages: { applied: 1 },
      releases: { created: 1 },
      recordings: { created: 10 },
      faults: { errors: 0 },
    });
    const release = (await releaseOf(as, 17))!;
    expect(release).toMatchObject({ gtin: `0${sampleIcpn(17)}`, version: 1, withdrawnAt: null });
    expect(release.isrcs).toHaveLength(10);
    expect(await as.get(`/v1/recordings/${release.isrcs[0]}`)).toMatchObject({
      releases: [{ id: release.id, title: release.title }],
    });
    const versions = `/v1/releases/${release.id}/versions`;
    expect(await as.get(versions)).toMatchObject({
      rows: [{ version: 1, message: 'NewReleaseMessage', messageId: 'FIRST', schema: '4.3' }],
    });
    expect(await as.get(`${versions}/1`)).toMatchObject({
      release: { kind: 'Release', ids: { icpns: [sampleIcpn(17)] } },
    });
    const resources = await as.all<{
      content: { kind: string; isrcs: string[]; pLines: object[]; contributors: object[] };
    }>(`${versions}/1/resources`);
    expect(
      resources
        .filter(({ content }) => content.kind === 'SoundRecording')
        .flatMap(({ content }) => content.isrcs)
        .sort(),
    ).toEqual(release.isrcs);
    const deals = await as.all<{ kind: string; content: { terms: { territories: string[] } } }>(`${versions}/1/deals`);
    expect(deals.filter(({ kind }) => kind === 'deal')).toHaveLength(4);
    expect(deals[0]?.content.terms.territories).toContain('KZ');

    expect((await bring(as, types.ern, xml)).counts).toMatchObject({
      messages: { applied: 0, repeated: 1 },
      recordings: { created: 0, unchanged: 0 },
    });
    const reused = await bring(as, types.ern, xml.replace('2026-01-01T09', '2026-01-01T10'));
    expect(await codesOf(as, reused)).toEqual(['message-id-reused']);
    expect((await releaseOf(as, 17))!.version).toBe(1);
  });

  test('replaces what an older one said, and changes nothing where a newer one is known', async () => {
    const { as, partyId } = await app.given.label();
    const others = (xml: string): string => xml.replaceAll(/<DisplayTitleText>[^<]*</g, '<DisplayTitleText>Renamed<');
    await bring(as, types.ern, message(3, { sender: partyId }));
    const before = (await releaseOf(as, 3))!;
    const dry = await bring(
      as,
      types.ern,
      message(3, { sender: partyId, at: '2026-01-02T00:00:00Z', is: others }),
      '?dryRun=true',
    );
    expect(dry.counts).toMatchObject({ releases: { changed: 1 }, recordings: { changed: 10 } });
    expect(await releaseOf(as, 3)).toEqual(before);
    const test = await bring(
      as,
      types.ern,
      message(3, { sender: partyId, at: '2026-01-02T00:00:00Z', is: (xml) => asTest(others(xml)) }),
    );
    expect(test.counts).toMatchObject({ messages: { applied: 0, test: 1 }, releases: { changed: 0 } });
    expect((await reportOf(as, test)).some((line) => line.startsWith('test changed,release,'))).toBe(true);
    expect(await releaseOf(as, 3)).toEqual(before);
    await bring(as, types.ern, message(3, { sender: partyId, at: '2026-01-02T00:00:00Z', is: others }));
    expect(await releaseOf(as, 3)).toMatchObject({ title: 'Renamed', version: 2 });
    const late = await bring(as, types.ern, message(3, { sender: partyId, at: '2026-01-01T23:59:59Z' }));
    expect(late.counts).toMatchObject({ messages: { applied: 0, outdated: 1 }, releases: { outdated: 1, changed: 0 } });
    expect(await releaseOf(as, 3)).toMatchObject({ title: 'Renamed', version: 2 });
  });

  test('of an album and a single from it withdraws the album by itself', async () => {
    const { as, partyId } = await app.given.label();
    const deal = (reference: string, terms: string): string =>
      `<ReleaseDeal><DealReleaseReference>${reference}</DealReleaseReference><Deal><DealTerms>${terms}<TerritoryCode>KZ</TerritoryCode><ValidityPeriod><StartDate>2025-12-01</StartDate></ValidityPeriod><CommercialModelType>PayAsYouGoModel</CommercialModelType><UseType>PermanentDownload</UseType></DealTerms></Deal></ReleaseDeal>`;
    const both = (albumTerms: string) => (xml: string) => {
      const album = /<Release>.*?<\/Release>/s.exec(xml)![0];
      const single = album
        .replace('>R0<', '>RS<')
        .replace(sampleIcpn(23), sampleIcpn(24))
        .replace(/<CatalogNumber.*?<\/CatalogNumber>/s, '')
        .replaceAll(
          /<ResourceGroupContentItem>(?:(?!<\/ResourceGroupContentItem>).)*>A(?!1<)\d+<.*?<\/ResourceGroupContentItem>/gs,
          '',
        );
      return xml
        .replace(album, album + single)
        .replace(/<TrackRelease>.*<\/TrackRelease>/s, '')
        .replace(/<DealList>.*<\/DealList>/s, `<DealList>${deal('R0', albumTerms)}${deal('RS', '')}</DealList>`);
    };
    const first = await bring(as, types.ern, message(23, { sender: partyId, is: both('') }));
    expect([first.counts, await codesOf(as, first)]).toMatchObject([{ releases: { created: 2 } }, []]);
    const at = '2026-01-02T00:00:00Z';
    await bring(as, types.ern, message(23, { sender: partyId, at, is: both('<TakeDown>true</TakeDown>') }));
    expect(await releaseOf(as, 23)).toMatchObject({ version: 2, withdrawnAt: expect.any(String) });
    expect(await releaseOf(as, 24)).toMatchObject({ version: 2, withdrawnAt: null });
    expect((await releaseOf(as, 24))!.isrcs).toHaveLength(1);
  });

  test('withdraws its release by a purge of the first sender alone, until it is told anew', async () => {
    const { as, partyId, organizationId } = await app.given.label();
    await as.post('/v1/delegations', { distributorId: distributor.organizationId, scopes: ['catalogue'] });
    await bring(as, types.ern, message(4));
    const own = await bring(as, types.ern, purge(4, partyId));
    expect(await codesOf(as, own)).toEqual(['purge-not-by-sender']);
    expect(await codesOf(as, await bring(as, types.ern, purge(5, distributor.partyId)))).toEqual([
      'purge-release-unknown',
    ]);
    expect((await bring(as, types.ern, purge(4, distributor.partyId, '2025-12-31T00:00:00Z'))).counts).toMatchObject({
      messages: { outdated: 1 },
    });
    expect(await releaseOf(as, 4)).toMatchObject({ withdrawnAt: null });
    const done = await bring(as, types.ern, purge(4, distributor.partyId));
    expect(done.counts).toMatchObject({ releases: { withdrawn: 1 }, messages: { applied: 1 } });
    const purged = (await releaseOf(as, 4))!;
    expect(purged).toMatchObject({ version: 2, withdrawnAt: '2026-01-05T09:00:00.000Z' });
    expect(await as.get(`/v1/releases/${purged.id}/versions/2`)).toMatchObject({
      message: 'PurgeReleaseMessage',
      release: null,
    });
    expect(await as.all(`/v1/releases/${purged.id}/versions/2/resources`)).toEqual([]);
    await bring(as, types.ern, message(4, { at: '2026-01-04T00:00:00Z' }));
    expect(await releaseOf(as, 4)).toMatchObject({ version: 3, withdrawnAt: null });
    // Nothing of all that is another label's.
    const { as: stranger } = await app.given.label();
    expect((await stranger.request('GET', `/v1/releases/${purged.id}`)).status).toBe(404);
    expect(organizationId).not.toBe(distributor.organizationId);
  });

  test('keeps what one sender told of a recording where another one tells it differently, in messages and rows alike', async () => {
    const label = await app.given.label();
    await bring(label.as, types.ern, message(9, { at: '2026-01-01T09:00:00Z' }));
    const { rows } = await label.as.get<{ rows: { isrc: string; title: string }[] }>('/v1/recordings?limit=1');
    const { isrc, title } = rows[0]!;
    const renamed = (xml: string): string => xml.replaceAll(`>${title}<`, '>Renamed<');
    await bring(label.as, types.ern, message(9, { sender: label.partyId, at: '2026-01-02T09:00:00Z', is: renamed }));
    const telling = (): Promise<object[]> => label.as.all<object>('/v1/recording-tellings');
    const difference = (stays: string) => ({
      ...{ isrc, toldBy: distributor.partyId, now: label.partyId },
      differences: [
        expect.objectContaining({ field: 'title', stays: expect.objectContaining({ title: stays }) as object }),
      ],
    });
    expect(await telling()).toContainEqual(expect.objectContaining(difference('Renamed')));
    // The label's rows are the label's, as its messages are.
    const line = JSON.stringify({ isrc, title: 'Own', artists: 'Somebody' });
    await bring(label.as, types.lines, line);
    const own = (await telling()).filter((one) => (one as { isrc: string }).isrc === isrc);
    expect(own).toEqual([expect.objectContaining({ toldBy: distributor.partyId, now: label.partyId })]);
  });

  test('comes from a distributor in the name of a label that lets it, and from it alone', async () => {
    const label = await app.given.label();
    const { id } = await label.as.post<{ id: string }>('/v1/delegations', {
      distributorId: distributor.organizationId,
      scopes: ['catalogue'],
    });
    const headers = { 'accordo-on-behalf-of': label.organizationId };
    const send = async (content: string): Promise<string> =>
      (await distributor.as.request<{ id: string }>('POST', imports, { file: { type: types.ern, content }, headers }))
        .body.id;
    const own = await over(label.as, await send(message(6)));
    expect(own.counts).toMatchObject({ messages: { applied: 1 } });
    expect(await codesOf(label.as, own, 'warning')).not.toContain('message-sender-unknown');
    const behalf = (xml: string): string =>
      xml.replace(
        '</MessageSender>',
        `</MessageSender><SentOnBehalfOf><PartyId>${distributor.partyId}</PartyId></SentOnBehalfOf>`,
      );
    expect(await codesOf(label.as, await over(label.as, await send(message(7, { is: behalf }))))).toEqual([
      'message-for-another',
    ]);
    expect(await codesOf(label.as, await over(label.as, await send(message(7, { sender: label.partyId }))))).toEqual([
      'message-sender-differs',
    ]);

    // What is sent before and read after it was revoked does not count.
    const key = `catalogue-import ${label.organizationId}`;
    await superuser.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [key]);
    const waiting = await send(message(8));
    const rows = { type: types.csv, content: catalogueCsv(plainRows(1, 90)) };
    const { body: sent } = await distributor.as.request<{ id: string }>('POST', imports, { file: rows, headers });
    await label.as.delete(`/v1/delegations/${id}`);
    await superuser.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]);
    for (const one of [waiting, sent.id])
      expect(await over(label.as, one)).toMatchObject({ state: 'failed', problem: { code: 'delegation-over' } });
  });

  test.each([
    ['with an error', (xml: string) => xml.replace(/<Duration>[^<]*</, '<Duration>long<'), 'duration-malformed'],
    ['that breaks off', (xml: string) => xml.slice(0, -200), 'xml-truncated'],
    ['with a document type', (xml: string) => xml.replace('?>', '?><!DOCTYPE a>'), 'doctype-forbidden'],
    ['from the future', (xml: string) => xml.replace('2026-01-01T09', '2026-01-07T09'), 'message-from-the-future'],
    [
      'of a sender without id',
      (xml: string) => xml.replace(/(<MessageSender>.*?<PartyId>)[^<]*/s, '$1nobody'),
      'message-sender-missing',
    ],
    ['that is none', () => '<html/>', 'not-ern'],
  ])('%s changes nothing, and says where', async (_, is, code) => {
    const { as, partyId } = distributor;
    const done = await bring(as, types.ern, message(20, { sender: partyId, is }));
    expect(done).toMatchObject({
      state: 'done',
      counts: { messages: { applied: 0, refused: 1 }, releases: { created: 0 }, recordings: { created: 0 } },
    });
    expect(await codesOf(as, done)).toContain(code);
    expect((await as.get<{ rows: object[] }>('/v1/recordings')).rows).toEqual([]);
  });

  test('with a malformed identifier loses that and nothing else', async () => {
    const { as, partyId } = await app.given.label();
    const is = (xml: string): string => xml.replace(/<ISRC>[^<]*</, '<ISRC>none<');
    const done = await bring(as, types.ern, message(21, { sender: partyId, is }));
    expect(done.counts).toMatchObject({ messages: { applied: 1 }, recordings: { created: 9 } });
    expect(await codesOf(as, done, 'warning')).toEqual(expect.arrayContaining(['isrc-malformed', 'isrc-missing']));
    const { id } = (await releaseOf(as, 21))!;
    expect(
      (await as.all<{ content: { kind: string } }>(`/v1/releases/${id}/versions/1/resources`)).filter(
        ({ content }) => content.kind === 'SoundRecording',
      ),
    ).toHaveLength(10);
  });
});

describe('the change feed', () => {
  interface Change {
    readonly place: string;
    readonly kind: string;
    readonly subjectId: string;
    readonly before: Record<string, unknown> | null;
    readonly after: Record<string, unknown> | null;
  }
  interface Changes {
    readonly rows: readonly Change[];
    readonly next: string;
  }
  const changes = '/v1/catalogue/changes';
  const titles = ({ rows }: Changes): unknown[] => rows.map(({ before, after }) => [before?.title, after?.title]);

  /** Other databases of the server have transactions too, and changes wait for all of them. */
  async function read(client: ApiClient, count: number, after = ''): Promise<Changes> {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      const found = await client.get<Changes>(`${changes}?limit=1000${after && `&after=${after}`}`);
      if (found.rows.length >= count) return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('the changes do not come');
  }

  test('tells in order what was and is, whatever changed it, and again from any place', async () => {
    const { as, partyId } = await app.given.label();
    const line = (title: string, upc?: string, language?: string): string =>
      `${JSON.stringify({ isrc: testIsrc(60), title, artists: ['Ana'], release: upc && 'Ice', upc, language })}\n`;
    await bring(as, types.lines, line('One', '2000000000015'));
    await bring(as, types.lines, line('Dry'), '?dryRun=true');
    await bring(as, types.lines, line('One', '2000000000015'));
    await bring(as, types.lines, line('Two'));
    await bring(as, types.lines, line('Two', undefined, 'sw'));
    const all = await read(as, 5);
    expect(all.rows.map(({ kind, before, after }) => [kind, before?.title, after?.title])).toEqual([
      ['recording', undefined, 'One'],
      ['release', undefined, 'Ice'],
      ['tracks', undefined, undefined],
      ['recording', 'One', 'Two'],
      ['recording', 'Two', 'Two'],
    ]);
    expect(all.rows[4]).toMatchObject({ before: { language: null }, after: { language: 'sw' } });
    expect(all.rows[2]).toMatchObject({
      subjectId: all.rows[1]!.subjectId,
      before: null,
      after: { recordingIds: [all.rows[0]!.subjectId] },
    });
    expect(all.rows[0]!.after).toMatchObject({ isrc: testIsrc(60), artists: ['Ana'], durationSeconds: null });
    for (const [at, { place }] of all.rows.entries())
      expect((await as.get<Changes>(`${changes}?after=${place}`)).rows).toEqual(all.rows.slice(at + 1));
    expect(await as.get<Changes>(`${changes}?limit=2`)).toEqual({
      rows: all.rows.slice(0, 2),
      next: all.rows[1]!.place,
    });
    expect(await as.get<Changes>(`${changes}?after=${all.next}`)).toEqual({ rows: [], next: all.next });

    await bring(as, types.ern, message(61, { sender: partyId }));
    const withMessage = await read(as, 12, all.next);
    expect(withMessage.rows.find(({ kind }) => kind === 'tracks')?.after?.recordingIds).toHaveLength(10);
    await bring(as, types.ern, message(61, { sender: partyId, at: '2026-01-02T00:00:00Z', is: withoutDeals }));
    expect((await read(as, 1, withMessage.next)).rows).toMatchObject([
      {
        kind: 'release',
        before: { withdrawnAt: null },
        after: { withdrawnAt: expect.stringMatching(/^2026-01-05T09/) },
      },
    ]);
    const stranger = await app.given.label();
    expect((await stranger.as.get<Changes>(`${changes}?after=${all.rows[0]!.place}`)).rows).toEqual([]);
    const ahead = Buffer.from('["9999999999999999999","0"]').toString('base64url');
    for (const place of ['x', ahead, `${all.next}${all.next}`])
      expect((await as.request<{ code: string }>('GET', `${changes}?after=${place}`)).body).toMatchObject({
        code: 'request-invalid',
        faults: [{ pointer: '/after', code: 'field-cursor' }],
      });
    const platform = await app.given.platform();
    expect((await platform.as.request('GET', changes)).status).toBe(403);
  });

  test('skips no slow transaction: what was committed after it began waits for it', async () => {
    const { as, organizationId } = await app.given.label();
    const slow = await app.superuser();
    try {
      await slow.query('BEGIN');
      await slow.query(
        `INSERT INTO recordings (owner_id, isrc, title, artists, updated_at) VALUES ($1, $2, 'Slow', '{A}', now())`,
        [organizationId, testIsrc(70)],
      );
      await bring(as, types.csv, catalogueCsv([{ ...plainRows(1, 71)[0], title: 'Quick' }]));
      const nothing = await as.get<Changes>(changes);
      expect(nothing.rows).toEqual([]);
      await slow.query('COMMIT');
      const both = await read(as, 2, nothing.next);
      expect(titles(both)).toEqual([
        [undefined, 'Slow'],
        [undefined, 'Quick'],
      ]);

      // Where it would change what was changed after it began, it would stand before what it undoes.
      const rename = `UPDATE recordings SET title = title || '!' WHERE owner_id = $1 AND isrc = $2`;
      await slow.query('BEGIN');
      await slow.query(rename, [organizationId, testIsrc(70)]);
      await superuser.query(rename, [organizationId, testIsrc(71)]);
      await expect(slow.query(rename, [organizationId, testIsrc(71)])).rejects.toMatchObject({ code: '40001' });
      await slow.query('ROLLBACK');
      expect(titles(await read(as, 1, both.next))).toEqual([['Quick', 'Quick!']]);
    } finally {
      await slow.end();
    }
  });

  test('tells what one transaction did in pieces that a reader can hold, and what is gone', async () => {
    const { as, organizationId } = await app.given.label();
    await superuser.query(
      `WITH made AS (
         INSERT INTO recordings (owner_id, isrc, title, artists, updated_at)
         SELECT $1, 'ZZG01' || lpad(n::text, 7, '0'), n::text, '{A}', now() FROM generate_series(1, 2250) AS n RETURNING id),
       release AS (INSERT INTO releases (owner_id, own_id, title) VALUES ($1, 'all', 'All') RETURNING id)
       INSERT INTO release_recordings (release_id, recording_id, owner_id) SELECT release.id, made.id, $1 FROM made, release`,
      [organizationId],
    );
    const rows: Change[] = [];
    for (let { rows: page, next } = await read(as, 1000); page.length > 0;) {
      rows.push(...page);
      ({ rows: page, next } = await as.get<Changes>(`${changes}?limit=1000&after=${next}`));
    }
    const of = (wanted: string): Change[] => rows.filter(({ kind }) => kind === wanted);
    expect(of('recording').map(({ after }) => after?.title)).toEqual(
      Array.from({ length: 2250 }, (_, at) => String(at + 1)),
    );
    expect(of('release')).toHaveLength(1);
    const tracks = of('tracks').map(({ after }) => after!.recordingIds as string[]);
    expect(tracks.map(({ length }) => length)).toEqual([...Array<number>(22).fill(100), 50]);
    expect(new Set(tracks.flat()).size).toBe(2250);

    await superuser.query('DELETE FROM release_recordings WHERE recording_id = $1', [tracks[0]![0]]);
    await superuser.query('DELETE FROM recordings WHERE id = $1', [tracks[0]![0]]);
    expect((await read(as, 2, rows.at(-1)!.place)).rows).toMatchObject([
      { kind: 'tracks', before: { recordingIds: [tracks[0]![0]] }, after: null },
      { kind: 'recording', subjectId: tracks[0]![0], before: { artists: ['A'] }, after: null },
    ]);
  });
});

describe('an archive of notifications', () => {
  const files = (sender: string): Map<string, string> =>
    new Map([
      ['a/one.xml', message(30, { sender })],
      ['a/cover.jpg', 'no message'],
      ['b/two.xml', message(31, { sender, is: (xml) => xml.replace(/<Duration>[^<]*</, '<Duration>long<') })],
      ['b/three.xml', message(32, { sender })],
    ]);

  async function zipOf(content: ReadonlyMap<string, string | Buffer>): Promise<Buffer> {
    const zip = new ZipFile();
    for (const [name, text] of content) zip.addBuffer(Buffer.from(text), name);
    zip.end();
    const chunks: Buffer[] = [];
    for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  test.each(['zip', 'tar.gz'])('in %s is one import: what is wrong with a message leaves the others', async (form) => {
    const { as, partyId } = await app.given.label();
    const content = files(partyId);
    const archive = form === 'zip' ? await zipOf(content) : gzipSync(tarOf(content));
    const done = await bring(as, form === 'zip' ? types.zip : types.gzip, archive);
    expect(done).toMatchObject({
      state: 'done',
      counts: { messages: { applied: 2, refused: 1 }, releases: { created: 2 }, recordings: { created: 20 } },
    });
    expect(
      (await faultsOf(as, done)).filter(({ severity }) => severity === 'error').map(({ file, code }) => [file, code]),
    ).toEqual([['b/two.xml', 'duration-malformed']]);
    expect((await faultsOf(as, done))[0]?.path).toMatch(/^\/NewReleaseMessage\//);
    expect(await releaseOf(as, 31)).toBeUndefined();
  });

  test('that is a bomb, or damaged, is refused as a whole', async () => {
    const { as, partyId } = await app.given.label();
    const sound = await zipOf(files(partyId));
    const damaged = Buffer.from(sound);
    damaged[100] = damaged[100]! ^ 0xff;
    const odd = await zipOf(new Map([['a\0/\u{1f600}.xml', 'content'.repeat(50)]]));
    odd[52] = odd[52]! ^ 0xff;
    const padded = `<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/43">${`<a>${' '.repeat(9000)}</a>`.repeat(450)}`;
    const packed = gzipSync(padded);
    const bomb = Buffer.concat([Buffer.from('<a>'), Buffer.alloc(80 * 1024 * 1024, ' ')]);
    for (const [type, archive, code] of [
      [types.zip, damaged, 'archive-corrupt'],
      [types.zip, sound.subarray(0, -30), 'archive-corrupt'],
      [types.zip, odd, 'archive-corrupt'],
      [
        types.zip,
        await zipOf(new Map(Array.from({ length: 20 }, (_, at) => [`${at}.xml`, packed]))),
        'archive-too-dense',
      ],
      [types.zip, await zipOf(new Map([['a.xml', bomb]])), 'archive-too-dense'],
      [types.gzip, gzipSync(tarOf(new Map([['a.jpg', bomb.toString()]]))), 'archive-too-dense'],
      [types.gzip, gzipSync(tarOf(files(partyId)).subarray(0, 20_000)), 'archive-corrupt'],
      [types.zip, await zipOf(new Map([['a.jpg', 'x']])), 'archive-unsupported'],
    ] as const) {
      const done = await bring(as, type, archive);
      expect([code, done.state, done.problem?.code, done.problem?.faults?.[0]?.code]).toEqual([
        code,
        'failed',
        'import-unreadable',
        code,
      ]);
    }
    expect((await as.get<{ rows: object[] }>('/v1/recordings')).rows).toEqual([]);
  });
});

const samples = sharedFile('data/ern');
const onSamples = existsSync(samples) ? describe : describe.skip;

onSamples('the samples of DDEX and others', () => {
  test('come in, or are refused by name', async () => {
    const refused: Record<string, string[]> = {};
    let applied = 0;
    for (const folder of readdirSync(samples).sort()) {
      const { as, organizationId } = await app.given.label();
      // They are sent for labels that this one is not: without an identifier of its own it may be any of them.
      await superuser.query('UPDATE organizations SET party_id = NULL WHERE id = $1', [organizationId]);
      for (const name of readdirSync(join(samples, folder)).sort()) {
        const done = await bring(as, types.ern, readFileSync(join(samples, folder, name)));
        expect([name, done.state]).toEqual([name, 'done']);
        const { messages, releases, recordings } = done.counts!;
        applied += messages.applied;
        expect([name, messages.applied, releases.created > 0 && recordings.created > 0]).toEqual([
          name,
          1 - messages.refused,
          messages.applied === 1,
        ]);
        if (messages.refused === 1) refused[`${folder}/${name}`] = [...new Set(await codesOf(as, done))].sort();
      }
    }
    expect(applied).toBe(13);
    // Its senders' identifiers are made up, and too short.
    for (const name of ['01_delivery', '03_delete', 'album_basic', 'track_pay_gated'])
      expect(refused[`382/audius_${name}.xml`]).toEqual(['message-sender-missing']);
    expect(Object.keys(refused)).toHaveLength(5);
    expect(refused['fuzz/ern41_generated.xml']).toEqual(
      expect.arrayContaining(['party-unknown', 'resource-unknown', 'share-out-of-range']),
    );
  });
});
