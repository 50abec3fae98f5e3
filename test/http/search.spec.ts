import type { Client } from 'pg';
import { applicationRole } from '../../src/platform/database/embedded';
import { startTestApp, type TestApp } from '../support/app';
import { testIsrc } from '../support/catalogue';
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

const header = 'isrc,title,version,artists,duration,release,upc,p_line,genre,label,language';
const rows = [
  'ZZT012600101,Группа крови,,Кино,4:46,,,1988 Мелодия,Rock,Мелодия,ru',
  'ZZT012600102,Yesterday,Live,The Beatles|Billy,2:05,,,1965 Northport,Pop,Northport,en',
  'ZZT012600103,Élan vital,,Beyoncé,3:00,,,2016 Northport,Hip-Hop,Northport,pt-BR',
  'ZZT012600104,"=SUM(1,2)",,Beyoncé,3:01,,,2016 Northport,Hip-Hop,Northport,',
];
const worldwide = { worldwideExcept: [] };

let app: TestApp;
let market: Market;
let stranger: Party;
let superuser: Client;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  market = await openMarket(app);
  stranger = await app.given.label();
  superuser = await app.superuser();
  await market.label.as.upload('/v1/catalogue/imports', 'text/csv', [header, ...rows].join('\n'));
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

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
    [{ language: 'RU' }, ['101']],
    [{ language: 'pt-br', q: 'elan' }, ['103']],
    [{ language: 'pt' }, ['103']],
    [{ language: 'br' }, []],
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
    const more = `${header}\nZZT012600100,Early,,Somebody,3:00,,,,Hip-Hop,,`;
    await market.label.as.upload('/v1/catalogue/imports', 'text/csv', more);
    const second = await market.label.as.get<Found>(path({ genre: 'Hip-Hop', limit: '1', cursor: first.next! }));
    expect(second).toMatchObject({ rows: [{ isrc: 'ZZT012600104' }], next: null });
  });

  it('finds what an import changed by its new words only', async () => {
    await market.label.as.upload(
      '/v1/catalogue/imports',
      'text/csv',
      `${header}\nZZT012600100,Zwiebelkuchen,,Somebody,3:00,,,,,,`,
    );
    await market.label.as.upload(
      '/v1/catalogue/imports',
      'text/csv',
      `${header}\nZZT012600100,Kürbissuppe,,Somebody,3:00,,,,Soul,,`,
    );
    expect(await find({ q: 'zwiebelkuchen' })).toEqual([]);
    expect(await find({ q: 'kurbisuppe' })).toEqual(['100']);
    expect(await find({ genre: 'Soul' })).toEqual(['100']);
  });

  it('gets all that is found as CSV, which no spreadsheet runs', async () => {
    const { text } = await market.label.as.request('GET', path({ q: 'beyonce', format: 'csv' }));
    expect(text.split('\r\n')).toEqual([
      'isrc,title,version,artists,duration_seconds,p_line,genre,label,language,label_id',
      `ZZT012600103,Élan vital,,Beyoncé,180,2016 Northport,Hip-Hop,Northport,pt-BR,${market.label.organizationId}`,
      `ZZT012600104,"'=SUM(1,2)",,Beyoncé,181,2016 Northport,Hip-Hop,Northport,,${market.label.organizationId}`,
      '',
    ]);
  });

  it('finds nothing of another one, however it is spelled', async () => {
    for (const q of ['gruppa', 'grupa', 'beatles']) expect(await find({ q }, stranger)).toEqual([]);
    expect(await find({}, stranger)).toEqual([]);
    expect(await stranger.as.get(path({}, '/facets'))).toMatchObject({ total: '0', artists: [] });
  });

  it('is told of codes that nobody knows', async () => {
    const asked = path({ territory: 'XX', use: 'sing', language: "n'\\" });
    const { status, code, faults } = await refused(market.label.as, 'GET', asked);
    expect([status, code, faults.map((fault) => `${fault.pointer} ${fault.code}`)]).toEqual([
      400,
      'request-invalid',
      ['/territory territory-unknown', '/use use-unknown', '/language language-malformed'],
    ]);
  });

  it('is told of cursors that are none', async () => {
    const cursor = (...keys: unknown[]): string => Buffer.from(JSON.stringify(keys)).toString('base64url');
    const id = market.label.organizationId;
    for (const bad of ['x', cursor(), cursor('ZZT012600101'), cursor("ZZT01260010'", id), cursor('ZZT012600101', 1)])
      for (const format of ['json', 'csv'])
        expect((await refused(market.label.as, 'GET', path({ cursor: bad, format }))).faults[0]?.code).toBe(
          'field-cursor',
        );
    // Whose it says that the last one was makes no difference to what is seen.
    const others = cursor('ZZT012600102', stranger.organizationId);
    const { rows: found } = await market.label.as.get<Found>(path({ cursor: others, q: 'elan' }));
    expect(found.map(({ isrc }) => isrc)).toEqual(['ZZT012600103']);
  });

  it.each([
    ['lines', 'q=kino%0A%0Agruppa', 200],
    ['nothing but lines', 'q=%0A&artist=%0A%0A&genre=%09', 200],
    ['nothing but signs', 'q=%27%5C%3A*%7C%26!()%3C-%3E&label=%27%5C', 200],
    ['half a pair', 'q=%ED%A0%80&genre=%ED%BF%BF', 200],
    ['signs that are many words', `q=${encodeURIComponent('ﷺ㍿'.repeat(100))}`, 200],
    [
      'many words that nobody knows',
      `q=${Array.from({ length: 40 }, (_, at) => `zq${'vwxz'[at % 4]}${'abcdefghij'[at % 10]}`).join('+')}`,
      200,
    ],
    ['NUL', 'q=%00', 400],
    ['too much', `q=${'a'.repeat(2000)}`, 400],
    ['two questions', 'q=a&q=b', 400],
    ['a year that is none', 'year=1e999&longest=-1', 400],
    ['a header too long', `q=${'a'.repeat(100_000)}`, 431],
  ])('may ask anything: %s', async (_, asked, status) => {
    for (const rest of ['', '/facets'])
      expect((await market.label.as.request('GET', `/v1/recordings/search${rest}?${asked}`)).status).toBe(status);
  });

  it('asks for any name that a facet shows', async () => {
    const { as } = await app.given.label();
    const told = `${'Ж'.repeat(290)} & sons`;
    await as.upload('/v1/catalogue/imports', 'text/csv', `${header}\nZZT012600301,Long,,Ж,3:00,,,,,${told},`);
    const { labels } = await as.get<{ labels: { value: string }[] }>(path({}, '/facets'));
    expect(labels.map(({ value }) => value)).toEqual([told]);
    expect((await as.get<Found>(path({ label: told }))).rows).toHaveLength(1);
  });
});

