import type { Client } from 'pg';
import { type AlikePage, alikePage, type AlikePlace } from '../../src/catalogue/duplicates/duplicates.repository';
import { Database } from '../../src/platform/database/database';
import type { Page } from '../../src/platform/http/paging';
import { startTestApp, type TestApp } from '../support/app';
import { type CatalogueCells, catalogueCsv, testIsrc } from '../support/catalogue';
import type { Party } from '../support/given';
import { type Market, openMarket, outcome, refused } from '../support/market';

interface Told {
  readonly isrc: string;
  readonly title: string;
  readonly genre: string | null;
  readonly durationSeconds: number | null;
  readonly parentIsrc: string | null;
  readonly parentKind: string | null;
}
interface Duplicate {
  readonly stays: Told & { readonly licensed: boolean; readonly packages: number };
  readonly other: Told;
  readonly differences: readonly { field: string; stays: unknown; other: unknown; becomes: unknown }[];
}
interface Decision {
  readonly id: string;
  readonly decision: string;
  readonly recordings: readonly string[];
  readonly stays: string | null;
  readonly changes: object | null;
  readonly madeBy: string;
}

let app: TestApp;
let market: Market;
let superuser: Client;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  market = await openMarket(app);
  superuser = await app.superuser();
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const upload = ({ as }: Party, rows: readonly CatalogueCells[]): Promise<unknown> =>
  as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(rows));
/** A label whose catalogue has these rows, numbered from 1. */
async function labelWith(rows: readonly CatalogueCells[]): Promise<Party> {
  const label = await app.given.label();
  await upload(
    label,
    rows.map((row, at) => ({ isrc: testIsrc(at + 1), artists: 'Ana', duration: '200', ...row })),
  );
  return label;
}
/** Each pair by the last digits of its ISRCs, the one that would stay first. */
const pairsOf = async ({ as }: Party): Promise<string[]> =>
  (await as.all<Duplicate>('/v1/duplicates'))
    .map(({ stays, other }) => `${Number(stays.isrc.slice(-3))} ${Number(other.isrc.slice(-3))}`)
    .sort();
const decide = ({ as }: Party, stays: number, other: number, more: object = {}): Promise<Decision> =>
  as.post('/v1/duplicate-decisions', { isrc: testIsrc(stays), otherIsrc: testIsrc(other), ...more });
const dismissed = { decision: 'dismissed' };
const accepted = { decision: 'accepted' };

/** What is said of recordings, the rows of a catalogue of which it is said, and the pairs that are found by their places there. */
const cases: readonly (readonly [string, readonly CatalogueCells[], readonly string[]])[] = [
  ['are of one title and artist, however written', [{ title: 'Gruppa krovi!' }, { title: 'ГРУППА КРОВИ' }], ['1 2']],
  [
    'say their version in the title or beside it',
    [{ title: 'Ice (Live)' }, { title: 'Ice', version: 'Live' }],
    ['1 2'],
  ],
  ['are two where the versions differ', [{ title: 'Ice' }, { title: 'Ice', version: 'Live' }], []],
  ['are two where the main artists differ', [{ title: 'Ice' }, { title: 'Ice', artists: 'Bob|Ana' }], []],
  ['may have other guests', [{ title: 'Ice' }, { title: 'Ice', artists: 'Ana|Bob' }], ['1 2']],
  ['are as long, but for two seconds', [{ title: 'Ice' }, { title: 'Ice', duration: '202' }], ['1 2']],
  ['are two where one is longer', [{ title: 'Ice' }, { title: 'Ice', duration: '203' }], []],
  [
    'are not compared without a duration',
    [
      { title: 'Ice', duration: '' },
      { title: 'Ice', duration: '' },
    ],
    [],
  ],
  ['are not compared where no letter is left of the title', [{ title: '!!!' }, { title: '???' }], []],
  [
    'are two where one is stated to be a version of the other',
    [{ title: 'Ice' }, { title: 'Ice', parent_isrc: testIsrc(1), parent_kind: 'remaster' }],
    [],
  ],
  [
    'stand there once each, with the first that they are like',
    [{ title: 'Ice' }, { title: 'Ice' }, { title: 'Ice', duration: '202' }, { title: 'Ice', duration: '204' }],
    ['1 2', '1 3', '3 4'],
  ],
];
/** The cases stand in one catalogue, each with artists and ISRCs of its own. */
const casePlace = 20;

