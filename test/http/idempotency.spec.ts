import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv, plainRows, testIsrc } from '../support/catalogue';
import type { Party } from '../support/given';
import { claimBody } from '../support/world';

interface Problem {
  readonly code: string;
  readonly faults?: readonly { readonly pointer: string; readonly code: string }[];
}
type Answer = ApiAnswer<Problem & { readonly id: string; readonly key?: string }>;

const isrcs = [1, 2].map(testIsrc);
let app: TestApp;
let label: Party;
let otherLabel: Party;
let platform: Party;

beforeAll(async () => {
  app = await startTestApp();
  [label, otherLabel] = [await labelWithTracks(), await labelWithTracks()];
  platform = await app.given.platform();
});
afterAll(() => app?.close());

async function labelWithTracks(): Promise<Party> {
  const party = await app.given.label();
  await party.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(plainRows(2)));
  return party;
}

const count = async (table: string, where = 'true', parameters: unknown[] = []): Promise<number> =>
  Number((await app.look<{ count: string }>(`SELECT count(*) FROM ${table} WHERE ${where}`, parameters))[0]!.count);

const post = (client: ApiClient, path: string, body: object, key: string): Promise<Answer> =>
  client.request('POST', path, { body, key });
const codeOf = ({ status, body }: Answer): string => `${status} ${body.code}`;

/** A write whose effect can be counted. */
interface Write {
  readonly name: string;
  readonly client: () => ApiClient;
  readonly path: string;
  readonly body: () => object;
  readonly table: string;
  /** Replays of some answers leave the secret out: they are compared without it. */
  readonly secret?: string;
}

const writes: readonly Write[] = [
  {
    name: 'a claim',
    client: () => label.as,
    path: '/v1/claims',
    body: () => claimBody(platform.organizationId, isrcs),
    table: 'claims',
  },
  {
    name: 'a package',
    client: () => label.as,
    path: '/v1/packages',
    body: () => ({ name: `Package ${randomUUID()}`, isrcs }),
    table: 'packages',
  },
  {
    name: 'a service',
    client: () => platform.as,
    path: '/v1/services',
    body: () => ({ name: `Service ${randomUUID()}` }),
    table: 'services',
  },
  {
    name: 'a member',
    client: () => label.as,
    path: '/v1/members',
    body: () => ({
      name: 'Ada',
      email: `${randomUUID()}@example.org`,
      password: `sesame-${randomUUID()}`,
      roles: ['reader'],
    }),
    table: 'members',
  },
  {
    name: 'what invoices say of an organization',
    client: () => label.as,
    path: '/v1/invoicing-details',
    body: () => ({
      legalName: `Name ${randomUUID()}`,
      street: '1 Test Street',
      city: 'Almaty',
      country: 'KZ',
      taxNumber: '1',
    }),
    table: 'invoicing_details',
  },
  {
    name: 'an API key',
    client: () => label.as,
    path: '/v1/api-keys',
    body: () => ({ name: `Key ${randomUUID()}`, roles: ['reader'] }),
    table: 'api_keys',
    secret: 'key',
  },
];

