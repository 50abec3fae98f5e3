import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv, plainRows } from '../support/catalogue';
import type { Party } from '../support/given';
import { intent, type Market, type NegotiationAnswer, openMarket, outcome } from '../support/market';
import { filled, isWrite, nameOf, routesOf } from '../support/route-table';
import { claimBody } from '../support/world';

interface DelegationAnswer {
  readonly id: string;
  readonly state: string;
}

const start = '2026-01-05T09:00:00Z';
const header = 'accordo-on-behalf-of';

let app: TestApp;
/** A label, the platform that it deals with, and the distributor of the label. */
let market: Market;
let distributor: Party;
let superuser: Client;
let stranger: Party;
beforeAll(async () => {
  app = await startTestApp({ at: start });
  market = await openMarket(app);
  [distributor, stranger] = [await app.given.label('Distributor'), await app.given.label()];
  superuser = await app.superuser();
});
afterAll(async () => {
  await superuser?.end();
  await app.close();
});

const grant = (scopes: readonly string[], more: object = {}): Promise<DelegationAnswer> =>
  market.label.as.post('/v1/delegations', { distributorId: distributor.organizationId, scopes, ...more });
const revoke = ({ id }: DelegationAnswer): Promise<void> => market.label.as.delete(`/v1/delegations/${id}`);

interface Answer {
  readonly outcome: string;
  readonly text: string;
}

/** What somebody is answered who asks in the label's name. */
async function onBehalf(
  client: ApiClient,
  method: string,
  path: string,
  body?: object,
  more: { readonly labelId?: string; readonly key?: string } = {},
): Promise<Answer> {
  const { labelId = market.label.organizationId, key } = more;
  const {
    status,
    body: answer,
    text,
  } = await client.request<{ code?: string }>(method, path, {
    body,
    headers: { [header]: labelId },
    ...(key !== undefined && { key }),
  });
  return { outcome: `${status} ${answer.code ?? ''}`.trim(), text };
}
const outcomeOnBehalf = async (...asked: Parameters<typeof onBehalf>): Promise<string> =>
  (await onBehalf(...asked)).outcome;

const me = (client: ApiClient, labelId?: string): Promise<Answer> =>
  onBehalf(client, 'GET', '/v1/me', undefined, labelId === undefined ? {} : { labelId });