describe('recordings of one catalogue that may be one', () => {
  let found: readonly string[];
  beforeAll(async () => {
    const label = await app.given.label();
    const rows = cases.flatMap(([, told], at) =>
      told.map((row, place) => ({
        ...{ isrc: testIsrc(at * casePlace + place + 1), duration: '200', ...row },
        artists: (row.artists ?? 'Ana').replace(/\w+/g, `$& ${at}`),
        ...(row.parent_isrc === undefined ? {} : { parent_isrc: testIsrc(at * casePlace + 1) }),
      })),
    );
    await upload(label, rows);
    found = await pairsOf(label);
  });

  it.each(cases.map(([name, , pairs], at) => [name, at, pairs] as const))('%s', (_, at, pairs) => {
    const places = found.map((pair) => pair.split(' ').map((number) => Number(number) - at * casePlace));
    const own = places.filter(([first]) => first! >= 1 && first! <= casePlace);
    expect(own.map((pair) => pair.join(' '))).toEqual(pairs);
  });

  it('are of that catalogue: nobody hears what others have', async () => {
    const [one, other] = [await labelWith([{ title: 'Alone' }]), await labelWith([{}, { title: 'Alone' }])];
    expect([await pairsOf(one), await pairsOf(other)]).toEqual([[], []]);
    expect(await outcome(one.as, 'POST', '/v1/duplicate-decisions', both(1, 2))).toBe('422 recording-unknown');
  });

  it('come page by page, and each once', async () => {
    const label = await labelWith(
      ['Ice', 'Fire', 'Snow', 'Rain'].flatMap((title) => [{ title }, { title, duration: '201' }, { title }]),
    );
    const whole = await pairsOf(label);
    expect(whole).toHaveLength(8);
    const seen: Duplicate[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Page<Duplicate> = await label.as.get(`/v1/duplicates?limit=3${next && `&cursor=${next}`}`);
      seen.push(...page.rows);
      next = page.next;
    }
    expect(seen).toEqual(await label.as.all<Duplicate>('/v1/duplicates'));
    for (const keys of [
      ['99999999999999999999', '1', testIsrc(1)],
      ['x', '1', testIsrc(1)],
      ['9999999999999999999', '1', testIsrc(1)],
    ]) {
      const cursor = Buffer.from(JSON.stringify(keys)).toString('base64url');
      expect(await outcome(label.as, 'GET', `/v1/duplicates?cursor=${cursor}`)).toBe('400 request-invalid');
    }
  });

  it('are looked for so many at a time, and none is missed between', async () => {
    const titles = ['Ice', 'Ice', 'Fire', 'Snow', 'Snow', 'Snow', 'Rain'];
    const { organizationId } = await labelWith(titles.map((title) => ({ title })));
    const found = await app.app.get(Database).asMemberOf(organizationId, async (tx) => {
      const pages: AlikePage[] = [];
      for (let after: AlikePlace | undefined, at = 0; at === 0 || after !== undefined; at += 1) {
        const page = await alikePage(tx, organizationId, { after, limit: 2, lookAt: 2 });
        pages.push(page);
        after = page.last;
      }
      return pages;
    });
    expect(found.length).toBeGreaterThan(3);
    expect(
      found
        .flatMap(({ pairs }) => pairs)
        .map(({ isrc }) => isrc)
        .sort(),
    ).toEqual([2, 5, 6].map(testIsrc));
  });

  it('have one key the quick way and the other', async () => {
    const { rows } = await superuser.query(
      `WITH drawn AS (
         SELECT array_agg((ARRAY['Wax', 'jay', 'Khan', 'WWW', '7', 'xylem', 'Yjjy', 'iii', 'O', 'Kh', 'Ziggy', '', 'A-B', 'Don''t', 'Ночь', ' '])[1 + floor(random() * 16)::int]) AS w
           FROM generate_series(1, 3000) AS n, generate_series(1, 5) GROUP BY n),
       told AS (SELECT w[1] || ' ' || w[2] AS title, nullif(w[3], 'O') AS version, w[4] || ' ' || w[5] AS artist FROM drawn)
       SELECT * FROM told WHERE recording_names_key(title, version, artist) IS DISTINCT FROM recording_names_key_of_any(title, version, artist)`,
    );
    expect(rows).toEqual([]);
    const { rows: same } = await superuser.query<{ same: boolean }>(
      `SELECT recording_names_key('Wax', NULL, 'The Jays') = recording_names_key(' VÀKS ', '', 'the  «jays»') AS same`,
    );
    expect(same[0]!.same).toBe(true);
  });
});

