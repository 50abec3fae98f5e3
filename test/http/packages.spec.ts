import { randomUUID } from 'node:crypto';
import { canonicalText, sha256Hex } from '../../src/kernel';
import type { ApiAnswer, ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { plainRows, catalogueCsv, testIsrc } from '../support/catalogue';
import { eventsAbout } from '../support/events';
import type { Party } from '../support/given';
import { outcome, refused, type Refused } from '../support/market';

interface PackageAnswer {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly contentHash: string;
  readonly trackCount: number;
  readonly savedQuery: null | { id: string; version: number; query: object; exceptCount: number };
  readonly exceptIsrcs: readonly string[];
}
interface SavedAnswer {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly query: object;
  readonly exceptCount: number;
  readonly exceptIsrcs: readonly string[];
}
interface Difference {
  readonly against: { readonly id: string; readonly version: number } | null;
  readonly contentHash: string;
  readonly trackCount: number;
  readonly added: number;
  readonly removed: number;
  readonly rows: readonly { isrc: string; title: string; artists: string[]; change: string }[];
  readonly next: string | null;
}

const header = 'isrc,title,version,artists,duration,release,upc,p_line,genre,label,language';
const line = (number: number, genre: string, year = 2020): string =>
  `${testIsrc(number)},Track ${number},,Somebody,3:00,,,${year} Northport,${genre},,en`;

let app: TestApp;
let label: Party;
let stranger: Party;
beforeAll(async () => {
  app = await startTestApp();
  label = await app.given.label();
  stranger = await app.given.label();
  await add(line(1, 'Jazz'), line(2, 'Jazz', 1999), line(3, 'Rock'), line(4, 'Rock'), line(5, 'Rock'));
});
afterAll(() => app?.close());

const add = (...lines: readonly string[]): Promise<unknown> =>
  label.as.upload('/v1/catalogue/imports', 'text/csv', [header, ...lines].join('\n'));
const isrcsOf = (...numbers: readonly number[]): string[] => numbers.map(testIsrc);
const hashOf = (...numbers: readonly number[]): string => sha256Hex(canonicalText(isrcsOf(...numbers)));
const publishList = (name: string, ...numbers: readonly number[]): Promise<PackageAnswer> =>
  label.as.post('/v1/packages', { name, isrcs: isrcsOf(...numbers) });
const save = (body: object): Promise<SavedAnswer> => label.as.post('/v1/saved-queries', body);
const publishQuery = (id: string, body: object = {}): Promise<PackageAnswer> =>
  label.as.post(`/v1/saved-queries/${id}/packages`, body);
const tracksOf = async (id: string): Promise<number[]> =>
  (await label.as.all<{ isrc: string }>(`/v1/packages/${id}/tracks`)).map(({ isrc }) => Number(isrc.slice(-5)));
const changes = ({ rows }: Difference): string[] =>
  rows.map(({ isrc, change }) => `${change} ${Number(isrc.slice(-5))}`);

/** A write over the version that `tag` names. */
const write = (
  method: string,
  id: string,
  tag: string | undefined,
  body?: object,
): Promise<ApiAnswer<SavedAnswer & Partial<Refused>>> =>
  label.as.request(method, `/v1/saved-queries/${id}`, {
    body,
    headers: tag === undefined ? {} : { 'if-match': tag },
  });
const result = ({ status, body }: ApiAnswer<Partial<Refused>>): string => `${status} ${body.code ?? ''}`.trim();

describe('packages', () => {
  it('are listed by name and version, page by page, or of one name', async () => {
    for (const [name, ...numbers] of [
      ['B', 1],
      ['A', 1],
      ['B', 1, 2],
      ['Ä', 2],
    ] as const)
      await publishList(name, ...numbers);
    const names = async (query = ''): Promise<string[]> => {
      const shown: string[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: { rows: PackageAnswer[]; next: string | null } = await label.as.get(
          `/v1/packages?limit=1${query}${next && `&cursor=${next}`}`,
        );
        shown.push(...page.rows.map(({ name, version }) => `${name} ${version}`));
        ({ next } = page);
      }
      return shown;
    };
    expect(await names()).toEqual(['A 1', 'B 1', 'B 2', 'Ä 1']);
    // In another spelling of the same text.
    expect(await names(`&name=${encodeURIComponent('A\u0308')}`)).toEqual(['Ä 1']);
    expect(await stranger.as.get('/v1/packages')).toEqual({ rows: [], next: null });
    for (const keys of [['A'], ['A\0', '1'], ['A', '-1'], ['A', '1', '2']]) {
      const cursor = Buffer.from(JSON.stringify(keys)).toString('base64url');
      expect(await outcome(label.as, 'GET', `/v1/packages?cursor=${cursor}`)).toBe('400 request-invalid');
    }
  });

  it('have a name that is more than blanks; it is told beside what else is wrong', async () => {
    const answer = await refused(label.as, 'POST', '/v1/packages', { name: ' \u00a0', isrcs: ['nonsense'] });
    expect([answer.code, answer.faults.map(({ pointer }) => pointer)]).toEqual([
      'request-invalid',
      ['/name', '/isrcs/0'],
    ]);
  });

  it('tell what a version added and removed since the one before, or any other', async () => {
    const first = await publishList('Changing', 1, 2, 3);
    const second = await publishList('Changing', 2, 3, 4, 5);
    const third = await publishList('Changing', 5, 4, 3, 2);
    const between = (id: string, query = ''): Promise<Difference> =>
      label.as.get(`/v1/packages/${id}/difference${query}`);
    expect(await between(first.id)).toMatchObject({ against: null, added: 3, removed: 0, trackCount: 3 });
    const difference = await between(second.id);
    expect(difference).toMatchObject({
      against: { id: first.id, version: 1 },
      contentHash: second.contentHash,
      ...{ added: 2, removed: 1, trackCount: 4, next: null },
    });
    expect(changes(difference)).toEqual(['removed 1', 'added 4', 'added 5']);
    expect(difference.rows[0]).toEqual({
      ...{ isrc: testIsrc(1), title: 'Track 1', version: null, artists: ['Somebody'], change: 'removed' },
    });
    expect(await between(third.id)).toMatchObject({ against: { version: 2 }, added: 0, removed: 0, rows: [] });
    expect(changes(await between(first.id, `?against=${third.id}`))).toEqual(['added 1', 'removed 4', 'removed 5']);
    const page = await between(second.id, '?limit=2');
    expect([changes(page), page.added]).toEqual([['removed 1', 'added 4'], 2]);
    expect(changes(await between(second.id, `?limit=2&cursor=${page.next}`))).toEqual(['added 5']);
  });

  it('cannot be changed or taken back, by the server either', async () => {
    const { id } = await publishList('Final', 1);
    for (const change of [`UPDATE packages SET name = 'Other' WHERE id = $1`, 'DELETE FROM packages WHERE id = $1'])
      await expect(app.look(change, [id])).rejects.toThrow('append-only');
  });
});

describe('a package from a file', () => {
  const send = (
    content: string,
    { name = 'From a file', key = randomUUID(), by = label }: { name?: string; key?: string; by?: Party } = {},
  ): Promise<ApiAnswer<PackageAnswer & Refused>> =>
    by.as.request('POST', `/v1/packages/files?name=${encodeURIComponent(name)}`, {
      file: { type: 'text/csv', content },
      key,
    });

  it('of 500 recordings is one call, once, whatever else the file tells', async () => {
    const many = plainRows(500, 1001);
    await label.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(many));
    const [content, key] = [`\ufeff${catalogueCsv(many)}\n\n`, randomUUID()];
    const { status, body } = await send(content, { key });
    expect([status, body]).toMatchObject([201, { name: 'From a file', version: 1, trackCount: 500, savedQuery: null }]);
    expect(body.contentHash).toBe(hashOf(...many.map((_, at) => 1001 + at)));
    expect((await send(content, { key })).body).toEqual(body);
    expect(result(await send('isrc\n', { key }))).toBe('422 package-size');
    expect(result(await send(`isrc\n${testIsrc(1)}`, { key }))).toBe('422 idempotency-key-reused');
  });

  it.each([
    ['no such column', 'title\nA\n', 'import-header-invalid', '/header/isrc'],
    ['two such columns', 'isrc,ISRC\nA,B\n', 'import-header-invalid', '/header/isrc'],
    ['no row', 'isrc\n\n', 'package-size', undefined],
    ['nothing', '', 'import-unreadable', undefined],
    ['an open quote', 'isrc\n"ZZT\n', 'import-unreadable', '/rows/2'],
    ['something that is no ISRC', `isrc\n${testIsrc(1)}\n\nnonsense\n`, 'request-invalid', '/rows/4/isrc'],
    [
      'a recording of nobody',
      `title,isrc\nA,${testIsrc(1)}\nB,${testIsrc(99_999)}`,
      'recording-unknown',
      '/rows/3/isrc',
    ],
    ['more rows than a package has', `isrc\n${'x\n'.repeat(10_001)}`, 'package-size', undefined],
  ])('with %s is refused', async (_, content, code, pointer) => {
    const { status, body } = await send(content, { name: 'Refused' });
    expect([status < 500, body.code, body.faults?.[0]?.pointer]).toEqual([true, code, pointer]);
    expect(await label.as.get('/v1/packages?name=Refused')).toMatchObject({ rows: [] });
  });

  it('is of the own catalogue, and a file', async () => {
    expect(result(await send(`isrc\n${testIsrc(1)}`, { by: stranger }))).toBe('422 recording-unknown');
    expect(await outcome(label.as, 'POST', '/v1/packages/files?name=A', {})).toBe('415 content-type-unsupported');
  });
});