describe.each(writes)('$name', ({ client, path, body, table, secret }) => {
  const withoutSecret = ({ text, body: answered }: Answer): string => {
    if (secret === undefined) return text;
    return JSON.stringify(Object.entries(answered).filter(([name]) => name !== secret));
  };

  it('asked for ten times at once under one key is made once', async () => {
    const before = await count(table);
    const [sent, key] = [body(), randomUUID()];
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(client(), path, sent, key)));
    const made = answers.filter(({ status }) => status < 300);
    expect(made.length).toBeGreaterThan(0);
    expect(answers.filter((answer) => !made.includes(answer)).map(codeOf)).toEqual(
      Array<string>(10 - made.length).fill('409 idempotency-key-in-use'),
    );
    expect(new Set(made.map(withoutSecret)).size).toBe(1);
    expect(made.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect(await count(table)).toBe(before + 1);
  });

  it('asked for again is answered again, byte for byte, and said to be a replay', async () => {
    const [sent, key] = [body(), randomUUID()];
    const first = await post(client(), path, sent, key);
    const before = await count(table);
    const again = await post(client(), path, sent, key);
    expect([again.status, withoutSecret(again)]).toEqual([201, withoutSecret(first)]);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    if (secret === undefined) expect(again.text).toBe(first.text);
    expect(await count(table)).toBe(before);
  });

  it('asked for with another field under the same key is refused, naming the field', async () => {
    const [sent, key] = [body(), randomUUID()];
    await post(client(), path, sent, key);
    const before = await count(table);
    const field = Object.keys(sent)[Object.keys(sent).indexOf('reference') === -1 ? 0 : 1]!;
    const answer = await post(
      client(),
      path,
      { ...body(), ...sent, [field]: `${String((sent as Record<string, unknown>)[field])} changed` },
      key,
    );
    expect(codeOf(answer)).toBe('422 idempotency-key-reused');
    expect(answer.body.faults!.map(({ pointer }) => pointer)).toEqual([path === '/v1/members' ? '/body' : `/${field}`]);
    expect(await count(table)).toBe(before);
  });
});

