import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type CatalogueCells, catalogueColumns, catalogueCsv, plainRows, testIsrc } from '../support/catalogue';
import { topicsAbout } from '../support/events';
import type { Party } from '../support/given';

interface ImportAnswer {
  readonly id: string;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly faults: readonly { row: number; column: string; code: string; value: string; message: string }[];
}

const imports = '/v1/catalogue/imports';
let app: TestApp;
let label: Party;
let stranger: Party;

beforeAll(async () => {
  app = await startTestApp();
  label = await app.given.label();
  stranger = await app.given.label();
});
afterAll(() => app.close());

const upload = (client: ApiClient, csv: string, key?: string): Promise<ImportAnswer> =>
  client.upload(imports, 'text/csv', csv, key);
const refused = async (
  client: ApiClient,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; code: string; pointers: string[] }> => {
  const answer = await client.request<{ code: string; faults?: { pointer: string }[] }>(
    method,
    path,
    body === undefined ? {} : { body },
  );
  return {
    status: answer.status,
    code: answer.body.code,
    pointers: (answer.body.faults ?? []).map(({ pointer }) => pointer),
  };
};
const rights = (more: object): object => ({
  share: '1',
  territories: { include: ['KZ', 'UZ'] },
  from: '2020-01-01',
  ...more,
});

/** Until another connection to this database waits for what this one holds. */
async function somebodyWaits(holder: Client): Promise<void> {
  for (;;) {
    const { rowCount } = await holder.query(
      'SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))',
    );
    if (rowCount !== 0) return;
    await sleep(20);
  }
}