const both = (stays: number, other: number): object => ({
  isrc: testIsrc(stays),
  otherIsrc: testIsrc(other),
  ...accepted,
});

describe('a proposal to merge', () => {
  it('keeps what agreements name, and shows each field that differs with what it would become', async () => {
    const [first, second] = market.isrcs;
    await market.concluded({ isrcs: [second!] });
    await upload(market.label, [
      { isrc: first!, title: 'Snow', artists: 'Ana', duration: '200', genre: 'Pop', p_line: '2020 Northport' },
      { isrc: second!, title: 'snow', artists: 'Ana|Bob', duration: '201', genre: 'Rock' },
    ]);
    const [found] = await market.label.as.all<Duplicate>('/v1/duplicates');
    expect(found).toMatchObject({
      stays: { isrc: second, licensed: true, packages: 0 },
      other: { isrc: first, licensed: false },
      differences: [
        { field: 'title', stays: { title: 'snow', version: null }, other: { title: 'Snow', version: null } },
        { field: 'artists', stays: ['Ana', 'Bob'], other: ['Ana'], becomes: ['Ana', 'Bob'] },
        { field: 'durationSeconds', stays: 201, other: 200, becomes: 201 },
        { field: 'pLine', stays: null, other: '2020 Northport', becomes: '2020 Northport' },
        { field: 'genre', stays: 'Rock', other: 'Pop', becomes: 'Rock' },
      ],
    });
  });
});