describe('a key', () => {
  it('of one organization says nothing about another’s', async () => {
    const key = randomUUID();
    const sent = claimBody(platform.organizationId, isrcs);
    const [first, second] = [
      await post(label.as, '/v1/claims', sent, key),
      await post(otherLabel.as, '/v1/claims', sent, key),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
  });

  it('is one for each route', async () => {
    const key = randomUUID();
    expect((await post(label.as, '/v1/claims', claimBody(platform.organizationId, isrcs), key)).status).toBe(201);
    expect((await post(label.as, '/v1/packages', { name: 'Same key', isrcs }, key)).status).toBe(201);
  });

  it('of a refused request is free again, and nothing of it is kept', async () => {
    const before = [
      await count('idempotency_keys'),
      await count('claims'),
      await count('audit_entries'),
      await count('outbox'),
    ];
    const key = randomUUID();
    const sent = claimBody(platform.organizationId, isrcs);
    const refused: [object, string][] = [
      [{ ...sent, uses: [] }, '400 request-invalid'],
      [{ ...sent, platformId: randomUUID() }, '404 not-found'],
      [claimBody(platform.organizationId, ['ZZT012688888']), '422 recording-unknown'],
    ];
    for (const [body, code] of refused) expect(codeOf(await post(label.as, '/v1/claims', body, key))).toBe(code);
    expect([
      await count('idempotency_keys'),
      await count('claims'),
      await count('audit_entries'),
      await count('outbox'),
    ]).toEqual(before);
    expect((await post(label.as, '/v1/claims', sent, key)).status).toBe(201);
  });

  it('of a request still running refuses the second until the first ends', async () => {
    const key = randomUUID();
    const superuser = await app.superuser();
    try {
      // Holds what the request needs, so that it runs for as long as this transaction does.
      await superuser.query('BEGIN');
      await superuser.query('LOCK TABLE claims IN ACCESS EXCLUSIVE MODE');
      const sent = claimBody(platform.organizationId, isrcs);
      const first = post(label.as, '/v1/claims', sent, key);
      await untilWaiting();
      expect(codeOf(await post(label.as, '/v1/claims', sent, key))).toBe('409 idempotency-key-in-use');
      await superuser.query('ROLLBACK');
      const made = await first;
      expect(made.status).toBe(201);
      expect((await post(label.as, '/v1/claims', sent, key)).text).toBe(made.text);
    } finally {
      await superuser.end();
    }
  });

  it('is kept with a hash of what was asked, not with what was asked', async () => {
    const [password, key] = [`canary-${randomUUID()}`, randomUUID()];
    await post(
      label.as,
      '/v1/members',
      { name: 'Ada', email: `${randomUUID()}@example.org`, password, roles: ['reader'] },
      key,
    );
    const kept = await app.look<{ kept: string }>('SELECT k::text AS kept FROM idempotency_keys k WHERE key = $1', [
      key,
    ]);
    expect(kept).toHaveLength(1);
    expect(kept[0]!.kept).not.toContain(password);
  });

  it('shows the secret of a new API key once', async () => {
    const key = randomUUID();
    const first = await post(label.as, '/v1/api-keys', { name: 'Once', roles: ['reader'] }, key);
    const again = await post(label.as, '/v1/api-keys', { name: 'Once', roles: ['reader'] }, key);
    expect(first.body.key).toMatch(/^accordo_/);
    expect(again).toMatchObject({ status: 201, body: { id: first.body.id } });
    // The secret itself may hold underscores.
    const secret = first.body.key!.replace(/^accordo_[^_]+_/, '');
    expect(secret.length).toBeGreaterThan(20);
    expect(again.text).not.toContain(secret);
    expect(await count('idempotency_keys', 'body LIKE $1', [`%${secret.replaceAll('_', '\\_')}%`])).toBe(0);
  });
});

describe('other writes', () => {
  it('a DELETE is done once and answered again', async () => {
    const { id } = (await post(label.as, '/v1/api-keys', { name: 'Short', roles: ['reader'] }, randomUUID())).body;
    const key = randomUUID();
    const remove = (under: string): Promise<Answer> => label.as.request('DELETE', `/v1/api-keys/${id}`, { key: under });
    const audited = (): Promise<number> => count('audit_entries', 'subject_id = $1', [id]);
    const first = await remove(key);
    const afterFirst = await audited();
    const again = await remove(key);
    expect([first.status, first.text, again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([
      204,
      '',
      204,
      '',
      'true',
    ]);
    expect(await audited()).toBe(afterFirst);
    // The same key for another subject is another request.
    const { id: other } = (await post(label.as, '/v1/api-keys', { name: 'Other', roles: ['reader'] }, randomUUID()))
      .body;
    const answer: Answer = await label.as.request('DELETE', `/v1/api-keys/${other}`, { key });
    expect([codeOf(answer), answer.body.faults?.[0]?.pointer]).toEqual(['422 idempotency-key-reused', '/path/id']);
  });

  it('a file is the same request when its bytes are the same', async () => {
    const key = randomUUID();
    const send = (content: string): Promise<Answer> =>
      otherLabel.as.request('POST', '/v1/catalogue/imports', { key, file: { type: 'text/csv', content } });
    const [first, again, other] = [
      await send(catalogueCsv(plainRows(3))),
      await send(catalogueCsv(plainRows(3))),
      await send(catalogueCsv(plainRows(4))),
    ];
    expect([first.status, again.status, again.text === first.text, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      201,
      true,
      'true',
    ]);
    expect([codeOf(other), other.body.faults?.[0]?.pointer]).toEqual(['422 idempotency-key-reused', '/body']);
    expect(await count('catalogue_imports', 'owner_id = $1', [otherLabel.organizationId])).toBe(2);
  });

  it('a question needs no key and remembers nothing', async () => {
    const before = await count('idempotency_keys');
    const { id: serviceId } = await platform.as.post<{ id: string }>('/v1/services', { name: 'Asking' });
    const question = {
      serviceId,
      isrc: isrcs[0],
      territory: 'KZ',
      useType: 'OnDemandStream',
      commercialModel: 'AdvertisementSupportedModel',
    };
    const answer = await platform.as.request('POST', '/v1/clearance', { body: { questions: [question] }, key: '' });
    expect(answer.status).toBe(200);
    expect(await count('idempotency_keys')).toBe(before + 1);
  });
});

/** A request of ours waits for a lock. */
async function untilWaiting(): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await count('pg_stat_activity', `datname = current_database() AND wait_event_type = 'Lock'`)) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the request did not start');
}
