import { createHook } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv, plainRows, testIsrc } from '../support/catalogue';
import type { Party } from '../support/given';
import { filled, nameOf, type Route, routesOf } from '../support/route-table';
import { claimBody } from '../support/world';

let app: TestApp;
let label: Party;
let platform: Party;
let routes: Route[];
let tokens: Record<'label' | 'platform' | 'operator', string>;

beforeAll(async () => {
  app = await startTestApp();
  [label, platform] = [await app.given.label(), await app.given.platform()];
  await label.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(plainRows(2)));
  const operator = await app.given.operator();
  const { key } = await operator.post<{ key: string }>('/v1/api-keys', { name: 'lists', roles: ['reader'] });
  tokens = { label: await tokenOf(label), platform: await tokenOf(platform), operator: key };
  routes = routesOf(app.app);
});
afterAll(() => app?.close());

async function tokenOf({ email, password }: Party): Promise<string> {
  return (await app.given.client().post<{ accessToken: string }>('/v1/sign-in', { email, password })).accessToken;
}

interface Reply {
  readonly status: number;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly text: string;
}

interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly token?: string;
}

/** A request as it is written: no client adds or tidies anything. */
function raw(method: string, path: string, { headers = {}, body, token = tokens.label }: Sent = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = open(method, path, { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID(), ...headers });
    sent.on('response', (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      reply.on('error', reject).on('end', () => {
        const type = reply.headers['content-type'];
        const code = type?.includes('problem+json') ? (JSON.parse(text) as { code: string }).code : undefined;
        resolve({ status: reply.statusCode!, code, type, text });
      });
    });
    sent.on('error', reject).end(body);
  });
}

function open(method: string, path: string, headers: Record<string, string>): ClientRequest {
  const { hostname, port } = new URL(app.url);
  return httpRequest({ hostname, port, method, path, agent: false, headers });
}

const json = (body: string | Buffer, headers: Record<string, string> = {}): Sent => ({
  headers: { 'content-type': 'application/json', ...headers },
  body,
});
const claim = (): string => JSON.stringify(claimBody(platform.organizationId, [testIsrc(1)]));
const claims = async (): Promise<number> => (await label.as.all('/v1/claims')).length;

describe('an encoded body', () => {
  const encodings = [
    'br',
    'gzip',
    'zstd',
    'deflate',
    'gzip, br',
    'BR',
    'GZIP',
    ' br',
    'br ',
    'identity, br',
    'x-gzip',
    'compress',
    'br;q=1',
    'unknown',
    '*',
  ];

  it('is refused on every route that takes a body, before anything looks at it', async () => {
    const posts = routes.filter(({ method }) => method === 'POST');
    expect(posts.map(nameOf)).toEqual(
      expect.arrayContaining([
        'POST /v1/sign-in',
        'POST /v1/organizations',
        'POST /v1/stripe/webhooks',
        'POST /v1/usage-reports',
      ]),
    );
    const [brotli, gzip] = [zlib.brotliCompressSync('{}'), zlib.gzipSync('{}')];
    const made: string[] = [];
    const watch = createHook({ init: (_, type) => void (/zlib|brotli|zstd/i.test(type) && made.push(type)) }).enable();
    try {
      for (const route of posts) {
        for (const encoding of encodings) {
          for (const type of ['application/json', 'text/csv']) {
            const body = /br/i.test(encoding) ? brotli : gzip;
            const reply = await raw('POST', filled(route.path, randomUUID()), {
              headers: { 'content-type': type, 'content-encoding': encoding },
              body,
            });
            expect([nameOf(route), encoding, reply.status, reply.code]).toEqual([
              nameOf(route),
              encoding,
              415,
              'content-encoding-unsupported',
            ]);
          }
        }
      }
      expect(made).toEqual([]);
      // The watch does see one.
      zlib.createBrotliDecompress().destroy();
      expect(made).toHaveLength(1);
    } finally {
      watch.disable();
    }
  });

  it('that says it is not encoded is read as it is', async () => {
    for (const encoding of ['identity', 'IDENTITY'])
      expect((await raw('POST', '/v1/claims', json(claim(), { 'content-encoding': encoding }))).status).toBe(201);
  });

  it('is not sent either, whatever the client takes', async () => {
    const reply = await fetch(`${app.url}/openapi.json`, { headers: { 'accept-encoding': 'br, gzip, zstd' } });
    expect(reply.headers.get('content-encoding')).toBeNull();
    await reply.text();
  });
});

