import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type Market, type NegotiationAnswer, openMarket, outcome, type Refused } from '../support/market';

interface DraftAnswer {
  readonly id: string;
  readonly state: string;
  readonly version: number;
  readonly negotiationId: string | null;
  readonly counterpartyId: string | null;
  readonly basedOn: number | null;
  readonly message: string | null;
  readonly sentNegotiationId: string | null;
  readonly sentRevision: number | null;
  readonly terms: object;
  readonly faults: readonly { readonly pointer: string; readonly code: string }[];
  readonly remarks: readonly { readonly pointer: string; readonly code: string }[];
}

let app: TestApp;
let market: Market;
beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app);
});
afterAll(() => app.close());

const at = (id: string, rest = ''): string => `/v1/drafts/${id}${rest}`;
const open = (client: ApiClient, body: object): Promise<DraftAnswer> => client.post('/v1/drafts', body);

interface Write {
  readonly tag?: string;
  readonly body?: object;
  readonly key?: string;
}

/** A write over the version that `tag` names. */
function write<Body = DraftAnswer & Partial<Refused>>(
  client: ApiClient,
  method: string,
  path: string,
  { tag, ...rest }: Write = {},
): Promise<ApiAnswer<Body>> {
  return client.request<Body>(method, path, { ...rest, headers: tag === undefined ? {} : { 'if-match': tag } });
}

const result = ({ status, body }: ApiAnswer<Partial<Refused>>): string => `${status} ${body.code ?? ''}`.trim();

/** Right for the route: a whole draft to save, nothing more to send. */
const bodyOf = (method: string): { body?: object } =>
  method === 'PUT' ? { body: { terms: {} } } : method === 'POST' ? { body: {} } : {};

