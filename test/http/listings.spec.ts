import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import type { Party } from '../support/given';
import {
  type AgreementAnswer,
  type Market,
  type NegotiationAnswer,
  openMarket,
  outcome,
  refused,
} from '../support/market';
import { templateOf } from '../support/terms';

interface ListingAnswer {
  readonly id: string;
  readonly state: string;
  readonly platformIds: readonly string[];
  readonly template: object;
}
interface TermsAnswer {
  readonly parties: Record<'label' | 'platform', { id: string; name: string }>;
  readonly services: readonly { id: string; name: string }[];
  readonly repertoire: { readonly isrcs: readonly string[] };
  readonly grants: readonly { services: readonly string[] }[];
  readonly usage: { readonly sourceOfRecord: readonly object[] };
}

const start = '2026-01-05T09:00:00Z';
const later = '2026-02-01T00:00:00Z';

let app: TestApp;
let market: Market;
let packageId: string;
let superuser: Client;
/** A verified platform that nobody invites. */
let other: Party;
let unverified: Party;
beforeAll(async () => {
  app = await startTestApp({ at: start });
  market = await openMarket(app);
  superuser = await app.superuser();
  other = await app.given.platform();
  unverified = await app.given.registered('platform');
  packageId = (await market.label.as.post<{ id: string }>('/v1/packages', { name: 'Spring', isrcs: market.isrcs })).id;
});
afterAll(async () => {
  await superuser?.end();
  await app.close();
});
afterEach(() => app.clock.moveTo(new Date(start)));

const body = (more: object = {}): object => ({
  packageId,
  template: templateOf(market.terms()),
  visibility: 'public',
  ...more,
});
const publish = (more: object = {}): Promise<ListingAnswer> => market.label.as.post('/v1/listings', body(more));
const invited = (): object => ({ visibility: 'invited', platformIds: [market.platform.organizationId] });
const at = (id: string, rest = ''): string => `/v1/listings/${id}${rest}`;
const takeUp = (id: string, by = market.platform.as): Promise<NegotiationAnswer> =>
  by.post(at(id, '/negotiations'), { serviceIds: market.serviceIds, message: 'We would like this.' });
const count = async (table: string): Promise<string> =>
  (await superuser.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]!.count;