describe('a JSON body', () => {
  it('of more than a megabyte is refused, however its length is told', async () => {
    const big = JSON.stringify({ name: 'x'.repeat(1_100_000) });
    expect(await raw('POST', '/v1/packages', json(big))).toMatchObject({ status: 413, code: 'body-too-large' });
    expect(await raw('POST', '/v1/sign-in', json(big))).toMatchObject({ status: 413, code: 'body-too-large' });
    const chunked = await label.as.request<{ code: string }>('POST', '/v1/packages', {
      headers: { 'content-type': 'application/json' },
      file: { type: 'application/json', content: new Blob([big]).stream() },
    });
    expect([chunked.status, chunked.body.code]).toEqual([413, 'body-too-large']);
  });

  it('nests 64 levels, not 65', async () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const lists = (levels: number): string => `{"terms":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    for (const body of [nested(65), nested(10_000), lists(64), lists(100_000)]) {
      const reply = await raw('POST', '/v1/negotiations', json(body));
      expect([reply.status, reply.code, reply.text.includes('body-too-deep')]).toEqual([400, 'request-invalid', true]);
    }
    expect((await raw('POST', '/v1/negotiations', json(nested(64)))).text).not.toContain('body-too-deep');
  });

  it('that is no JSON is refused', async () => {
    const broken = [
      '{',
      '{"a":1,}',
      "{'a':1}",
      '{"a":01}',
      '{"a":NaN}',
      '',
      'null,',
      '{"a":"\u0001"}',
      '[1',
      '\ufeff{"a"',
      '{"a":1}{"b":2}',
      Buffer.from([0xff, 0xfe, 0x7b]),
    ];
    for (const body of broken) {
      for (const path of ['/v1/claims', '/v1/sign-in']) {
        const reply = await raw('POST', path, json(body));
        expect([String(body), path, reply.status, reply.code]).toEqual([String(body), path, 400, 'request-invalid']);
      }
    }
  });

  it('cannot reach prototypes', async () => {
    const before = await claims();
    const rest = claim().slice(1);
    const poisoned = [
      `{"__proto__":{"polluted":true},${rest}`,
      `{"constructor":{"prototype":{"polluted":true}},${rest}`,
      `{"\\u005f_proto__":{"polluted":true},${rest}`,
      `{"prototype":{"polluted":true},${rest}`,
      claim().replace('"isrc":', '"__proto__":{"polluted":true},"isrc":'),
      claim().replace('"isrc":', '"constructor":{"prototype":{"polluted":true}},"isrc":'),
    ];
    for (const body of poisoned)
      expect([body, await raw('POST', '/v1/claims', json(body))]).toEqual([
        body,
        expect.objectContaining({ status: 400, code: 'request-invalid' }),
      ]);
    const inTerms = `{"counterpartyId":"${platform.organizationId}","terms":{"schema":"accordo-terms/1","__proto__":{"polluted":true}}}`;
    expect(await raw('POST', '/v1/negotiations', json(inTerms))).toMatchObject({
      status: 400,
      code: 'request-invalid',
    });
    expect((await raw('GET', '/v1/claims?__proto__[polluted]=true')).status).toBe(400);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(await claims()).toBe(before);
  });

  it('with control characters in a text is refused', async () => {
    for (const character of ['\u0000', '\u0001', '\u001b', '\u007f']) {
      const reply = await raw(
        'POST',
        '/v1/packages',
        json(JSON.stringify({ name: `A${character}B`, isrcs: [testIsrc(1)] })),
      );
      expect([character, reply.status, reply.code]).toEqual([character, 400, 'request-invalid']);
    }
    expect((await raw('GET', '/v1/recordings?isrc=ZZT0126%00')).status).toBe(400);
    expect([400, 404]).toContain((await raw('GET', '/v1/recordings/ZZT0126%00')).status);
  });

  it('may be missing where a route needs none, and is missed where it does', async () => {
    expect(await raw('POST', '/v1/claims')).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(await raw('POST', '/v1/sign-in', { token: '' })).toMatchObject({ status: 400, code: 'request-invalid' });
    expect((await raw('POST', '/v1/sign-out', { token: await tokenOf(label) })).status).toBe(204);
  });

  it('may say a thing once only', async () => {
    // The later of two equal names wins in JavaScript; what matters is that nothing fails.
    expect((await raw('POST', '/v1/claims', json(claim().replace('{', '{"reference":1,')))).status).toBe(201);
  });
});

describe('the content type', () => {
  const withUnknown = '{"unexpected":1}';

  it('decides nothing: a body is checked alike or not read at all', async () => {
    const types = [
      'application/json',
      'APPLICATION/JSON',
      'application/json; charset=utf-8',
      'application/json;charset=utf-16',
      'application/json\t',
      ' application/json',
      'application/json ;a=b',
      'application/json, text/plain',
      'application/jsonx',
      'application/vnd.api+json',
      'text/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/csv',
      'application/octet-stream',
      'application',
      '',
    ];
    for (const type of types) {
      for (const path of ['/v1/claims', '/v1/sign-in', '/v1/organizations']) {
        const { status, code } = await raw('POST', path, { headers: { 'content-type': type }, body: withUnknown });
        expect([type, path, `${status} ${code}`]).toEqual([
          type,
          path,
          expect.stringMatching(/^(400 request-invalid|415 content-type-unsupported)$/),
        ]);
      }
    }
  });

  it('that a route does not read is refused', async () => {
    for (const [path, type] of [
      ['/v1/claims', 'text/plain'],
      ['/v1/claims', 'application/xml'],
      ['/v1/claims', 'text/csv'],
      ['/v1/members', 'text/csv'],
      ['/v1/sign-in', 'application/octet-stream'],
      ['/v1/payment-accounts', 'text/csv'],
      ['/v1/catalogue/imports', 'application/json'],
      ['/v1/catalogue/imports', 'text/tab-separated-values'],
    ] as const) {
      expect([path, type, await raw('POST', path, { headers: { 'content-type': type }, body: '{}' })]).toEqual([
        path,
        type,
        expect.objectContaining({ status: 415, code: 'content-type-unsupported' }),
      ]);
    }
    const reply = await raw('POST', '/v1/usage-reports', {
      headers: { 'content-type': 'text/csv' },
      body: 'a',
      token: tokens.platform,
    });
    expect(reply).toMatchObject({ status: 415, code: 'content-type-unsupported' });
  });
});

describe('a page', () => {
  const lists = (): Route[] =>
    routes.filter(
      ({ method, queries, allowance }) =>
        method === 'GET' && queries.some((query) => 'limit' in new query()) && allowance?.public === false,
    );
  const tokenFor = ({ allowance }: Route): string => {
    const isFor = (kind: keyof typeof tokens): boolean => allowance?.public === false && allowance.kinds.includes(kind);
    return tokens[(['label', 'platform', 'operator'] as const).find(isFor) ?? 'platform'];
  };

  it('has from one to a thousand rows', async () => {
    expect(lists().length).toBeGreaterThan(18);
    for (const route of lists()) {
      for (const limit of [
        '0',
        '1001',
        'abc',
        '-1',
        '1.5',
        '',
        '1e9',
        '%00',
        '1&limit=2',
        '99999999999999999999',
        'Infinity',
        '0x10x',
      ]) {
        const reply = await raw('GET', `${filled(route.path, randomUUID())}?limit=${limit}`, {
          token: tokenFor(route),
        });
        expect([nameOf(route), limit, reply.status, reply.code]).toEqual([
          nameOf(route),
          limit,
          400,
          'request-invalid',
        ]);
      }
    }
  });

  it('continues at a cursor of ours only', async () => {
    const cursor = (value: unknown): string =>
      Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
    const strange = [
      'abc',
      '%00',
      cursor(''),
      cursor('{}'),
      cursor([]),
      cursor([null]),
      cursor([1]),
      cursor(['']),
      cursor([['a']]),
      cursor(["1'; DROP TABLE claims; --"]),
      cursor(['2026-01-01T00:00:00Z', "' OR 1=1"]),
      cursor(['x', randomUUID()]),
      'a'.repeat(501),
      'a&cursor=b',
    ];
    const open = lists().filter(({ path }) => !path.includes(':'));
    expect(open.length).toBeGreaterThan(10);
    for (const route of open) {
      for (const text of strange) {
        const reply = await raw('GET', `${route.path}?cursor=${text}`, { token: tokenFor(route) });
        expect([nameOf(route), text, reply.status, reply.code]).toEqual([nameOf(route), text, 400, 'request-invalid']);
      }
    }
  });

  it('whose cursor names a time or number that does not exist is refused, not failed at', async () => {
    const cursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const route of lists().filter(({ path }) => !path.includes(':'))) {
      for (const keys of [
        ['2026-99-99T99:99:99Z', randomUUID()],
        ['0000-00-00T00:00:00Z', randomUUID()],
        ['999999999999999999'],
        ['999999999'],
      ]) {
        const { status } = await raw('GET', `${route.path}?cursor=${cursor(keys)}`, { token: tokenFor(route) });
        expect([nameOf(route), keys, status < 500]).toEqual([nameOf(route), keys, true]);
      }
    }
  });
});

describe('methods and addresses', () => {
  it('that do not exist are refused as problems', async () => {
    for (const [method, path] of [
      ['GET', '/v1/nothing'],
      ['PUT', '/v1/claims'],
      ['PATCH', '/v1/me'],
      ['DELETE', '/v1/claims'],
      ['OPTIONS', '/v1/claims'],
      ['TRACE', '/v1/me'],
      ['GET', '/v1/sign-in'],
      ['POST', '/health/live'],
      ['GET', '/%'],
    ] as const) {
      const reply = await raw(method, path);
      expect([method, path, reply.type]).toEqual([method, path, 'application/problem+json; charset=utf-8']);
      expect([method, path, `${reply.status} ${reply.code}`]).toEqual([
        method,
        path,
        expect.stringMatching(/^(404 not-found|405 method-not-allowed|400 request-invalid)$/),
      ]);
    }
  });

  it('answer HEAD as they answer GET, without a body', async () => {
    const { id } = await label.as.post<{ id: string }>('/v1/packages', { name: 'Heads', isrcs: [testIsrc(1)] });
    for (const path of [
      '/v1/me',
      '/v1/claims',
      `/v1/packages/${id}`,
      `/v1/packages/${randomUUID()}`,
      '/health/live',
      '/v1/trial-balance',
      '/openapi.json',
      '/v1/nothing',
    ]) {
      const [get, head] = [await label.as.request('GET', path), await label.as.request('HEAD', path)];
      expect([path, head.status, head.text]).toEqual([path, get.status, '']);
      expect([path, head.headers.get('content-type')]).toEqual([path, get.headers.get('content-type')]);
    }
    expect((await app.given.client().request('HEAD', '/v1/me')).status).toBe(401);
  });

  it('carry the headers that browsers need to be careful', async () => {
    for (const path of ['/v1/me', '/v1/nothing', '/docs', '/health/live']) {
      const { headers } = await label.as.request('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('an upload that is given up', () => {
  const uploads = (): [string, string, string, ApiClient][] => [
    ['/v1/catalogue/imports', 'text/csv', tokens.label, label.as],
    ['/v1/usage-reports', 'text/tab-separated-values', tokens.platform, platform.as],
  ];
  const incoming = (): Promise<string[]> =>
    readdir(join((app.parts.storage as unknown as { folder: string }).folder, 'incoming')).catch(() => []);

  async function until(check: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      if (await check()) return;
      await sleep(25);
    }
    throw new Error('it did not come to be within 5 seconds');
  }

  it('leaves no file and no row', async () => {
    const superuser = await app.superuser();
    try {
      const rows = async (): Promise<string> =>
        (
          await superuser.query<{ rows: string }>(
            'SELECT (SELECT count(*) FROM catalogue_imports) || $1 || (SELECT count(*) FROM usage_reports) || $1 || (SELECT count(*) FROM idempotency_keys) AS rows',
            [' '],
          )
        ).rows[0]!.rows;
      const before = await rows();
      for (const [path, type, token] of uploads()) {
        for (const length of [{}, { 'content-length': '1000000' }] as Record<string, string>[]) {
          const sent = open('POST', path, {
            authorization: `Bearer ${token}`,
            'idempotency-key': randomUUID(),
            'content-type': type,
            ...length,
          });
          sent.on('error', () => undefined);
          sent.write('isrc,title,artists\n'.repeat(5_000));
          await until(async () => (await incoming()).length === 1);
          sent.destroy();
          await until(async () => (await incoming()).length === 0);
        }
      }
      expect(await rows()).toBe(before);
    } finally {
      await superuser.end();
    }
  });

  it('or refused does not keep the file waiting', async () => {
    for (const [path, type, , client] of uploads()) {
      const answer = await client.request('POST', path, { file: { type, content: 'not,a\nfile' } });
      expect([path, answer.status]).toEqual([path, 422]);
    }
    expect(await incoming()).toEqual([]);
  });
});