describe('a draft', () => {
  it('grows from nothing into an offer, and becomes the first revision', async () => {
    const { label, platform, terms } = market;
    const opened = await label.as.request<DraftAnswer>('POST', '/v1/drafts', { body: { terms: {} } });
    expect([opened.status, opened.headers.get('etag')]).toEqual([201, '"1"']);
    const { id } = opened.body;
    expect(opened.body).toMatchObject({ state: 'open', version: 1, negotiationId: null, counterpartyId: null });
    const content = { counterpartyId: platform.organizationId, terms: terms(), message: 'Our offer.' };
    const saved = await write(label.as, 'PUT', at(id), { tag: '"1"', body: content });
    expect([saved.status, saved.headers.get('etag'), saved.body.version]).toEqual([200, '"2"', 2]);
    const shown = await label.as.request<DraftAnswer>('GET', at(id));
    expect(shown.headers.get('etag')).toBe('"2"');
    expect(shown.body).toMatchObject({ ...content, basedOn: null, faults: [], remarks: [] });
    const sent = await write(label.as, 'POST', at(id, '/sending'), { tag: '"2"' });
    expect([sent.status, sent.headers.get('etag')]).toEqual([200, '"3"']);
    expect(sent.body).toMatchObject({ state: 'sent', version: 3, sentRevision: 1 });
    const { sentNegotiationId } = sent.body;
    for (const party of [label, platform]) {
      expect(await party.as.get(`/v1/negotiations/${sentNegotiationId}/revisions/1`)).toMatchObject({
        proposedBy: label.organizationId,
        message: 'Our offer.',
      });
    }
    expect(await label.as.get(at(id))).toMatchObject({ state: 'sent', sentNegotiationId, sentRevision: 1 });
  });

  it('of a revision becomes the next one', async () => {
    const { platform, terms, negotiation } = market;
    const { id: negotiationId } = await negotiation();
    const { id } = await open(platform.as, { negotiationId, basedOn: 1, terms: terms({ rate: '0.0020' }) });
    const sent = await write(platform.as, 'POST', at(id, '/sending'), { tag: '"1"' });
    expect(sent.body).toMatchObject({ state: 'sent', sentNegotiationId: negotiationId, sentRevision: 2 });
    expect(await platform.as.get(`/v1/negotiations/${negotiationId}`)).toMatchObject({ latestRevision: 2 });
  });

  it('shows what is wrong with its terms now, and what is missing beside them', async () => {
    const { label, negotiation, terms } = market;
    const { currency: _, ...rest } = terms() as unknown as Record<string, unknown>;
    const { id: negotiationId } = await negotiation();
    const nowhere = await open(label.as, { terms: { ...rest, surprise: 1 } });
    const { faults } = await label.as.get<DraftAnswer>(at(nowhere.id));
    expect(faults.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(
      expect.arrayContaining([
        '/negotiationId field-missing',
        '/terms/currency terms-required',
        '/terms/surprise terms-unknown-field',
      ]),
    );
    const blind = await open(label.as, { negotiationId, terms: terms() });
    expect((await label.as.get<DraftAnswer>(at(blind.id))).faults).toMatchObject([
      { pointer: '/basedOn', code: 'field-missing' },
    ]);
  });

  it('shows what is unusual in terms without fault', async () => {
    const { label, platform, terms } = market;
    const split = (from: string, until?: string): object => ({
      from,
      ...(until && { until }),
      shares: [{ payee: 'The label', share: '1' }],
    });
    const gapped = { ...terms(), splits: [split('2026-01-01', '2026-06-01'), split('2026-07-01', '2027-01-01')] };
    const { id } = await open(label.as, { counterpartyId: platform.organizationId, terms: gapped });
    const { faults, remarks } = await label.as.get<DraftAnswer>(at(id));
    expect([faults, remarks]).toEqual([
      [],
      [expect.objectContaining({ pointer: expect.stringMatching(/^\/terms\/splits/) as string, code: 'terms-gap' })],
    ]);
  });

  it('keeps what was written as it was written, whatever it is', async () => {
    const { label } = market;
    const terms = { note: 'as\u0000is', parties: [1, null, { deep: [['x']] }], schema: 7, ключ: 'ё' };
    const { id } = await open(label.as, { terms });
    expect((await label.as.get<DraftAnswer>(at(id))).terms).toEqual(terms);
  });

  it('is replaced as a whole: what is left out is gone', async () => {
    const { label, platform } = market;
    const { id } = await open(label.as, { counterpartyId: platform.organizationId, terms: { a: 1 }, message: 'Hm.' });
    await write(label.as, 'PUT', at(id), { tag: '"1"', body: { terms: { b: 2 } } });
    expect(await label.as.get(at(id))).toMatchObject({ counterpartyId: null, message: null, terms: { b: 2 } });
  });

  it('is listed with others page by page, open or sent, without terms', async () => {
    const { label, platform, terms } = await openMarket(app, 1);
    const ids: string[] = [];
    for (let number = 0; number < 3; number += 1) {
      ids.push((await open(label.as, { counterpartyId: platform.organizationId, terms: terms() })).id);
      app.clock.moveTo(new Date(app.clock.now().getTime() + 1000));
    }
    await write(label.as, 'POST', at(ids[1]!, '/sending'), { tag: '"1"' });
    const listed = async (query: string): Promise<string[]> =>
      (await label.as.all<DraftAnswer>(`/v1/drafts${query}`)).map(({ id }) => id);
    expect([await listed(''), await listed('?state=open'), await listed('?state=sent')]).toEqual([
      ids,
      [ids[0], ids[2]],
      [ids[1]],
    ]);
    const first = await label.as.get<{ rows: object[]; next: string }>('/v1/drafts?limit=2');
    const rest = await label.as.get<{ rows: object[]; next: null }>(`/v1/drafts?limit=2&cursor=${first.next}`);
    expect([...first.rows, ...rest.rows]).toMatchObject(ids.map((id) => ({ id })));
    expect(first.rows[0]).not.toHaveProperty('terms');
    expect(await outcome(label.as, 'GET', '/v1/drafts?state=discarded')).toBe('400 request-invalid');
  });

  it('that is thrown away is gone, with all that it said', async () => {
    const { label } = market;
    const { id } = await open(label.as, { terms: { secret: 'plan B' }, message: 'plan B' });
    expect((await write(label.as, 'DELETE', at(id), { tag: '"1"' })).status).toBe(204);
    expect(await outcome(label.as, 'GET', at(id))).toBe('404 not-found');
    for (const [method, path] of [
      ['PUT', at(id)],
      ['DELETE', at(id)],
      ['POST', at(id, '/sending')],
    ] as const) {
      expect(result(await write(label.as, method, path, { tag: '"2"', ...bodyOf(method) }))).toBe('404 not-found');
    }
    const superuser = await app.superuser();
    const { rows } = await superuser.query('SELECT terms, message FROM drafts WHERE id = $1', [id]);
    await superuser.end();
    expect(rows).toEqual([{ terms: '{}', message: null }]);
    expect((await label.as.all<DraftAnswer>('/v1/drafts')).map((draft) => draft.id)).not.toContain(id);
  });

  it('is news to nobody until it is sent', async () => {
    const { label, platform, terms } = await openMarket(app, 1);
    const { id } = await open(label.as, { counterpartyId: platform.organizationId, terms: terms() });
    await write(label.as, 'PUT', at(id), { tag: '"1"', body: { terms: {} } });
    await write(label.as, 'DELETE', at(id), { tag: '"2"' });
    for (const party of [label, platform]) {
      const { rows } = await party.as.get<{ rows: { topic: string }[] }>('/v1/events?limit=1000');
      expect(rows.filter(({ topic }) => /draft|negotiation/.test(topic))).toEqual([]);
    }
  });
});

describe('the version that a write names', () => {
  it('precondition-required: is asked for', async () => {
    const { label } = market;
    const { id } = await open(label.as, { terms: {} });
    for (const [method, path] of [
      ['PUT', at(id)],
      ['DELETE', at(id)],
      ['POST', at(id, '/sending')],
    ] as const) {
      expect(result(await write(label.as, method, path, bodyOf(method)))).toBe('428 precondition-required');
    }
  });

  it('precondition-failed: must be the latest, named strongly', async () => {
    const { label } = market;
    const { id } = await open(label.as, { terms: {} });
    await write(label.as, 'PUT', at(id), { tag: '"1"', body: { terms: { second: true } } });
    for (const tag of ['"1"', '"3"', 'W/"2"', '"1", "3"']) {
      for (const [method, path] of [
        ['PUT', at(id)],
        ['DELETE', at(id)],
        ['POST', at(id, '/sending')],
      ] as const) {
        expect([tag, result(await write(label.as, method, path, { tag, ...bodyOf(method) }))]).toEqual([
          tag,
          '412 precondition-failed',
        ]);
      }
    }
    expect((await label.as.get<DraftAnswer>(at(id))).terms).toEqual({ second: true });
  });

  it('request-invalid: cannot be "whatever it is", nor nonsense', async () => {
    const { label } = market;
    const { id } = await open(label.as, { terms: {} });
    for (const tag of ['*', '1', '"1', '']) {
      const answer = await write(label.as, 'PUT', at(id), { tag, ...bodyOf('PUT') });
      expect([tag, result(answer), answer.body.faults?.[0]?.pointer]).toEqual([
        tag,
        '400 request-invalid',
        '/headers/if-match',
      ]);
    }
  });

  it('lets one of sixteen savings at once through', async () => {
    const { label } = market;
    const { id } = await open(label.as, { terms: {} });
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, async (_, writer) =>
        result(await write(label.as, 'PUT', at(id), { tag: '"1"', body: { terms: { writer } } })),
      ),
    );
    expect(outcomes.sort()).toEqual(['200', ...Array.from({ length: 15 }, () => '412 precondition-failed')]);
    expect(await label.as.get(at(id))).toMatchObject({ version: 2 });
  });

  it('is answered from memory with its tag, and cannot be swapped under the same key', async () => {
    const { label } = market;
    const { id } = await open(label.as, { terms: {} });
    const key = randomUUID();
    const body = { terms: { once: true } };
    await write(label.as, 'PUT', at(id), { tag: '"1"', body, key });
    const again = await write(label.as, 'PUT', at(id), { tag: '"1"', body, key });
    expect([again.status, again.headers.get('etag'), again.headers.get('idempotency-replayed')]).toEqual([
      200,
      '"2"',
      'true',
    ]);
    const other = await write(label.as, 'PUT', at(id), { tag: '"2"', body, key });
    expect([result(other), other.body.faults?.[0]?.pointer]).toEqual([
      '422 idempotency-key-reused',
      '/headers/if-match',
    ]);
    expect(await label.as.get(at(id))).toMatchObject({ version: 2 });
  });
});