describe('a listing', () => {
  it('offers a package on the terms of a template, in canonical form', async () => {
    const listing = await publish({ note: 'For spring.', endsAt: later });
    expect(listing).toMatchObject({
      labelId: market.label.organizationId,
      state: 'open',
      visibility: 'public',
      platformIds: [],
      package: { id: packageId, name: 'Spring', version: 1, trackCount: market.isrcs.length },
      note: 'For spring.',
      endsAt: '2026-02-01T00:00:00.000Z',
      publishedAt: '2026-01-05T09:00:00.000Z',
      closedAt: null,
      template: { grants: [{ services: ['any'] }, { services: ['any'] }], advances: [{ amount: '12000' }] },
    });
    expect(listing.template).not.toHaveProperty('parties');
    expect(await market.platform.as.get(at(listing.id))).toEqual(listing);
  });

  it('shows its recordings to those who may see it', async () => {
    const { id } = await publish(invited());
    const tracks = await market.platform.as.all<{ isrc: string }>(at(id, '/tracks'));
    expect(tracks.map(({ isrc }) => isrc)).toEqual(market.isrcs);
    const first = await market.platform.as.get<{ next: string }>(at(id, '/tracks?limit=1'));
    expect(first.next).not.toBeNull();
    expect(await outcome(other.as, 'GET', at(id, '/tracks'))).toBe('404 not-found');
    expect(await outcome(market.platform.as, 'GET', `/v1/packages/${packageId}`)).toBe('403 forbidden');
  });

  it('tells a platform of no other one that is invited', async () => {
    const platformIds = [market.platform.organizationId, other.organizationId];
    const listing = await publish({ visibility: 'invited', platformIds });
    expect([...listing.platformIds].sort()).toEqual([...platformIds].sort());
    for (const platform of [market.platform, other]) {
      const { platformIds: shown } = await platform.as.get<ListingAnswer>(at(listing.id));
      expect(shown).toEqual([platform.organizationId]);
    }
  });

  it('is told to its label and to whom it names, and recorded', async () => {
    const { id } = await publish(invited());
    await market.label.as.post(at(id, '/closing'), {});
    for (const party of [market.label, market.platform]) {
      expect(await topicsAbout(party.as, id, 2)).toEqual(['listing.published', 'listing.closed']);
    }
    const named = await superuser.query('SELECT FROM outbox WHERE subject_id = $1 AND organization_id = $2', [
      id,
      other.organizationId,
    ]);
    expect(named.rowCount).toBe(0);
    const { rows } = await superuser.query<{ action: string }>(
      'SELECT action FROM audit_entries WHERE subject_id = $1 ORDER BY position',
      [id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['listing.published', 'listing.closed']);
  });

  it('is closed once, and never changed otherwise', async () => {
    const { id } = await publish();
    expect(await market.label.as.post(at(id, '/closing'), {})).toMatchObject({
      state: 'closed',
      closedAt: '2026-01-05T09:00:00.000Z',
    });
    expect(await outcome(market.label.as, 'POST', at(id, '/closing'), {})).toBe('409 listing-closed');
    await expect(superuser.query(`UPDATE listings SET note = 'Better' WHERE id = $1`, [id])).rejects.toThrow(
      'only closed_at of listings may change',
    );
  });

  it('is listed page by page', async () => {
    const all = await market.label.as.all<{ id: string }>('/v1/listings');
    const first = await market.label.as.get<{ rows: { id: string }[]; next: string }>('/v1/listings?limit=2');
    const rest = await market.label.as.get<{ rows: { id: string }[] }>(`/v1/listings?cursor=${first.next}`);
    expect([...first.rows, ...rest.rows].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(all.length).toBeGreaterThan(2);
  });
});

describe('who sees a listing', () => {
  type Kind = 'public' | 'invited' | 'one' | 'closed' | 'ended';
  type Viewer =
    'its label' | 'another label' | 'the invited' | 'another platform' | 'an unverified platform' | 'the operator';
  const listings = {} as Record<Kind, string>;
  const viewers = {} as Record<Viewer, ApiClient>;

  beforeAll(async () => {
    const { label, platform } = market;
    const named = { platformIds: [platform.organizationId] };
    listings.public = (await publish()).id;
    listings.invited = (await publish({ visibility: 'invited', ...named })).id;
    listings.one = (await publish({ visibility: 'one', ...named })).id;
    listings.ended = (await publish({ visibility: 'one', ...named, endsAt: '2026-01-05T09:05:00Z' })).id;
    listings.closed = (await publish({ visibility: 'one', ...named })).id;
    await label.as.post(at(listings.closed, '/closing'), {});
    viewers['its label'] = label.as;
    viewers['another label'] = (await app.given.label()).as;
    viewers['the invited'] = platform.as;
    viewers['another platform'] = other.as;
    viewers['an unverified platform'] = unverified.as;
    viewers['the operator'] = await app.given.operator();
  });
  beforeEach(() => app.clock.moveTo(new Date('2026-01-05T09:05:00Z')));

  const nowhere = '404 not-found';
  it.each<[Viewer, Record<Kind, string>]>([
    ['its label', { public: '200', invited: '200', one: '200', closed: '200', ended: '200' }],
    ['another label', { public: nowhere, invited: nowhere, one: nowhere, closed: nowhere, ended: nowhere }],
    ['the invited', { public: '200', invited: '200', one: '200', closed: nowhere, ended: nowhere }],
    ['another platform', { public: '200', invited: nowhere, one: nowhere, closed: nowhere, ended: nowhere }],
    ['an unverified platform', { public: nowhere, invited: nowhere, one: nowhere, closed: nowhere, ended: nowhere }],
    [
      'the operator',
      {
        public: '403 forbidden',
        invited: '403 forbidden',
        one: '403 forbidden',
        closed: '403 forbidden',
        ended: '403 forbidden',
      },
    ],
  ])('%s', async (viewer, expected) => {
    const client = viewers[viewer];
    const found = {} as Record<Kind, string>;
    for (const [kind, id] of Object.entries(listings) as [Kind, string][]) {
      found[kind] = await outcome(client, 'GET', at(id));
      expect(await outcome(client, 'GET', at(id, '/tracks'))).toBe(found[kind]);
    }
    expect(found).toEqual(expected);
    const { status, text } = await client.request('GET', '/v1/listings?limit=1000');
    const listed = Object.entries(listings).filter(([, id]) => text.includes(id));
    expect([status, listed.map(([kind]) => kind)]).toEqual([
      viewer === 'the operator' ? 403 : 200,
      Object.keys(listings).filter((kind) => expected[kind as Kind] === '200'),
    ]);
  });

  it('may take it up, if it is a verified platform', async () => {
    const { id: serviceId } = await other.as.post<{ id: string }>('/v1/services', { name: 'Elsewhere' });
    const ask = (client: ApiClient, kind: Kind): Promise<string> =>
      outcome(client, 'POST', at(listings[kind], '/negotiations'), { serviceIds: [serviceId] });
    for (const kind of ['invited', 'one', 'closed', 'ended'] as const) expect(await ask(other.as, kind)).toBe(nowhere);
    expect(await ask(market.platform.as, 'closed')).toBe(nowhere);
    expect(await ask(market.platform.as, 'ended')).toBe(nowhere);
    expect(await ask(unverified.as, 'public')).toBe('403 organization-not-verified');
    expect(await ask(market.label.as, 'public')).toBe('403 forbidden');
    expect(await ask(other.as, 'public')).toBe('201');
  });

  it('has its state by the clock', async () => {
    const states = await Promise.all(
      Object.values(listings).map((id) => market.label.as.get<ListingAnswer>(at(id)).then(({ state }) => state)),
    );
    expect(Object.fromEntries(Object.keys(listings).map((kind, place) => [kind, states[place]]))).toEqual({
      public: 'open',
      invited: 'open',
      one: 'open',
      ended: 'ended',
      closed: 'closed',
    });
  });
});

describe('a platform that takes up a listing', () => {
  it('gets the label’s offer, completed for it, and may accept it', async () => {
    const { label, platform, serviceIds, isrcs } = market;
    const { id: listingId } = await publish({ note: 'Our standing offer.' });
    const negotiation = await takeUp(listingId);
    expect(negotiation).toMatchObject({
      labelId: label.organizationId,
      platformId: platform.organizationId,
      listingId,
      requestId: null,
      openingMessage: 'We would like this.',
      openedBy: platform.organizationId,
      state: 'open',
      latestRevision: 1,
    });
    const revision = await label.as.get<{ terms: TermsAnswer }>(`/v1/negotiations/${negotiation.id}/revisions/1`);
    expect(revision).toMatchObject({ number: 1, proposedBy: label.organizationId, message: 'Our standing offer.' });
    const { terms } = revision;
    expect([terms.parties.label.id, terms.parties.platform.id]).toEqual([
      label.organizationId,
      platform.organizationId,
    ]);
    expect(terms.services.map(({ name }) => name).sort()).toEqual(['Radio', 'Video']);
    expect(terms.repertoire.isrcs).toEqual(isrcs);
    expect(terms.grants.map(({ services }) => [...services].sort())).toEqual(
      terms.grants.map(() => [...serviceIds].sort()),
    );
    expect(terms.usage.sourceOfRecord).toHaveLength(6);
    expect(await outcome(label.as, 'POST', `/v1/negotiations/${negotiation.id}/acceptance`, { revision: 1 })).toBe(
      '409 own-revision',
    );
    const { agreementId } = await platform.as.post<NegotiationAnswer>(`/v1/negotiations/${negotiation.id}/acceptance`, {
      revision: 1,
    });
    expect(await label.as.get<AgreementAnswer>(`/v1/agreements/${agreementId}`)).toMatchObject({
      state: 'awaiting-signatures',
      negotiationId: negotiation.id,
    });
  });

  it('may counter it', async () => {
    const { platform, terms } = market;
    const { id } = await takeUp((await publish()).id);
    expect(
      await platform.as.post(`/v1/negotiations/${id}/revisions`, { terms: terms({ rate: '0.0010' }), basedOn: 1 }),
    ).toMatchObject({ number: 2, proposedBy: platform.organizationId });
  });

  it('is recorded for both parties, each entry with the listing', async () => {
    const { id: listingId } = await publish();
    const { id } = await takeUp(listingId);
    const { rows } = await superuser.query<object>(
      `SELECT organization_id, actor_kind, details ->> 'listingId' AS listing FROM audit_entries WHERE subject_id = $1 ORDER BY position`,
      [id],
    );
    expect(rows).toEqual([
      { organization_id: market.platform.organizationId, actor_kind: 'member', listing: listingId },
      { organization_id: market.label.organizationId, actor_kind: 'system', listing: listingId },
    ]);
  });

  it('does so once while it negotiates, also ten times at once, and again afterwards', async () => {
    const { platform, serviceIds } = market;
    const { id } = await publish();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => outcome(platform.as, 'POST', at(id, '/negotiations'), { serviceIds })),
    );
    expect(outcomes.sort()).toEqual(['201', ...Array<string>(9).fill('409 listing-under-negotiation')]);
    const open = (await platform.as.all<NegotiationAnswer & { listingId: string }>('/v1/negotiations')).find(
      ({ listingId }) => listingId === id,
    );
    await platform.as.post(`/v1/negotiations/${open!.id}/withdrawal`, {});
    expect(await outcome(platform.as, 'POST', at(id, '/negotiations'), { serviceIds })).toBe('201');
  });

  it('goes on negotiating when the listing is closed', async () => {
    const { label, platform } = market;
    const listing = await publish();
    const { id } = await takeUp(listing.id);
    await label.as.post(at(listing.id, '/closing'), {});
    expect(await platform.as.post(`/v1/negotiations/${id}/acceptance`, { revision: 1 })).toMatchObject({
      state: 'accepted',
    });
  });

  it('names services of its own, and nothing else', async () => {
    const { id } = await publish();
    const { id: foreign } = await other.as.post<{ id: string }>('/v1/services', { name: 'Foreign' });
    const before = await count('negotiations');
    for (const serviceId of [foreign, randomUUID()]) {
      const serviceIds = [market.serviceIds[0], serviceId];
      expect(await refused(market.platform.as, 'POST', at(id, '/negotiations'), { serviceIds })).toMatchObject({
        status: 400,
        code: 'request-invalid',
        faults: [{ pointer: '/serviceIds/1', code: 'service-unknown' }],
      });
    }
    expect(await count('negotiations')).toBe(before);
  });

  it('is refused with track-not-controlled when the label has lost rights since', async () => {
    const { id } = await publish();
    await superuser.query(
      `UPDATE recording_rights SET in_force = daterange(lower(in_force), '2027-01-01')
        WHERE recording_id = (SELECT id FROM recordings WHERE owner_id = $1 AND isrc = $2)`,
      [market.label.organizationId, market.isrcs[1]],
    );
    try {
      expect(
        await refused(market.platform.as, 'POST', at(id, '/negotiations'), { serviceIds: market.serviceIds }),
      ).toMatchObject({
        code: 'track-not-controlled',
        faults: [{ pointer: '/repertoire/isrcs/1' }],
      });
    } finally {
      await superuser.query(`UPDATE recording_rights SET in_force = daterange(lower(in_force), NULL)`);
    }
  });
});