describe('words of other languages', () => {
  let as: Party['as'];
  beforeAll(async () => {
    ({ as } = await app.given.label());
    const told = [
      'हिन्दी गाना,hi',
      'Բարև,hy',
      'ガラスの少年,ja',
      'الْعَرَبِيَّة,ar',
      'ไม่เป็นไร,th',
      'ΟΔΟΣ,el',
      'Njegoš Đorđević,sr',
      'Їжак ґанок,uk',
      'Zażółć Łódź,pl',
      'Hakuna,sw',
      'Abba,sv',
    ];
    const lines = told.map((line, at) => {
      const [title, language] = line.split(',');
      return `${testIsrc(400 + at)},${title},,X,3:00,,,,,,${language}`;
    });
    await as.upload('/v1/catalogue/imports', 'text/csv', [header, ...lines].join('\n'));
  });

  it.each([
    ['हिन्दी', ['हिन्दी गाना']],
    ['ह', []],
    ['दी', []],
    ['ガラスの少年', ['ガラスの少年']],
    ['カ', []],
    ['العربية', ['الْعَرَبِيَّة']],
    ['ไม่เป็นไร', ['ไม่เป็นไร']],
    ['οδός', ['ΟΔΟΣ']],
    ['Његош Ђорђевић', ['Njegoš Đorđević']],
    ['Njegos Dordevic', ['Njegoš Đorđević']],
    ['izhak ganok', ['Їжак ґанок']],
    ['zazolc lodz', ['Zażółć Łódź']],
  ])('are found by “%s”: %j', async (q, titles) => {
    expect((await as.get<Found>(path({ q }))).rows.map(({ title }) => title)).toEqual(titles);
  });

  it.each([
    ['hi', ['हिन्दी गाना']],
    ['hy', ['Բարև']],
    ['SV', ['Abba']],
    ['sw', ['Hakuna']],
  ])('are of a language by its tag and no other: %s', async (language, titles) => {
    expect((await as.get<Found>(path({ language }))).rows.map(({ title }) => title)).toEqual(titles);
  });

  it('are written with one letter for each', async () => {
    const letters =
      'ё-e й-i і-i ї-i є-e ґ-g ғ-g ә-a қ-k ң-n ө-o ұ-u ү-u һ-h ј-i ђ-d ћ-c ў-u ы-i ø-o ł-l đ-d ı-i ð-d ß-ss æ-ae þ-th ю-iu щ-shch';
    const { rows: kept } = await superuser.query(
      `SELECT pair, search_key(split_part(pair, '-', 1)) AS key FROM unnest(string_to_array($1, ' ')) AS pair WHERE search_key(split_part(pair, '-', 1)) <> split_part(pair, '-', 2)`,
      [letters],
    );
    expect(kept).toEqual([]);
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
    const add = (from: number, to: number): Promise<unknown> =>
      superuser.query(
        `INSERT INTO recordings (owner_id, isrc, title, artists, updated_at)
         SELECT $1, 'ZZF01' || lpad(n::text, 7, '0'), 'Wave', '{Sea}', now() FROM generate_series($2::int, $3::int) AS n`,
        [stranger.organizationId, from, to],
      );
    await add(1, 10_000);
    expect(await stranger.as.get(path({ q: 'wave' }, '/facets'))).toMatchObject({
      total: '10000',
      artists: [{ value: 'Sea', count: 10_000 }],
    });
    await add(10_001, 10_001);
    expect(await stranger.as.get(path({ q: 'wave' }, '/facets'))).toMatchObject({ total: '10,000+' });
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
    // Whether the label has a word where nothing is offered is not to be told by what a misspelled one finds.
    await label.as.upload('/v1/catalogue/imports', 'text/csv', `${header}\nZZT012600120,Gruppo Beetles,,Z,3:00,,,,,,`);
    expect(await find({ q: 'gruppo' }, label)).toEqual(['120']);
    expect(await find({ q: 'gruppo' }, platform)).toEqual(['101']);
    expect(await find({ q: 'beetles' }, platform)).toEqual(['102']);
    // What it is called today is found, though the package is older.
    await label.as.upload('/v1/catalogue/imports', 'text/csv', `${header}\nZZT012600101,Krug,,Kino,4:46,,,,,,`);
    expect([await find({ q: 'krug' }, platform), await find({ q: 'gruppa' }, platform)]).toEqual([['101'], []]);
    await label.as.upload('/v1/catalogue/imports', 'text/csv', [header, rows[0]].join('\n'));
    for (const by of [label, platform]) {
      expect(await find({ territory: 'KZ', use: 'PermanentDownload' }, by)).toEqual(['101', '102']);
      expect(await find({ territory: 'US' }, by)).toEqual([]);
      expect(await find({ q: 'gruppa', use: 'UseAsRingtone' }, by)).toEqual([]);
    }
    expect(await platform.as.get(path({}, '/facets'))).toMatchObject({ total: '2' });
    // A saved query looks where the search does.
    const query = { territory: 'KZ', use: 'PermanentDownload' };
    const saved = await label.as.post<{ id: string }>('/v1/saved-queries', { name: 'Offered', query });
    expect(await label.as.get(`/v1/saved-queries/${saved.id}/difference`)).toMatchObject({
      rows: isrcs.map((isrc) => ({ isrc, change: 'added' })),
    });
    await label.as.post(`/v1/listings/${listing.id}/closing`, {});
    expect(await find({}, platform)).toEqual([]);
    expect(await find({ territory: 'KZ' }, label)).toEqual([]);
  });
});