describe('a delegation', () => {
  it('is given, listed by both and by nobody else, and revoked', async () => {
    const given = await grant(['licensing', 'catalogue'], { endsAt: '2027-01-01T00:00:00Z' });
    const shown = {
      id: given.id,
      labelId: market.label.organizationId,
      distributorId: distributor.organizationId,
      scopes: ['catalogue', 'licensing'],
      state: 'live',
      endsAt: '2027-01-01T00:00:00.000Z',
      grantedAt: '2026-01-05T09:00:00.000Z',
      revokedAt: null,
    };
    expect(given).toEqual(shown);
    for (const party of [market.label, distributor])
      expect(await party.as.all('/v1/delegations')).toContainEqual(shown);
    expect(await stranger.as.all('/v1/delegations')).toEqual([]);
    expect(await outcome(distributor.as, 'DELETE', `/v1/delegations/${given.id}`)).toBe('404 not-found');
    await revoke(given);
    await revoke(given);
    for (const party of [market.label, distributor]) {
      expect(await party.as.all('/v1/delegations')).toContainEqual({
        ...shown,
        state: 'revoked',
        revokedAt: '2026-01-05T09:00:00.000Z',
      });
    }
    const { rows } = await superuser.query<{ action: string }>(
      'SELECT action FROM audit_entries WHERE subject_id = $1 ORDER BY position',
      [given.id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['delegation.granted', 'delegation.revoked']);
  });

  it('is one at a time between two labels', async () => {
    const given = await grant(['catalogue']);
    const again = { distributorId: distributor.organizationId, scopes: ['licensing'] };
    expect(await outcome(market.label.as, 'POST', '/v1/delegations', again)).toBe('409 delegation-exists');
    await revoke(given);
    await revoke(await grant(['licensing']));
  });

  it.each<[string, () => object, string]>([
    ['a role that is never delegated', () => ({ scopes: ['signatory'] }), '400 request-invalid'],
    ['no scope', () => ({ scopes: [] }), '400 request-invalid'],
    ['an end that is past', () => ({ endsAt: start }), '400 request-invalid'],
    ['itself', () => ({ distributorId: market.label.organizationId }), '404 not-found'],
    ['a platform', () => ({ distributorId: market.platform.organizationId }), '404 not-found'],
    ['nobody', () => ({ distributorId: randomUUID() }), '404 not-found'],
  ])('is refused for %s', async (_, more, expected) => {
    const body = { distributorId: distributor.organizationId, scopes: ['catalogue'], ...more() };
    expect(await outcome(market.label.as, 'POST', '/v1/delegations', body)).toBe(expected);
  });

  it('is for the label’s administrators to give and to revoke', async () => {
    const given = await grant(['catalogue']);
    const licensing = await app.given.colleague(market.label, ['licensing']);
    const body = { distributorId: stranger.organizationId, scopes: ['catalogue'] };
    expect(await outcome(licensing, 'POST', '/v1/delegations', body)).toBe('403 forbidden');
    expect(await outcome(licensing, 'DELETE', `/v1/delegations/${given.id}`)).toBe('403 forbidden');
    expect(await outcome(stranger.as, 'DELETE', `/v1/delegations/${given.id}`)).toBe('404 not-found');
    expect(await outcome(market.platform.as, 'POST', '/v1/delegations', body)).toBe('403 forbidden');
    await revoke(given);
  });
});

describe('without a live delegation', () => {
  it('naming a label is refused as naming none that exists', async () => {
    const none = await me(distributor.as, randomUUID());
    expect(none.outcome).toBe('403 forbidden');
    const everybody = [distributor, stranger, market.platform, market.label].map(({ as }) => as);
    for (const client of [...everybody, await app.given.operator()]) {
      expect(await me(client)).toEqual(none);
      expect(await me(client, market.platform.organizationId)).toEqual(none);
    }
  });

  it('a header with garbage is a fault of the request, once one is signed in', async () => {
    const garbage = ['', 'nobody', `${market.label.organizationId}, ${randomUUID()}`, "' OR 1=1 --", 'x'.repeat(4000)];
    for (const labelId of garbage) {
      expect(await me(distributor.as, labelId)).toMatchObject({
        outcome: '400 request-invalid',
        text: expect.stringContaining('/headers/accordo-on-behalf-of') as string,
      });
      expect((await me(app.given.client(), labelId)).outcome).toBe('401 unauthenticated');
    }
  });

  it('revoked, nothing is open from the next request on', async () => {
    const given = await grant(['catalogue'], { endsAt: '2026-01-05T09:01:00Z' });
    expect((await me(distributor.as)).outcome).toBe('200');
    await revoke(given);
    expect((await me(distributor.as)).outcome).toBe('403 forbidden');
  });
});

describe('a distributor in its label’s name', () => {
  let key: ApiClient;
  let given: DelegationAnswer;
  beforeAll(async () => {
    given = await grant(['catalogue', 'licensing']);
    const roles = ['catalogue', 'licensing', 'enforcement', 'finance', 'usage', 'reader'];
    const made = await distributor.as.post<{ key: string }>('/v1/api-keys', { name: 'Machine', roles });
    key = app.given.client(made.key);
  });
  afterAll(() => revoke(given));

  const offer = (): object => ({ counterpartyId: market.platform.organizationId, terms: market.terms() });

  it('is that label, with the roles that are delegated', async () => {
    for (const client of [distributor.as, key]) {
      const { text } = await onBehalf(client, 'GET', '/v1/me', undefined, {
        labelId: market.label.organizationId.toUpperCase(),
      });
      expect(JSON.parse(text)).toMatchObject({
        organization: { id: market.label.organizationId },
        roles: ['catalogue', 'licensing'],
      });
    }
    expect(await distributor.as.get('/v1/me')).toMatchObject({ organization: { id: distributor.organizationId } });
  });

  it('sees and changes what is the label’s, and not its own', async () => {
    const own = await onBehalf(key, 'GET', '/v1/recordings');
    expect(own.text).toContain(market.isrcs[0]);
    expect((await key.request('GET', '/v1/recordings')).text).not.toContain(market.isrcs[0]);
    const opened = await onBehalf(key, 'POST', '/v1/negotiations', offer());
    expect(opened.outcome).toBe('201');
    const { id } = JSON.parse(opened.text) as NegotiationAnswer;
    expect(await market.platform.as.get(`/v1/negotiations/${id}`)).toMatchObject({
      labelId: market.label.organizationId,
      openedBy: market.label.organizationId,
    });
    expect(await outcome(key, 'GET', `/v1/negotiations/${id}`)).toBe('404 not-found');
    const upload = await key.request<{ id: string }>('POST', '/v1/catalogue/imports', {
      file: { type: 'text/csv', content: catalogueCsv(plainRows(1, 900)) },
      headers: { [header]: market.label.organizationId },
    });
    expect(upload.status).toBe(201);
    expect(await market.label.as.get(`/v1/catalogue/imports/${upload.body.id}`)).toMatchObject({ id: upload.body.id });
  });

  it('does nothing beyond its scopes, though it may at home', async () => {
    const claim = claimBody(market.platform.organizationId, market.isrcs);
    // At home licensing may record claims too; in a label's name only enforcement does.
    expect(await outcomeOnBehalf(distributor.as, 'POST', '/v1/claims', claim)).toBe('403 forbidden');
    expect(await outcomeOnBehalf(distributor.as, 'GET', '/v1/claims')).toBe('403 forbidden');
    await revoke(given);
    given = await grant(['enforcement']);
    expect(await outcomeOnBehalf(distributor.as, 'POST', '/v1/claims', claim)).toBe('201');
    expect(await outcomeOnBehalf(distributor.as, 'POST', '/v1/negotiations', offer())).toBe('403 forbidden');
    expect(await outcomeOnBehalf(distributor.as, 'GET', '/v1/negotiations')).toBe('403 forbidden');
    await revoke(given);
    given = await grant(['catalogue', 'licensing']);
  });

  it('does nothing there that its member or key may not do at home', async () => {
    const reader = await app.given.colleague(distributor, ['reader']);
    const licensing = await app.given.colleague(distributor, ['licensing']);
    expect(await outcomeOnBehalf(reader, 'GET', '/v1/negotiations')).toBe('403 forbidden');
    expect(await outcomeOnBehalf(licensing, 'GET', '/v1/negotiations')).toBe('200');
    expect(await outcomeOnBehalf(licensing, 'GET', '/v1/catalogue/imports')).not.toBe('200');
    expect(await outcomeOnBehalf(licensing, 'POST', '/v1/packages', { name: 'P', isrcs: market.isrcs })).toBe('201');
    expect(await outcomeOnBehalf(licensing, 'POST', '/v1/saved-queries', { name: 'P', query: {} })).toBe('201');
  });

  it('neither accepts nor signs, also with a member who signs at home', async () => {
    const { label, platform, terms } = market;
    const { id } = await platform.as.post<NegotiationAnswer>('/v1/negotiations', {
      counterpartyId: label.organizationId,
      terms: terms(),
    });
    const signatory = await app.given.colleague(distributor, ['signatory', 'licensing']);
    const agreement = await market.accepted();
    for (const client of [signatory, distributor.as, key]) {
      expect(await outcomeOnBehalf(client, 'POST', `/v1/negotiations/${id}/acceptance`, { revision: 1 })).toBe(
        '403 forbidden',
      );
      const signature = { termsHash: agreement.termsHash, intent };
      expect(await outcomeOnBehalf(client, 'POST', `/v1/agreements/${agreement.id}/signatures`, signature)).toBe(
        '403 forbidden',
      );
    }
    expect(await label.as.get(`/v1/negotiations/${id}`)).toMatchObject({ state: 'open' });
    expect(await label.as.get(`/v1/agreements/${agreement.id}`)).toMatchObject({ signatures: [] });
    expect(await outcomeOnBehalf(key, 'GET', `/v1/agreements/${agreement.id}/terms`)).toBe('200');
  });

  it('reaches no other route, in none of its roles', async () => {
    await revoke(given);
    given = await grant(['catalogue', 'licensing', 'enforcement']);
    const open =
      /^(GET \/v1\/(me|organizations|organizations\/:id|services)|POST \/v1\/operations\/:id\/cancel|\w+ \/v1\/(catalogue|catalogue-imports|catalogue-import-template|catalogue-mappings|catalogue-mapping-proposals|duplicates|duplicate-decisions|recording-tellings|telling-decisions|recordings|releases|rights-statements|packages|saved-queries|listings|licence-requests|negotiations|drafts|simulations|claims)(\/.*)?|GET \/v1\/agreements(\/:id(\/(terms|tracks|prose))?)?)$/;
    const closed = routesOf(app.app).filter(
      (route) =>
        route.allowance?.public === false && (!open.test(nameOf(route)) || /acceptance|signatures/.test(route.path)),
    );
    expect(closed.length).toBeGreaterThan(30);
    for (const route of closed) {
      const body = isWrite(route) ? {} : undefined;
      for (const client of [distributor.as, key]) {
        const found = await outcomeOnBehalf(client, route.method, filled(route.path, randomUUID()), body);
        // What a HEAD is refused for is in its status alone.
        expect([nameOf(route), found]).toEqual([nameOf(route), route.method === 'HEAD' ? '403' : '403 forbidden']);
      }
    }
  });

  it('is recorded with both organizations, in both trails', async () => {
    const { text } = await onBehalf(distributor.as, 'POST', '/v1/negotiations', offer());
    const { id } = JSON.parse(text) as NegotiationAnswer;
    const { rows } = await superuser.query<object>(
      `SELECT organization_id, actor_kind, actor_id, details FROM audit_entries WHERE subject_id = $1 ORDER BY position`,
      [id],
    );
    const named = { actingOrganizationId: distributor.organizationId, onBehalfOf: market.label.organizationId };
    const entry = {
      actor_kind: 'member',
      actor_id: distributor.memberId,
      details: expect.objectContaining(named) as object,
    };
    expect(rows).toEqual([
      { organization_id: market.label.organizationId, ...entry },
      { organization_id: distributor.organizationId, ...entry },
    ]);
    await onBehalf(distributor.as, 'POST', '/v1/rights-statements', {
      isrcs: [market.isrcs[0]],
      share: '1',
      territories: { worldwideExcept: [] },
      from: '2010-01-01',
      until: '2011-01-01',
    });
    const stated = await superuser.query<{ stated_by: string }>(
      `SELECT DISTINCT stated_by FROM recording_rights WHERE lower(in_force) = '2010-01-01'`,
    );
    expect(stated.rows).toEqual([
      {
        stated_by: `member:${distributor.memberId} of ${distributor.organizationId} on behalf of ${market.label.organizationId}`,
      },
    ]);
  });

  it('shares no idempotency key with itself at home, nor with another label', async () => {
    const other = await app.given.label();
    await other.as.post('/v1/delegations', { distributorId: distributor.organizationId, scopes: ['licensing'] });
    const idempotencyKey = randomUUID();
    const body = { name: 'Same', isrcs: [market.isrcs[0]] };
    const first = await onBehalf(key, 'POST', '/v1/packages', body, { key: idempotencyKey });
    expect(first.outcome).toBe('201');
    const again = await onBehalf(key, 'POST', '/v1/packages', body, { key: idempotencyKey });
    expect(again).toEqual(first);
    // The recordings are the label's: for the distributor itself, and for another label, they do not exist.
    const elsewhere = await key.request<{ code: string }>('POST', '/v1/packages', { body, key: idempotencyKey });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([422, 'recording-unknown']);
    const labelId = other.organizationId;
    const third = await onBehalf(key, 'POST', '/v1/packages', body, { key: idempotencyKey, labelId });
    expect(third.outcome).toBe('422 recording-unknown');
  });
});

// Last: the clock never goes back.
describe('a delegation that has ended', () => {
  it('opens nothing from that moment on, by the clock', async () => {
    const given = await grant(['catalogue'], { endsAt: '2026-01-05T09:05:00Z' });
    app.clock.moveTo(new Date('2026-01-05T09:04:59.999Z'));
    expect((await me(distributor.as)).outcome).toBe('200');
    app.clock.moveTo(new Date('2026-01-05T09:05:00Z'));
    expect((await me(distributor.as)).outcome).toBe('403 forbidden');
    expect(await market.label.as.all('/v1/delegations')).toContainEqual(
      expect.objectContaining({ id: given.id, state: 'ended' }),
    );
    // The way is free for the next one.
    await revoke(await grant(['catalogue']));
  });
});