describe('a catalogue import', () => {
  test('takes the good rows in and lists the bad ones with row, column and reason', async () => {
    const rows = [
      ...plainRows(3, 101),
      { isrc: 'ZZT01260X104', title: 'Bad ISRC', artists: 'Somebody' },
      { isrc: testIsrc(105), title: '', artists: 'Somebody', upc: '2000000000011', release: 'Ice' },
      { ...plainRows(1, 101)[0], title: 'Once more' },
    ];
    const done = await upload(label.as, catalogueCsv(rows));
    expect(done).toMatchObject({ rowsRead: 6, rowsAccepted: 3, rowsRejected: 3 });
    expect(done.faults.map(({ row, column, code, value }) => [row, column, code, value])).toEqual([
      [5, 'isrc', 'isrc-malformed', 'ZZT01260X104'],
      [6, 'title', 'title-missing', ''],
      [6, 'upc', 'gtin-check-digit', '2000000000011'],
      [7, 'isrc', 'isrc-repeated', testIsrc(101)],
    ]);
    expect(await label.as.get(`${imports}/${done.id}`)).toEqual(done);
    expect(await label.as.all(`${imports}/${done.id}/faults`)).toEqual(done.faults);
    expect((await label.as.get<{ title: string }>(`/v1/recordings/${testIsrc(101)}`)).title).toBe('Track 101');
  });

  test('shows the first hundred faults and pages through all of them', async () => {
    const done = await upload(label.as, catalogueCsv(plainRows(150, 201).map((row) => ({ ...row, title: '' }))));
    expect(done).toMatchObject({ rowsAccepted: 0, rowsRejected: 150 });
    expect(done.faults).toHaveLength(100);
    const first = await label.as.get<{ rows: unknown[]; next: string }>(`${imports}/${done.id}/faults?limit=100`);
    const second = await label.as.get<{ rows: { row: number }[]; next: null }>(
      `${imports}/${done.id}/faults?limit=100&cursor=${first.next}`,
    );
    expect(second.rows.map(({ row }) => row)).toEqual(Array.from({ length: 50 }, (_, at) => 102 + at));
    expect(second.next).toBeNull();
  });

  test('sent twice under one key is brought in once', async () => {
    const key = randomUUID();
    const csv = catalogueCsv(plainRows(2, 401));
    const [first, second] = [await upload(label.as, csv, key), await upload(label.as, csv, key)];
    expect(second).toEqual(first);
    const other = await label.as.request<{ code: string }>('POST', imports, {
      file: { type: 'text/csv', content: catalogueCsv(plainRows(1, 403)) },
      key,
    });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  test('streams: a body without a length is taken as it comes', async () => {
    const csv = Readable.from([
      Buffer.from(`${catalogueColumns.join(',')}\n`),
      Buffer.from(`${testIsrc(405)},Ice,,Ana,,,,,\n`),
    ]);
    expect(await label.as.upload(imports, 'text/csv; charset=utf-8', csv)).toMatchObject({ rowsAccepted: 1 });
  });

  test.each([
    ['lacks a column', 'isrc,title\n', 422, 'import-header-invalid'],
    ['is not CSV', `${catalogueColumns.join(',')}\n"open,`, 422, 'import-unreadable'],
    ['is empty', '', 422, 'import-unreadable'],
  ])('of a file that %s is refused and leaves nothing', async (_, content, status, code) => {
    const answer = await label.as.request<{ code: string }>('POST', imports, { file: { type: 'text/csv', content } });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('of more than 200 MiB is refused', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const line = Buffer.from(`${'x'.repeat(2 ** 20 - 1)}\n`);
      for (let megabytes = 0; megabytes <= 200; megabytes += 1) yield line;
    }
    const answer = await label.as.request<{ code: string }>('POST', imports, {
      file: { type: 'text/csv', content: endless() },
    });
    expect([answer.status, answer.body.code]).toEqual([413, 'body-too-large']);
  });

  test('in another content type is refused', async () => {
    for (const type of ['application/json', 'text/tab-separated-values', 'application/xml']) {
      const answer = await label.as.request<{ code: string }>('POST', imports, { file: { type, content: '{}' } });
      expect([type, answer.status, answer.body.code]).toEqual([type, 415, 'content-type-unsupported']);
    }
  });

  test('needs a key, a verified label and the catalogue role', async () => {
    const csv = catalogueCsv(plainRows(1, 501));
    const send = async (client: ApiClient, headers?: Record<string, string>): Promise<string> =>
      (
        await client.request<{ code: string }>('POST', imports, {
          file: { type: 'text/csv', content: csv },
          ...(headers ? { headers } : {}),
        })
      ).body.code;
    expect(await send(label.as, { 'idempotency-key': '' })).toBe('idempotency-key-missing');
    expect(await send((await app.given.registered('label')).as)).toBe('organization-not-verified');
    expect(await send((await app.given.platform()).as)).toBe('forbidden');
    expect(await send(await app.given.colleague(label, ['finance']))).toBe('forbidden');
    expect((await refused(label.as, 'GET', `/v1/recordings/${testIsrc(501)}`)).code).toBe('not-found');
  });

  test('is nothing to another label', async () => {
    const done = await upload(label.as, catalogueCsv(plainRows(1, 502)));
    for (const path of [`${imports}/${done.id}`, `${imports}/${done.id}/faults`, `/v1/recordings/${testIsrc(502)}`]) {
      expect(await refused(stranger.as, 'GET', path)).toMatchObject({ status: 404, code: 'not-found' });
    }
  });

  test('is told in the label’s events', async () => {
    const done = await upload(label.as, catalogueCsv(plainRows(1, 503)));
    expect(await topicsAbout(label.as, done.id, 1)).toEqual(['catalogue.imported']);
  });
});

describe('recordings', () => {
  test('are listed by ISRC, page by page, and found in any notation', async () => {
    const owner = await app.given.label();
    await upload(owner.as, catalogueCsv(plainRows(5, 601)));
    const page = await owner.as.get<{ rows: { isrc: string }[]; next: string }>('/v1/recordings?limit=3');
    expect(page.rows.map(({ isrc }) => isrc)).toEqual([601, 602, 603].map(testIsrc));
    const rest = await owner.as.get<{ rows: { isrc: string }[]; next: null }>(
      `/v1/recordings?limit=3&cursor=${page.next}`,
    );
    expect(rest).toMatchObject({ rows: [604, 605].map((number) => ({ isrc: testIsrc(number) })), next: null });
    expect(await owner.as.get('/v1/recordings?isrc=zz-t01-26-00602')).toMatchObject({
      rows: [{ isrc: testIsrc(602) }],
    });
    expect(await owner.as.get('/v1/recordings?isrc=nonsense')).toEqual({ rows: [], next: null });
    expect((await refused(owner.as, 'GET', '/v1/recordings/nonsense')).code).toBe('not-found');
    expect((await refused(owner.as, 'GET', '/v1/recordings?cursor=nonsense')).pointers).toEqual(['/cursor']);
  });

  test('show what the file said, their release and what is stated about them', async () => {
    const row = {
      ...plainRows(1, 701)[0],
      version: 'Live',
      artists: 'Ana|Kor',
      duration: '3:35',
      release: 'Ice',
      upc: '2000000000015',
      p_line: '2026 T',
      genre: 'Pop',
    };
    await upload(label.as, catalogueCsv([row]));
    await label.as.post(
      '/v1/rights-statements',
      rights({ isrcs: [testIsrc(701)], until: '2030-01-01', share: '0.50' }),
    );
    expect(await label.as.get(`/v1/recordings/${testIsrc(701)}`)).toEqual({
      isrc: testIsrc(701),
      title: 'Track 701',
      version: 'Live',
      artists: ['Ana', 'Kor'],
      durationSeconds: 215,
      pLine: '2026 T',
      genre: 'Pop',
      label: null,
      language: null,
      parentIsrc: null,
      parentKind: null,
      updatedAt: '2026-01-05T09:00:00.000Z',
      releases: [{ id: expect.any(String) as string, gtin: '02000000000015', title: 'Ice' }],
      rights: [{ share: '0.5', territories: ['KZ', 'UZ'], from: '2020-01-01', until: '2030-01-01' }],
    });
  });
});

describe('a version of another recording', () => {
  const parentOf = async (isrc: string): Promise<unknown[]> => {
    const told = await label.as.get<{ parentIsrc: string | null; parentKind: string | null }>(`/v1/recordings/${isrc}`);
    return [told.parentIsrc, told.parentKind];
  };

  test('names its parent, which a file without such columns leaves, and an empty cell takes away', async () => {
    const [live, album] = [testIsrc(751), testIsrc(752)];
    const row = (parent: CatalogueCells): CatalogueCells => ({ ...plainRows(1, 751)[0]!, ...parent });
    await upload(label.as, catalogueCsv([row({ parent_isrc: album, parent_kind: 'Live' })]));
    expect(await parentOf(live)).toEqual([album, 'live']);
    await upload(label.as, catalogueCsv([{ ...row({}), title: 'Renamed' }]));
    expect(await parentOf(live)).toEqual([album, 'live']);
    await upload(label.as, catalogueCsv([row({ parent_isrc: '', parent_kind: '' })]));
    expect(await parentOf(live)).toEqual([null, null]);
  });

  test('is refused where the parent is none, row by row, and where the header names half of it', async () => {
    const isrc = testIsrc(761);
    const row = (parent_isrc: string, parent_kind: string): CatalogueCells => ({
      ...{ isrc, title: 'T', artists: 'A', parent_isrc, parent_kind },
    });
    const rows = [
      row('X', 'live'),
      row(testIsrc(762), 'polka'),
      row(isrc, 'remix'),
      row('', 'remix'),
      row(testIsrc(762), ''),
    ];
    const done = await upload(label.as, catalogueCsv(rows));
    expect(done.faults.map(({ row: number, column, code }) => `${number} ${column} ${code}`)).toEqual([
      '2 parent_isrc isrc-malformed',
      '3 parent_kind parent-kind-unknown',
      '4 parent_isrc parent-self',
      '5 parent_isrc isrc-malformed',
      '6 parent_kind parent-kind-unknown',
    ]);
    const half = catalogueCsv(rows).replace('parent_kind', 'parent');
    const { status, body } = await label.as.request<{ code: string; faults: { pointer: string }[] }>('POST', imports, {
      file: { type: 'text/csv', content: half },
    });
    expect([status, body.code, body.faults.map(({ pointer }) => pointer)]).toEqual([
      422,
      'import-header-invalid',
      ['/header/parent_kind'],
    ]);
  });
});

describe('a rights statement', () => {
  test('covers all recordings of an import, the whole world included', async () => {
    const done = await upload(label.as, catalogueCsv(plainRows(12, 801)));
    const body = rights({ importId: done.id, territories: { worldwideExcept: [] } });
    expect(await label.as.post('/v1/rights-statements', body)).toEqual({ recordings: 12 });
    const { rights: stated } = await label.as.get<{ rights: { territories: string[]; until: null }[] }>(
      `/v1/recordings/${testIsrc(812)}`,
    );
    expect(stated).toMatchObject([{ until: null }]);
    expect(stated[0]?.territories).toHaveLength(250);
  });

  test('that overlaps an earlier one in place and time is refused; beside it there is room', async () => {
    await upload(label.as, catalogueCsv(plainRows(2, 821)));
    const isrcs = [testIsrc(821)];
    await label.as.post('/v1/rights-statements', rights({ isrcs, until: '2025-01-01' }));
    expect(
      await refused(
        label.as,
        'POST',
        '/v1/rights-statements',
        rights({ isrcs: [testIsrc(822), ...isrcs], from: '2024-12-31' }),
      ),
    ).toMatchObject({
      status: 409,
      code: 'rights-overlap',
    });
    await label.as.post('/v1/rights-statements', rights({ isrcs, from: '2025-01-01' }));
    await label.as.post('/v1/rights-statements', rights({ isrcs, territories: { include: ['RU'] } }));
  });

  test('made twice at the same moment stands once', async () => {
    await upload(label.as, catalogueCsv(plainRows(1, 831)));
    const send = (): Promise<{ status: number; code: string }> =>
      refused(label.as, 'POST', '/v1/rights-statements', rights({ isrcs: [testIsrc(831)] }));
    const statuses = (await Promise.all([send(), send()])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409]);
  });

  test('says everything that is wrong with it', async () => {
    const body = {
      importId: randomUUID(),
      isrcs: ['x'],
      share: '1.5',
      territories: { include: ['ZZ'], worldwideExcept: [] },
      from: '2026-02-30',
      until: '2026-02-01',
    };
    expect(await refused(label.as, 'POST', '/v1/rights-statements', body)).toEqual({
      status: 400,
      code: 'request-invalid',
      pointers: ['/isrcs', '/share', '/territories/include/0', '/territories', '/from', '/until'],
    });
  });

  test.each([
    ['no share', { share: '0' }, '/share'],
    ['a share of seven decimals', { share: '0.1234567' }, '/share'],
    ['no territory', { territories: { include: [] } }, '/territories'],
    ['no recording', { isrcs: undefined }, '/isrcs'],
    ['something that is no ISRC', { isrcs: ['nonsense'] }, '/isrcs/0'],
    ['an end before its beginning', { until: '2020-01-01' }, '/until'],
  ])('of %s is refused', async (_, change, pointer) => {
    const answer = await refused(
      label.as,
      'POST',
      '/v1/rights-statements',
      rights({ isrcs: [testIsrc(101)], ...change }),
    );
    expect(answer).toEqual({ status: 400, code: 'request-invalid', pointers: [pointer] });
  });

  test('about what is not in the own catalogue is refused', async () => {
    await upload(label.as, catalogueCsv(plainRows(1, 841)));
    expect(await refused(stranger.as, 'POST', '/v1/rights-statements', rights({ isrcs: [testIsrc(841)] }))).toEqual({
      status: 422,
      code: 'recording-unknown',
      pointers: ['/isrcs/0'],
    });
    const done = await upload(label.as, catalogueCsv(plainRows(1, 842)));
    expect((await refused(stranger.as, 'POST', '/v1/rights-statements', rights({ importId: done.id }))).code).toBe(
      'not-found',
    );
  });
});

describe('a package', () => {
  interface PackageAnswer {
    readonly id: string;
    readonly version: number;
    readonly contentHash: string;
    readonly trackCount: number;
  }

  test('freezes a list; the same list has the same hash, the same name the next version', async () => {
    await upload(label.as, catalogueCsv(plainRows(3, 901)));
    const send = (isrcs: string[]): Promise<PackageAnswer> => label.as.post('/v1/packages', { name: 'Spring', isrcs });
    const first = await send([901, 902].map(testIsrc));
    const second = await send([902, 901, 901].map(testIsrc));
    const third = await send([901, 902, 903].map(testIsrc));
    expect([first, second, third].map(({ version, trackCount }) => [version, trackCount])).toEqual([
      [1, 2],
      [2, 2],
      [3, 3],
    ]);
    expect(second.contentHash).toBe(first.contentHash);
    expect(third.contentHash).not.toBe(first.contentHash);
    expect(await label.as.get(`/v1/packages/${first.id}`)).toEqual(first);
    expect(await label.as.all(`/v1/packages/${first.id}/tracks`)).toMatchObject(
      [901, 902].map((number) => ({ isrc: testIsrc(number), title: `Track ${number}` })),
    );
  });

  test('published by someone else at the same moment is refused, and next time is the version after', async () => {
    await upload(label.as, catalogueCsv(plainRows(1, 911)));
    const send = (): Promise<{ status: number; code: string }> =>
      refused(label.as, 'POST', '/v1/packages', { name: 'Race', isrcs: [testIsrc(911)] });
    const rival = await app.superuser();
    try {
      await rival.query('BEGIN');
      await rival.query(
        `INSERT INTO packages (owner_id, name, version, content_hash, track_count, published_at) VALUES ($1, 'Race', 1, $2, 1, now())`,
        [label.organizationId, '0'.repeat(64)],
      );
      const answer = send();
      await somebodyWaits(rival);
      await rival.query('COMMIT');
      expect(await answer).toMatchObject({ status: 409, code: 'package-version-taken' });
      expect(await send()).toMatchObject({ status: 201 });
      const { rows } = await rival.query(`SELECT version FROM packages WHERE name = 'Race' ORDER BY version`);
      expect(rows).toEqual([{ version: 1 }, { version: 2 }]);
    } finally {
      await rival.end();
    }
  });

  test('cannot hold what is not in the catalogue, and is nothing to another label', async () => {
    expect(
      await refused(label.as, 'POST', '/v1/packages', { name: 'Autumn', isrcs: [testIsrc(901), testIsrc(99_999)] }),
    ).toEqual({
      status: 422,
      code: 'recording-unknown',
      pointers: ['/isrcs/1'],
    });
    const { id } = await label.as.post<PackageAnswer>('/v1/packages', { name: 'Own', isrcs: [testIsrc(901)] });
    for (const path of [`/v1/packages/${id}`, `/v1/packages/${id}/tracks`]) {
      expect(await refused(stranger.as, 'GET', path)).toMatchObject({ status: 404, code: 'not-found' });
    }
  });
});