describe('a platform that is offered much', () => {
  const never = `'{"grants":[{"uses":[],"territories":{"include":[]}}]}'`;
  let other: Party;
  beforeAll(async () => {
    other = await app.given.label();
    const lines = [rows[0]!.replace('Группа крови', 'Группа'), 'ZZT012600109,Other,,Kino,3:00,,,,,,'];
    await other.as.upload('/v1/catalogue/imports', 'text/csv', [header, ...lines].join('\n'));
    const kazakh = `'${JSON.stringify(templateOf(market.terms({ territories: { include: ['KZ'] } })))}'`;
    // Of each label two packages that share a recording; many listings of the first one of each, of which the last one only licenses Kazakhstan.
    await superuser.query(`
      WITH p AS (
        INSERT INTO packages (owner_id, name, version, content_hash, track_count, published_at)
        SELECT owner, name, 1, repeat('0', 64), 1, '2026-01-01' FROM unnest('{${market.label.organizationId},${other.organizationId}}'::uuid[]) AS owner, unnest('{A,B}'::text[]) AS name RETURNING *),
      t AS (
        INSERT INTO package_tracks (package_id, isrc, owner_id)
        SELECT id, isrc, owner_id FROM p, unnest('{ZZT012600101,ZZT012600109}'::text[]) AS isrc WHERE isrc LIKE '%101' OR name = 'B' AND owner_id = '${other.organizationId}')
      INSERT INTO listings (id, label_id, package_id, package_name, package_version, content_hash, track_count, visibility, template, published_at)
      SELECT CASE WHEN n = 120 AND name = 'A' THEN overlay(p.id::text PLACING 'ffffffff' FROM 1)::uuid ELSE uuidv7() END, owner_id, p.id, name, 1, repeat('0', 64), 1, 'public',
             CASE WHEN n = 120 AND name = 'A' THEN ${kazakh} ELSE ${never} END, '2026-01-01'
        FROM p, generate_series(1, CASE name WHEN 'A' THEN 120 ELSE 1 END) AS n`);
  });

  it('finds each recording of each label once, page by page', async () => {
    const { as } = market.platform;
    const pages = async (asked: Record<string, string>): Promise<string[]> => {
      const shown: string[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: Found = await as.get<Found>(path({ ...asked, limit: '1', ...(next && { cursor: next }) }));
        shown.push(...page.rows.map(({ isrc, labelId }) => `${isrc.slice(-3)} ${labelId}`));
        ({ next } = page);
      }
      return shown;
    };
    const both = [market.label, other].map(({ organizationId }) => `101 ${organizationId}`).sort();
    expect(await pages({})).toEqual([...both, `109 ${other.organizationId}`]);
    expect(await pages({ q: 'gruppa' })).toEqual(both);
    expect(await pages({ q: 'grupa', territory: 'KZ' })).toEqual(both);
    expect(await as.get(path({}, '/facets'))).toMatchObject({
      total: '3',
      artists: [
        { value: 'Кино', count: 2 },
        { value: 'Kino', count: 1 },
      ],
    });
    const { text } = await as.request('GET', path({ format: 'csv' }));
    expect(text.split('\r\n')).toHaveLength(5);
  });
});