describe('a listing is refused', () => {
  const attempt = (more: object) => refused(market.label.as, 'POST', '/v1/listings', body(more));

  it('terms-invalid: with every fault at once, each with its place in the template as it was sent', async () => {
    const { currency: _, ...template } = templateOf(market.terms({ from: '2028-01-01', until: '2026-01-01' }));
    const grants = template.grants.map((grant, place) =>
      place === 1 ? { ...grant, services: market.serviceIds } : grant,
    );
    const { status, code, faults } = await attempt({ template: { ...template, grants, services: [] } });
    expect([status, code]).toEqual([422, 'terms-invalid']);
    expect(faults.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining([
        '/template/currency',
        '/template/term',
        '/template/grants/1/services/0',
        '/template/services',
      ]),
    );
  });

  it('track-not-controlled: when the label does not control the package wherever the template licenses it', async () => {
    const template = templateOf(market.terms({ from: '2019-01-01' }));
    expect(await attempt({ template })).toMatchObject({
      status: 422,
      code: 'track-not-controlled',
      faults: market.isrcs.map((isrc) => ({ pointer: '/packageId', message: expect.stringContaining(isrc) as string })),
    });
  });

  it('for another’s package or a platform that is not verified: not-found', async () => {
    expect((await attempt({ packageId: randomUUID() })).code).toBe('not-found');
    for (const id of [unverified.organizationId, randomUUID(), market.label.organizationId]) {
      const platformIds = [market.platform.organizationId, id];
      expect((await attempt({ visibility: 'invited', platformIds })).code).toBe('not-found');
    }
  });

  it.each<[string, object, string]>([
    ['public with platforms', { visibility: 'public', platformIds: [randomUUID()] }, '/platformIds'],
    ['invited with none', { visibility: 'invited' }, '/platformIds'],
    ['one with two', { visibility: 'one', platformIds: [randomUUID(), randomUUID()] }, '/platformIds'],
    ['over before it began', { endsAt: start }, '/endsAt'],
    ['ending when no clock does', { endsAt: '2026-02-01T25:00:00Z' }, '/endsAt'],
    ['to nobody known', { visibility: 'friends' }, '/visibility'],
  ])('that is %s', async (_, more, pointer) => {
    expect(await attempt(more)).toMatchObject({ status: 400, code: 'request-invalid', faults: [{ pointer }] });
  });

  it('to a platform, and to a label’s member without the role', async () => {
    expect(await outcome(market.platform.as, 'POST', '/v1/listings', body())).toBe('403 forbidden');
    const finance = await app.given.colleague(market.label, ['finance']);
    expect(await outcome(finance, 'POST', '/v1/listings', body())).toBe('403 forbidden');
  });
});