describe('sending a draft', () => {
  it('sixteen times at once makes one revision', async () => {
    const { label, negotiation, terms } = market;
    const { id: negotiationId } = await negotiation();
    const { id } = await open(label.as, { negotiationId, basedOn: 1, terms: terms() });
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, async () => result(await write(label.as, 'POST', at(id, '/sending'), { tag: '"1"' }))),
    );
    expect(outcomes.sort()).toEqual(['200', ...Array.from({ length: 15 }, () => '409 draft-ended')]);
    expect(await label.as.get(`/v1/negotiations/${negotiationId}`)).toMatchObject({ latestRevision: 2 });
  });

  it('draft-incomplete: tells all that is missing and wrong at once', async () => {
    const { label } = market;
    const { id } = await open(label.as, { terms: { schema: 'accordo-terms/1' } });
    const answer = await write(label.as, 'POST', at(id, '/sending'), { tag: '"1"' });
    expect(result(answer)).toBe('422 draft-incomplete');
    expect(answer.body.faults.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/negotiationId', '/terms/currency', '/terms/parties', '/terms/term']),
    );
  });

  it('is refused as the same content by itself would be, and the draft stays open', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id: negotiationId } = await negotiation();
    const { id: closed } = await negotiation();
    const foreign = await openMarket(app, 1);
    const attempts: [string, object, string][] = [
      ['terms', { counterpartyId: platform.organizationId, terms: {} }, '422 terms-invalid'],
      [
        'parties',
        { counterpartyId: platform.organizationId, terms: terms({ serviceIds: foreign.serviceIds }) },
        '422 terms-parties-differ',
      ],
      ['tracks', { negotiationId, basedOn: 1, terms: terms({ isrcs: ['ZZZ992699999'] }) }, '422 track-not-controlled'],
      ['based on', { negotiationId, basedOn: 2, terms: terms() }, '409 offer-revised'],
      ['end', { negotiationId: closed, basedOn: 1, terms: terms() }, '409 negotiation-closed'],
    ];
    for (const [name, body, expected] of attempts) {
      const { id } = await open(label.as, body);
      if (name === 'end') await label.as.post(`/v1/negotiations/${closed}/withdrawal`, {});
      expect([name, result(await write(label.as, 'POST', at(id, '/sending'), { tag: '"1"' }))]).toEqual([
        name,
        expected,
      ]);
      expect([name, await label.as.get(at(id))]).toEqual([
        name,
        expect.objectContaining({ state: 'open', version: 1 }),
      ]);
    }
  });

  it('draft-ended: leaves nothing to save, send or throw away', async () => {
    const { label, platform, terms } = market;
    const { id } = await open(label.as, { counterpartyId: platform.organizationId, terms: terms() });
    await write(label.as, 'POST', at(id, '/sending'), { tag: '"1"' });
    for (const [method, path] of [
      ['PUT', at(id)],
      ['DELETE', at(id)],
      ['POST', at(id, '/sending')],
    ] as const) {
      expect(result(await write(label.as, method, path, { tag: '"2"', ...bodyOf(method) }))).toBe('409 draft-ended');
    }
  });
});