describe('a saved query', () => {
  it('is shown, listed oldest first, replaced over the version that was read, and deleted', async () => {
    const saved = await save({
      name: ' Rock ',
      query: { genre: 'Rock', year: 2020 },
      exceptIsrcs: ['ZZ-T01-26-00005'],
    });
    expect(saved).toMatchObject({ name: 'Rock', version: 1, query: { genre: 'Rock', year: 2020 }, exceptCount: 1 });
    expect(saved.exceptIsrcs).toEqual([testIsrc(5)]);
    app.clock.moveTo(new Date('2026-01-05T09:00:01Z'));
    const other = await save({ name: 'Later', query: { q: 'track' } });
    const { exceptIsrcs, ...summary } = saved;
    const first = await label.as.get<{ rows: SavedAnswer[]; next: string }>('/v1/saved-queries?limit=1');
    expect([first.rows, exceptIsrcs.length]).toEqual([[summary], 1]);
    expect(await label.as.get(`/v1/saved-queries?limit=1&cursor=${first.next}`)).toMatchObject({
      rows: [{ name: 'Later' }],
      next: null,
    });

    const body = { name: 'Rock', query: { genre: 'Rock' } };
    expect(result(await write('PUT', saved.id, undefined, body))).toBe('428 precondition-required');
    const replaced = await write('PUT', saved.id, '"1"', body);
    expect([replaced.status, replaced.headers.get('etag')]).toEqual([200, '"2"']);
    expect(replaced.body).toMatchObject({ version: 2, query: { genre: 'Rock' }, exceptIsrcs: [] });
    expect(await label.as.get(`/v1/saved-queries/${saved.id}`)).toEqual(replaced.body);
    expect(result(await write('PUT', saved.id, '"1"', body))).toBe('412 precondition-failed');
    expect(result(await write('DELETE', saved.id, '"1"'))).toBe('412 precondition-failed');

    expect(result(await write('DELETE', saved.id, '"2"'))).toBe('204');
    for (const [method, rest] of [
      ['GET', ''],
      ['GET', '/difference'],
      ['POST', '/packages'],
    ] as const)
      expect(
        await outcome(label.as, method, `/v1/saved-queries/${saved.id}${rest}`, method === 'GET' ? undefined : {}),
      ).toBe('404 not-found');
    expect(result(await write('PUT', saved.id, '"3"', body))).toBe('404 not-found');
    // Its name is free again.
    await save(body);
    expect(result(await write('PUT', other.id, '"1"', { ...body, name: 'Rock ' }))).toBe('409 saved-query-name-taken');
    expect(await outcome(label.as, 'POST', '/v1/saved-queries', body)).toBe('409 saved-query-name-taken');
    await stranger.as.post('/v1/saved-queries', body);
  });

  it('with faults is refused, all of them named', async () => {
    const bad = {
      name: '  ',
      query: { territory: 'Atlantis', use: 'Humming', language: 'not a tag' },
      exceptIsrcs: [testIsrc(1), 'nonsense'],
    };
    const { code, faults } = await refused(label.as, 'POST', '/v1/saved-queries', bad);
    expect([code, faults.map(({ pointer }) => pointer)]).toEqual([
      'request-invalid',
      ['/name', '/query/territory', '/query/use', '/query/language', '/exceptIsrcs/1'],
    ]);
    const unread = await refused(label.as, 'POST', '/v1/saved-queries', {
      name: 'A',
      query: { limit: 1, year: '2020', shortest: [], genre: '', q: 'a\u0000' },
      exceptIsrcs: [1],
    });
    expect([...new Set(unread.faults.map(({ pointer }) => pointer))].sort()).toEqual([
      '/exceptIsrcs',
      ...['/query/genre', '/query/limit', '/query/q', '/query/shortest', '/query/year'],
    ]);
    const foreign = { name: 'A', query: {}, exceptIsrcs: [testIsrc(1)] };
    expect(await outcome(stranger.as, 'POST', '/v1/saved-queries', foreign)).toBe('422 recording-unknown');
  });

  it('saved by two at once under one name is there once', async () => {
    const body = { name: 'At once', query: {} };
    const answers = await Promise.all([1, 2].map(() => outcome(label.as, 'POST', '/v1/saved-queries', body)));
    expect(answers.sort()).toEqual(['201', '409 saved-query-name-taken']);
  });

  it('beyond a thousand is refused', async () => {
    const many = await app.given.label();
    await app.look(
      `INSERT INTO saved_queries (owner_id, name, version, query, except_isrcs, made_at, saved_by, saved_at)
       SELECT $1, n, 1, '{}', '{}', now(), 'test', now() FROM generate_series(1, 1000) AS n`,
      [many.organizationId],
    );
    expect(await outcome(many.as, 'POST', '/v1/saved-queries', { name: 'A', query: {} })).toBe('409 limit-reached');
  });
});