describe('the functions that pass the policy', () => {
  const asked = (owners: string): string => `'{${owners}}'::uuid[]`;

  it('answer for the organization that asks, and for nobody else', async () => {
    const { label, platform } = market;
    const { rows: packages } = await superuser.query<{ id: string }>('SELECT id FROM packages');
    const own = asked(label.organizationId);
    const recordings = (owners: string, named = 'NULL'): string =>
      `SELECT isrc FROM find_recordings(${owners}, ${named}, NULL, NULL, NULL, NULL, NULL, 10, true)`;
    const query = (owners: string): string =>
      `SELECT search_query(${owners}, NULL, 'grupa', '{}') AS found WHERE search_query(${owners}, NULL, 'grupa', '{}') IS NOT NULL`;
    const count = async (role: string, organization: string, statement: string): Promise<number> => {
      await superuser.query(
        `BEGIN; SET LOCAL ROLE ${applicationRole}; SET LOCAL accordo.role = '${role}'; SET LOCAL accordo.organization = '${organization}'`,
      );
      try {
        return (await superuser.query(statement)).rowCount ?? 0;
      } finally {
        await superuser.query('ROLLBACK');
      }
    };
    for (const statement of [recordings(own), query(own)]) {
      expect(await count('member', label.organizationId, statement)).toBeGreaterThan(0);
      for (const [role, who] of [
        ['member', stranger.organizationId],
        ['member', platform.organizationId],
        ['member', ''],
        ['operator', label.organizationId],
        ['auditor', ''],
        ['', ''],
      ] as const)
        expect([role, who, await count(role, who, statement)]).toEqual([role, who, 0]);
    }
    // Neither several owners, nor a package of another's.
    const both = asked(`${stranger.organizationId},${label.organizationId}`);
    expect(await count('member', stranger.organizationId, recordings(both))).toBe(0);
    const named = asked(packages.map(({ id }) => id).join(','));
    expect(await count('member', label.organizationId, recordings(own, named))).toBe(2);
    expect(await count('member', stranger.organizationId, recordings(asked(stranger.organizationId), named))).toBe(0);
    for (const table of ['recordings', 'catalogue_words', 'package_words'])
      expect(
        await count(
          'member',
          stranger.organizationId,
          `SELECT FROM ${table} WHERE owner_id <> '${stranger.organizationId}'`,
        ),
      ).toBe(0);
    const { rows: settings } = await superuser.query<{ name: string }>(
      `SELECT proname AS name FROM pg_proc WHERE prosecdef AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, public, pg_temp'], false)`,
    );
    expect(settings).toEqual([]);
  });

  it('make the same words of a plain text, the quick way and the other', async () => {
    const { rows: differing } = await superuser.query(
      `WITH drawn AS (
         SELECT array_agg((ARRAY['Wax', 'jay', 'Khan', 'WWW', '7', 'xylem', 'Yjjy', 'iii', 'O', 'Kh', 'Ziggy', '', 'A-B', 'Don''t', 'Ночь', ' '])[1 + floor(random() * 16)::int]) AS w
           FROM generate_series(1, 3000) AS n, generate_series(1, 8) GROUP BY n),
       told AS (
         SELECT w[1] || ' ' || w[2] AS title, nullif(w[3], 'O') AS version, ARRAY[w[4] || ' ' || w[5], w[6]] AS artists, nullif(w[7], 'O') AS label, nullif(w[8], 'O') AS genre FROM drawn)
       SELECT * FROM told
        WHERE recording_words(title, version, artists, label, genre, 'sw-KE', '1999 X') <> recording_words_of_any(title, version, artists, label, genre, 'sw-KE', '1999 X')`,
    );
    expect(differing).toEqual([]);
    const { rows } = await superuser.query<{ words: string }>(
      `SELECT recording_words('Wax', NULL, '{The Jays}', NULL, 'Hip Hop', 'pt-BR', '1999 X')::text AS words`,
    );
    expect(rows[0]!.words).toBe(`'a=the_iais' 'd=1999' 'g=hip_hop' 'iais' 'n=pt-br' 'the' 'vaks'`);
  });
});