describe('a draft is refused', () => {
  it('not-found and negotiation-closed: when it is aimed where nothing can be sent', async () => {
    const { label, negotiation } = market;
    const foreign = await openMarket(app, 1);
    const theirs = await foreign.negotiation();
    for (const aim of [
      { negotiationId: randomUUID() },
      { negotiationId: theirs.id },
      { counterpartyId: randomUUID() },
      { counterpartyId: label.organizationId },
    ]) {
      expect([aim, await outcome(label.as, 'POST', '/v1/drafts', { ...aim, terms: {} })]).toEqual([
        aim,
        '404 not-found',
      ]);
    }
    const { id } = await negotiation();
    await label.as.post<NegotiationAnswer>(`/v1/negotiations/${id}/withdrawal`, {});
    expect(await outcome(label.as, 'POST', '/v1/drafts', { negotiationId: id, terms: {} })).toBe(
      '409 negotiation-closed',
    );
  });

  it('request-invalid: when it is aimed at two things, or holds no terms', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    const both = { negotiationId: id, counterpartyId: platform.organizationId, terms: {} };
    for (const body of [both, {}, { terms: [] }, { terms: 'x' }, { terms: {}, basedOn: 0 }]) {
      expect([body, await outcome(label.as, 'POST', '/v1/drafts', body)]).toEqual([body, '400 request-invalid']);
    }
  });

  it('body-too-large: past a million characters, as sent and as kept', async () => {
    const { label } = market;
    const long = { terms: { text: 'x'.repeat(1_000_001) } };
    // Twenty characters each when it is written out.
    const swollen = { terms: { numbers: Array.from({ length: 60_000 }, () => 1e20) } };
    for (const body of [JSON.stringify(long), JSON.stringify(swollen).replaceAll('100000000000000000000', '1e20')]) {
      const answer = await label.as.request<Partial<Refused>>('POST', '/v1/drafts', {
        file: { type: 'application/json', content: body },
      });
      expect(result(answer)).toBe('413 body-too-large');
    }
  });

  it('limit-reached: past two hundred open ones of an organization', async () => {
    const { label } = await openMarket(app, 1);
    const superuser = await app.superuser();
    await superuser.query(
      `INSERT INTO drafts (owner_id, state, version, terms, saved_by, opened_at, saved_at)
       SELECT $1, 'open', 1, '{}', 'test', now(), now() FROM generate_series(1, 199)`,
      [label.organizationId],
    );
    await superuser.end();
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => outcome(label.as, 'POST', '/v1/drafts', { terms: {} })),
    );
    expect(outcomes.sort()).toEqual(['201', '409 limit-reached', '409 limit-reached', '409 limit-reached']);
  });
});