describe('a package from a saved query', () => {
  const preview = (id: string, query = ''): Promise<Difference> =>
    label.as.get(`/v1/saved-queries/${id}/difference${query}`);

  it('is previewed, published with the hash that was seen, and published again without a list', async () => {
    await publishList('Jazz', 1, 3);
    const query = { genre: 'jazz' };
    const { id } = await save({ name: 'Jazz', query });
    const before = await preview(id);
    expect(before).toMatchObject({ against: { version: 1 }, contentHash: hashOf(1, 2), trackCount: 2 });
    expect([before.added, before.removed, changes(before)]).toEqual([1, 1, ['added 2', 'removed 3']]);

    await add(line(6, 'Jazz'));
    const seen = { contentHash: before.contentHash };
    expect(await outcome(label.as, 'POST', `/v1/saved-queries/${id}/packages`, seen)).toBe('409 package-differs');
    const published = await publishQuery(id, { contentHash: hashOf(1, 2, 6) });
    const source = { id, version: 1, query, exceptCount: 0 };
    expect(published).toMatchObject({ name: 'Jazz', version: 2, trackCount: 3, savedQuery: source, exceptIsrcs: [] });
    expect(await tracksOf(published.id)).toEqual([1, 2, 6]);
    // As a list is frozen: the same recordings have the same hash.
    expect(await publishList('By hand', 6, 2, 1)).toMatchObject({ contentHash: published.contentHash });
    expect(await label.as.get(`/v1/packages/${published.id}`)).toEqual(published);
    const { version, contentHash, trackCount: tracks } = published;
    expect(await eventsAbout(label.as, published.id, 1)).toEqual([
      { topic: 'package.published', payload: { version, contentHash, tracks, savedQueryId: id } },
    ]);

    expect(await preview(id)).toMatchObject({ against: { version: 2 }, added: 0, removed: 0, rows: [] });
    await add(line(2, 'Rock', 1999), line(7, 'Jazz'));
    const again = await publishQuery(id);
    expect([again.version, await tracksOf(again.id)]).toEqual([3, [1, 6, 7]]);
    expect(changes(await label.as.get(`/v1/packages/${again.id}/difference`))).toEqual(['removed 2', 'added 7']);
    // What was published before is as it was.
    expect([await label.as.get(`/v1/packages/${published.id}`), await tracksOf(published.id)]).toEqual([
      published,
      [1, 2, 6],
    ]);
  });

  it('says what the query said at that time, whatever became of it', async () => {
    const said = { query: { q: 'trakc', year: 2020, longest: 180 }, exceptIsrcs: isrcsOf(3, 1) };
    const { id } = await save({ name: 'Said', ...said });
    const first = await publishQuery(id);
    expect(first).toMatchObject({
      savedQuery: { id, version: 1, query: said.query, exceptCount: 2 },
      exceptIsrcs: isrcsOf(1, 3),
    });
    expect(await tracksOf(first.id)).toEqual(expect.not.arrayContaining([1, 2, 3]) as number[]);
    await write('PUT', id, '"1"', { name: 'Said otherwise', query: { genre: 'Rock' } });
    const second = await publishQuery(id);
    expect(second).toMatchObject({ name: 'Said otherwise', version: 1, savedQuery: { version: 2 } });
    await write('DELETE', id, '"2"');
    for (const one of [first, second]) expect(await label.as.get(`/v1/packages/${one.id}`)).toEqual(one);
    const listed = await label.as.all<PackageAnswer>('/v1/packages?name=Said');
    const { exceptIsrcs, ...summary } = first;
    expect([listed, exceptIsrcs.length]).toEqual([[summary], 2]);
  });

  it('is published once under one key, and by two at once as two versions or with a refusal', async () => {
    const { id } = await save({ name: 'Keyed', query: { genre: 'Rock' } });
    const key = randomUUID();
    const once = (): Promise<PackageAnswer> => label.as.post(`/v1/saved-queries/${id}/packages`, {}, key);
    const first = await once();
    await add(line(8, 'Rock'));
    expect(await once()).toEqual(first);
    const path = `/v1/saved-queries/${id}/packages`;
    const answers = await Promise.all([1, 2, 3].map(() => outcome(label.as, 'POST', path, {})));
    for (const answer of answers) expect(['201', '409 package-version-taken']).toContain(answer);
    const made = answers.filter((answer) => answer === '201').length;
    const versions = (await label.as.all<PackageAnswer>('/v1/packages?name=Keyed')).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: made + 1 }, (_, at) => at + 1));
  });

  it('that finds nothing is previewed and not published', async () => {
    await publishList('Nothing', 1);
    const { id } = await save({ name: 'Nothing', query: { genre: 'Schlager' } });
    expect(changes(await preview(id))).toEqual(['removed 1']);
    expect(await outcome(label.as, 'POST', `/v1/saved-queries/${id}/packages`, {})).toBe('422 package-size');
    // Nothing of it is offered anywhere.
    const offered = await save({ name: 'Offered', query: { territory: 'KZ' } });
    expect(await preview(offered.id)).toMatchObject({ trackCount: 0, against: null });
  });

  it('has at most 10,000 recordings, exceptions not counted', async () => {
    const big = await app.given.label();
    const insert = (from: number, until: number): Promise<unknown> =>
      app.look(
        `INSERT INTO recordings (owner_id, isrc, title, artists, updated_at)
         SELECT $1, 'ZZT01' || lpad(n::text, 7, '0'), 'Wave', '{Sea}', now() FROM generate_series($2::int, $3::int) AS n`,
        [big.organizationId, from, until],
      );
    await insert(1, 10_001);
    const saved = await big.as.post<SavedAnswer>('/v1/saved-queries', { name: 'Everything', query: {} });
    const path = `/v1/saved-queries/${saved.id}`;
    for (const [method, rest] of [
      ['GET', '/difference'],
      ['POST', '/packages'],
    ] as const)
      expect(await outcome(big.as, method, `${path}${rest}`, method === 'GET' ? undefined : {})).toBe(
        '422 package-size',
      );
    const body = { name: 'Everything', query: { q: 'wave' }, exceptIsrcs: ['ZZT010000007'] };
    await big.as.request('PUT', path, { body, headers: { 'if-match': '"1"' } });
    expect(await big.as.get(`${path}/difference?limit=1`)).toMatchObject({ trackCount: 10_000, added: 10_000 });
    expect(await big.as.post(`${path}/packages`, {})).toMatchObject({ trackCount: 10_000 });
    await insert(10_002, 10_002);
    expect(await outcome(big.as, 'POST', `${path}/packages`, {})).toBe('422 package-size');
  });

  it('is nothing to another label, nor to who may only read', async () => {
    const { id } = await save({ name: 'Own', query: {} });
    for (const [method, rest, body] of [
      ['GET', '', undefined],
      ['GET', '/difference', undefined],
      ['POST', '/packages', {}],
    ] as const)
      expect(await outcome(stranger.as, method, `/v1/saved-queries/${id}${rest}`, body)).toBe('404 not-found');
    const reader: ApiClient = await app.given.colleague(label, ['reader']);
    expect(await outcome(reader, 'GET', `/v1/saved-queries/${id}/difference`)).toBe('200');
    expect(await outcome(reader, 'POST', `/v1/saved-queries/${id}/packages`, {})).toBe('403 forbidden');
  });
});
