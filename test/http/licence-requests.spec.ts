import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import type { Party } from '../support/given';
import { type Market, type NegotiationAnswer, openMarket, outcome, refused } from '../support/market';
import { requestBody } from '../support/world';

interface RequestAnswer {
  readonly id: string;
  readonly state: string;
  readonly negotiationId: string | null;
  readonly repertoire: object;
}

let app: TestApp;
let market: Market;
let stranger: Party;
beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app);
  stranger = await app.given.platform();
});
afterAll(() => app.close());

const at = (id: string, rest = ''): string => `/v1/licence-requests/${id}${rest}`;
const body = (more: object = {}): object => ({
  ...requestBody(market.label.organizationId, market.serviceIds),
  ...more,
});
const send = (more: object = {}): Promise<RequestAnswer> => market.platform.as.post('/v1/licence-requests', body(more));
const offer = (requestId: string): object => ({
  counterpartyId: market.platform.organizationId,
  terms: market.terms(),
  requestId,
});

describe('a licence request', () => {
  it('says what a platform would license, to the label that it names', async () => {
    const { label, platform, serviceIds } = market;
    const request = await send({ message: 'For our summer.' });
    expect(request).toEqual({
      id: expect.any(String) as string,
      labelId: label.organizationId,
      platformId: platform.organizationId,
      state: 'open',
      reason: null,
      negotiationId: null,
      sentAt: '2026-01-05T09:00:00.000Z',
      closedAt: null,
      repertoire: { query: 'Your 500 most played tracks', count: 500 },
      serviceIds: [...serviceIds],
      uses: ['OnDemandStream'],
      models: ['AdvertisementSupportedModel'],
      territories: { include: ['KZ', 'UZ'] },
      term: { from: '2026-03-01', until: '2027-03-01' },
      message: 'For our summer.',
    });
    for (const party of [label, platform]) expect(await party.as.get(at(request.id))).toEqual(request);
    expect(await outcome(stranger.as, 'GET', at(request.id))).toBe('404 not-found');
  });

  it('is answered the same, whatever the label has', async () => {
    const known = market.isrcs[0]!;
    const answers = await Promise.all(
      [known, 'ZZT012688888'].map(async (isrc) => {
        const {
          status,
          text,
          body: answer,
        } = await market.platform.as.request<RequestAnswer>('POST', '/v1/licence-requests', {
          body: body({ repertoire: { isrcs: [isrc] } }),
        });
        return [status, text.replace(answer.id, '<id>').replace(isrc, '<isrc>')];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  it('keeps up to ten thousand recordings, each once and in order', async () => {
    const isrcs = Array.from({ length: 10_000 }, (_, place) => `ZZX01${String(2_600_000 + place)}`);
    const { id } = await send({ repertoire: { isrcs: [...isrcs].reverse().map((isrc) => isrc.toLowerCase()) } });
    const kept = await market.label.as.get<{ repertoire: { isrcs: string[] } }>(at(id));
    expect(kept.repertoire.isrcs).toEqual(isrcs);
    const more = { repertoire: { isrcs: [...isrcs, 'ZZX012610000'] } };
    expect(await outcome(market.platform.as, 'POST', '/v1/licence-requests', body(more))).toBe('400 request-invalid');
  });

  it('is answered by the offer that names it, and each knows the other', async () => {
    const { label, platform } = market;
    const { id } = await send();
    const negotiation = await label.as.post<NegotiationAnswer>('/v1/negotiations', offer(id));
    expect(negotiation).toMatchObject({ requestId: id, listingId: null, state: 'open' });
    expect(await platform.as.get(at(id))).toMatchObject({
      state: 'answered',
      negotiationId: negotiation.id,
      closedAt: '2026-01-05T09:00:00.000Z',
    });
    expect(await platform.as.get(`/v1/negotiations/${negotiation.id}`)).toEqual(negotiation);
  });

  it('is answered once, also by ten offers at once', async () => {
    const { id } = await send();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => outcome(market.label.as, 'POST', '/v1/negotiations', offer(id))),
    );
    expect(outcomes.sort()).toEqual(['201', ...Array<string>(9).fill('409 request-closed')]);
  });

  it('is declined by the label with a reason, or withdrawn by the platform', async () => {
    const { label, platform } = market;
    const [declined, withdrawn] = [await send(), await send()];
    expect(await label.as.post(at(declined.id, '/declining'), { reason: 'Not this year.' })).toMatchObject({
      state: 'declined',
      reason: 'Not this year.',
    });
    expect(await platform.as.post(at(withdrawn.id, '/withdrawal'), {})).toMatchObject({
      state: 'withdrawn',
      reason: null,
    });
    for (const { id } of [declined, withdrawn]) {
      expect(await outcome(label.as, 'POST', at(id, '/declining'), { reason: 'No.' })).toBe('409 request-closed');
      expect(await outcome(platform.as, 'POST', at(id, '/withdrawal'), {})).toBe('409 request-closed');
      expect(await outcome(label.as, 'POST', '/v1/negotiations', offer(id))).toBe('409 request-closed');
    }
    expect(await outcome(label.as, 'POST', at((await send()).id, '/declining'), {})).toBe('400 request-invalid');
  });

  it('is moved by its own side only', async () => {
    const { label, platform } = market;
    const { id } = await send();
    expect(await outcome(label.as, 'POST', at(id, '/withdrawal'), {})).toBe('403 forbidden');
    expect(await outcome(platform.as, 'POST', at(id, '/declining'), { reason: 'No.' })).toBe('403 forbidden');
    const own = { counterpartyId: label.organizationId, terms: market.terms(), requestId: id };
    expect(await outcome(platform.as, 'POST', '/v1/negotiations', own)).toBe('403 forbidden');
    expect(await outcome(stranger.as, 'POST', at(id, '/withdrawal'), {})).toBe('404 not-found');
    expect(await outcome((await app.given.label()).as, 'POST', at(id, '/declining'), { reason: 'No.' })).toBe(
      '404 not-found',
    );
    expect(await label.as.get(at(id))).toMatchObject({ state: 'open' });
  });

  it('of another platform is no reason for an offer', async () => {
    const { id: serviceId } = await stranger.as.post<{ id: string }>('/v1/services', { name: 'Theirs' });
    const foreign = await stranger.as.post<RequestAnswer>('/v1/licence-requests', body({ serviceIds: [serviceId] }));
    for (const requestId of [foreign.id, randomUUID()]) {
      expect(await outcome(market.label.as, 'POST', '/v1/negotiations', offer(requestId))).toBe('404 not-found');
    }
    expect(await market.label.as.get(at(foreign.id))).toMatchObject({ state: 'open' });
  });

  it('is told to both and listed by state, page by page', async () => {
    const { label, platform } = market;
    const { id } = await send();
    await label.as.post(at(id, '/declining'), { reason: 'No.' });
    for (const party of [label, platform]) {
      expect(await topicsAbout(party.as, id, 2)).toEqual(['licence-request.sent', 'licence-request.declined']);
      const all = await party.as.all<RequestAnswer>('/v1/licence-requests');
      const declined = await party.as.all<RequestAnswer>('/v1/licence-requests?state=declined');
      expect(declined).toEqual(all.filter(({ state }) => state === 'declined'));
      const first = await party.as.get<{ rows: { id: string }[]; next: string }>('/v1/licence-requests?limit=2');
      const rest = await party.as.get<{ rows: { id: string }[] }>(`/v1/licence-requests?cursor=${first.next}`);
      expect([...first.rows, ...rest.rows].map((row) => row.id)).toEqual(all.map((row) => row.id));
    }
    expect((await stranger.as.all<{ id: string }>('/v1/licence-requests')).map((row) => row.id)).not.toContain(id);
  });
});

describe('a licence request is refused', () => {
  const attempt = (more: object) => refused(market.platform.as, 'POST', '/v1/licence-requests', body(more));

  it.each<[string, () => object, readonly string[]]>([
    ['for nothing', () => ({ repertoire: {} }), ['/repertoire']],
    ['for what is no ISRC', () => ({ repertoire: { isrcs: ['ZZA012600001', 'loud'] } }), ['/repertoire/isrcs/1']],
    ['for none at all', () => ({ repertoire: { count: 0 } }), ['/repertoire/count']],
    ['for another’s services', () => ({ serviceIds: [randomUUID()] }), ['/serviceIds/0']],
    ['for a use that is none', () => ({ uses: ['Unknown'] }), ['/uses']],
    ['for a model that is none', () => ({ models: ['Barter'] }), ['/models']],
    [
      'nowhere, and for no time',
      () => ({ territories: { include: ['XX'] }, term: { from: '2026-02-30', until: '2026-02-01' } }),
      ['/territories/include/0', '/term/from', '/term/until'],
    ],
  ])('%s', async (_, more, pointers) => {
    const { status, code, faults } = await attempt(more());
    expect([status, code]).toEqual([400, 'request-invalid']);
    expect(faults.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('to whoever is no verified label', async () => {
    const hidden = await app.given.registered('label');
    for (const labelId of [hidden.organizationId, randomUUID(), stranger.organizationId]) {
      expect((await attempt({ labelId })).code).toBe('not-found');
    }
  });

  it('of a label', async () => {
    expect(await outcome(market.label.as, 'POST', '/v1/licence-requests', body())).toBe('403 forbidden');
  });
});

describe('the database', () => {
  it('lets nobody ask in another’s name, and changes nothing of what was asked', async () => {
    const { id } = await send();
    const client = await app.superuser();
    await expect(client.query('UPDATE licence_requests SET uses = $2 WHERE id = $1', [id, ['Stream']])).rejects.toThrow(
      'only state, reason, closed_at of licence_requests may change',
    );
    await client.end();
    const actor = {
      organizationId: market.label.organizationId,
      organizationKind: 'label',
      verified: true,
      roles: [],
      by: { kind: 'api-key', id: 'key' },
    } as const;
    const copy = `INSERT INTO licence_requests (label_id, platform_id, state, repertoire, service_ids, uses, models, territories, sent_at)
      SELECT label_id, platform_id, state, repertoire, service_ids, uses, models, territories, sent_at FROM licence_requests WHERE id = $1`;
    await expect(app.parts.database.withTenant(actor, (tx) => tx.run(copy, [id]))).rejects.toMatchObject({
      code: '42501',
    });
  });
});