describe('whose draft it is', () => {
  it('is seen by colleagues, and by neither the other party nor a stranger', async () => {
    const { label, platform, negotiation } = market;
    const { id: negotiationId } = await negotiation();
    const { id } = await open(label.as, { negotiationId, basedOn: 1, terms: { private: true } });
    const colleague = await app.given.colleague(label, ['reader']);
    expect(await colleague.get(at(id))).toMatchObject({ terms: { private: true } });
    expect(result(await write(colleague, 'PUT', at(id), { tag: '"1"', body: { terms: {} } }))).toBe('403 forbidden');
    for (const other of [platform, await app.given.label()]) {
      for (const [method, path] of [
        ['GET', at(id)],
        ['PUT', at(id)],
        ['DELETE', at(id)],
        ['POST', at(id, '/sending')],
      ] as const) {
        const [theirs, none] = [
          await write(other.as, method, path, { tag: '"1"', ...bodyOf(method) }),
          await write(other.as, method, path.replace(id, randomUUID()), { tag: '"1"', ...bodyOf(method) }),
        ];
        expect([method, result(theirs), theirs.text]).toEqual([method, '404 not-found', none.text]);
      }
      expect((await other.as.request('GET', '/v1/drafts')).text).not.toContain(id);
    }
    expect(await label.as.get(at(id))).toMatchObject({ version: 1, state: 'open' });
  });

  it('is no operator’s and no unverified organization’s', async () => {
    expect(await outcome(await app.given.operator(), 'GET', '/v1/drafts')).toBe('403 forbidden');
    const unverified = await app.given.registered('label');
    expect(await outcome(unverified.as, 'POST', '/v1/drafts', { terms: {} })).toBe('403 organization-not-verified');
  });
});