describe('what a person decides', () => {
  const show = ({ as }: Party, number: number): Promise<Told> => as.get(`/v1/recordings/${testIsrc(number)}`);

  it('that they are one: the other points at the one that stays, which is told as was chosen, and both are kept', async () => {
    const label = await labelWith([
      { title: 'Ice', genre: 'Pop' },
      { title: 'ICE', genre: 'Rock', version: '' },
    ]);
    const decision = await decide(label, 2, 1, { ...accepted, take: ['title'] });
    expect(decision).toMatchObject({
      decision: 'accepted',
      recordings: [testIsrc(1), testIsrc(2)],
      stays: testIsrc(2),
      changes: {
        [testIsrc(2)]: { title: { before: { title: 'ICE', version: null }, after: { title: 'Ice', version: null } } },
        [testIsrc(1)]: { parent: { before: null, after: { isrc: testIsrc(2), kind: 'same-recording' } } },
      },
      madeBy: expect.stringMatching(/^member:/) as string,
    });
    expect(await show(label, 2)).toMatchObject({ title: 'Ice', genre: 'Rock', parentIsrc: null });
    expect(await show(label, 1)).toMatchObject({ genre: 'Pop', parentIsrc: testIsrc(2), parentKind: 'same-recording' });
    expect(await label.as.all(`/v1/recordings?parentIsrc=${testIsrc(2)}`)).toEqual([
      expect.objectContaining({ isrc: testIsrc(1) }),
    ]);
    expect(await label.as.all('/v1/duplicate-decisions')).toEqual([decision]);
    expect(await pairsOf(label)).toEqual([]);
    expect(await outcome(label.as, 'POST', '/v1/duplicate-decisions', both(1, 2))).toBe('409 duplicate-state');
    // A file that takes the parent away says that they are two again; whether that is so has to be decided anew.
    await upload(label, [
      { isrc: testIsrc(1), title: 'Ice', artists: 'Ana', duration: '200', parent_isrc: '', parent_kind: '' },
    ]);
    expect(await pairsOf(label)).toEqual(['2 1']);
  });

  it('that they are two: they come back only where what they were suspected for has changed', async () => {
    const label = await labelWith([{ title: 'Ice' }, { title: 'Ice' }, { title: 'Ice', duration: '201' }]);
    expect(await pairsOf(label)).toEqual(['1 2', '1 3']);
    expect(await decide(label, 1, 3, dismissed)).toMatchObject({ decision: 'dismissed', stays: null, changes: null });
    // The next one that the third is like.
    expect(await pairsOf(label)).toEqual(['1 2', '2 3']);
    await decide(label, 3, 2, dismissed);
    await decide(label, 1, 2, dismissed);
    expect(await pairsOf(label)).toEqual([]);
    expect(await outcome(label.as, 'POST', '/v1/duplicate-decisions', { ...both(3, 1), ...dismissed })).toBe(
      '409 duplicate-state',
    );
    await upload(label, [{ isrc: testIsrc(3), title: 'Ice', artists: 'Ana', duration: '201', genre: 'Pop' }]);
    expect(await pairsOf(label)).toEqual([]);
    await upload(label, [{ isrc: testIsrc(3), title: 'Ice', artists: 'Ana', duration: '202', genre: 'Pop' }]);
    expect(await pairsOf(label)).toEqual(['3 1']);
  });

  it('is taken once of two at the same moment', async () => {
    const label = await labelWith([{ title: 'Ice' }, { title: 'Ice' }]);
    const outcomes = await Promise.all([
      outcome(label.as, 'POST', '/v1/duplicate-decisions', both(1, 2)),
      outcome(label.as, 'POST', '/v1/duplicate-decisions', both(2, 1)),
    ]);
    expect(outcomes.sort()).toEqual(['201', expect.stringMatching(/^409 (duplicate-state|idempotency-key-in-use)$/)]);
  });

  it('is refused where one is a version of the other through a third', async () => {
    const label = await labelWith([
      { title: 'Ice' },
      { title: 'Melting', parent_isrc: testIsrc(1), parent_kind: 'edit' },
      { title: 'Ice', parent_isrc: testIsrc(2), parent_kind: 'remix' },
    ]);
    expect(await outcome(label.as, 'POST', '/v1/duplicate-decisions', both(1, 3))).toBe('409 duplicate-state');
  });

  it('is dismissed all the same, since it is listed', async () => {
    const label = await labelWith([
      { title: 'Ice' },
      { title: 'Melting', parent_isrc: testIsrc(1), parent_kind: 'edit' },
      { title: 'Ice', parent_isrc: testIsrc(2), parent_kind: 'remix' },
    ]);
    expect(await pairsOf(label)).toEqual(['3 1']);
    await label.as.post('/v1/duplicate-decisions', { ...both(1, 3), ...dismissed });
    expect(await pairsOf(label)).toEqual([]);
  });

  it('loses no parent', async () => {
    const label = await labelWith([{ title: 'Ice' }, { title: 'Ice', parent_isrc: testIsrc(9), parent_kind: 'live' }]);
    expect(await outcome(label.as, 'POST', '/v1/duplicate-decisions', { ...both(1, 2), take: ['title'] })).toBe('201');
    const own = await labelWith([
      { title: 'Ice', parent_isrc: testIsrc(8), parent_kind: 'live' },
      { title: 'Ice', parent_isrc: testIsrc(9), parent_kind: 'live' },
    ]);
    expect(await outcome(own.as, 'POST', '/v1/duplicate-decisions', both(1, 2))).toBe('409 duplicate-state');
  });

  it('waits for an import of the catalogue, which would end otherwise', async () => {
    const label = await labelWith([{ title: 'Ice' }, { title: 'Ice' }]);
    const running = await app.superuser();
    await running.query('BEGIN');
    await running.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `catalogue-import ${label.organizationId}`,
    ]);
    expect(await outcome(label.as, 'POST', '/v1/duplicate-decisions', both(1, 2))).toBe('409 idempotency-key-in-use');
    await running.query('ROLLBACK');
    await running.end();
    expect(await outcome(label.as, 'POST', '/v1/duplicate-decisions', both(1, 2))).toBe('201');
  });

  it('names two recordings, and merges nothing of two', async () => {
    const answer = await refused(market.label.as, 'POST', '/v1/duplicate-decisions', {
      ...both(1, 1),
      ...dismissed,
      take: ['genre'],
    });
    expect([answer.code, answer.faults.map(({ pointer }) => pointer)]).toEqual([
      'request-invalid',
      ['/otherIsrc', '/take'],
    ]);
  });
});