describe('the database', () => {
  /** What the application could try for the platform, also with the system's role taken. */
  async function attempt(role: 'member' | 'system', statement: string, values: readonly unknown[]): Promise<string> {
    const { parts } = app;
    const actor = {
      organizationId: market.platform.organizationId,
      organizationKind: 'platform',
      verified: true,
      roles: [],
      by: { kind: 'api-key', id: 'key' },
    } as const;
    const work = parts.database.withTenant(actor, async (tx) => {
      const run = (): Promise<number> => tx.run(statement, values as never);
      await (role === 'system' ? tx.asSystem(run) : run());
      return 'done';
    });
    return work.catch((error: { code?: string }) => error.code ?? 'unknown');
  }

  const write = `INSERT INTO revisions (negotiation_id, number, label_id, platform_id, proposed_by, terms, terms_hash, proposed_at, expires_at)
    SELECT id, $2, label_id, platform_id, label_id, '{}', repeat('0', 64), now(), now() + interval '1 day' FROM negotiations WHERE id = $1`;

  it('lets nobody write a revision in another’s hand, but the system a listing’s first', async () => {
    const plain = (await market.negotiation()).id;
    const listed = (await takeUp((await publish()).id)).id;
    expect(await attempt('member', write, [plain, 2])).toBe('42501');
    expect(await attempt('system', write, [plain, 2])).toBe('42501');
    expect(await attempt('member', write, [listed, 2])).toBe('42501');
    expect(await attempt('system', write, [listed, 2])).toBe('42501');
    // The first is there already: refused as a second one, not for whose hand it is.
    expect(await attempt('system', write, [listed, 1])).toBe('23505');
    expect(await attempt('member', write, [listed, 1])).toBe('42501');
  });

  it('lets no label invite to another’s listing, nor list another’s package', async () => {
    const { id } = await publish({ visibility: 'one', platformIds: [other.organizationId] });
    const foreign = await app.given.label();
    const invite = 'INSERT INTO listing_invitations (listing_id, label_id, platform_id) VALUES ($1, $2, $3)';
    await expect(superuser.query(invite, [id, foreign.organizationId, market.platform.organizationId])).rejects.toThrow(
      'listing_invitations_own',
    );
    const copy = `INSERT INTO listings (label_id, package_id, package_name, package_version, content_hash, track_count, visibility, template, published_at)
      SELECT $2, package_id, package_name, package_version, content_hash, track_count, visibility, template, published_at FROM listings WHERE id = $1`;
    await expect(superuser.query(copy, [id, foreign.organizationId])).rejects.toThrow('listings_own_package');
  });

  it('lets no platform invite itself, nor close or change what it sees', async () => {
    const { id } = await publish({ visibility: 'one', platformIds: [other.organizationId] });
    const seen = (await publish()).id;
    const invite = `INSERT INTO listing_invitations (listing_id, label_id, platform_id) VALUES ($1, $2, $3)`;
    const { label, platform } = market;
    expect(await attempt('member', invite, [id, label.organizationId, platform.organizationId])).toBe('42501');
    await attempt('member', 'UPDATE listings SET closed_at = now() WHERE id = $1', [seen]);
    expect(await label.as.get(at(seen))).toMatchObject({ state: 'open' });
  });
});
