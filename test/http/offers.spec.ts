import { randomUUID } from 'node:crypto';
import { canonicalText, sha256Hex } from '../../src/kernel';
import { startTestApp, type TestApp } from '../support/app';
import { eventsAbout } from '../support/events';
import { type Market, type NegotiationAnswer, openMarket, outcome, refused } from '../support/market';

interface RevisionAnswer {
  readonly number: number;
  readonly proposedBy: string;
  readonly termsHash: string;
  readonly terms: object;
  readonly message: string | null;
}

let app: TestApp;
let market: Market;
beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app);
});
afterAll(() => app.close());

const at = (id: string, rest = ''): string => `/v1/negotiations/${id}${rest}`;

describe('a negotiation', () => {
  it('goes from an offer over a counter-offer to an agreement that waits for signatures', async () => {
    const { label, platform, terms } = market;
    const opened = await label.as.post<NegotiationAnswer>('/v1/negotiations', {
      counterpartyId: platform.organizationId,
      terms: terms({ rate: '0.0025', floor: '3000.00' }),
      message: 'Our offer.',
    });
    expect(opened).toMatchObject({
      labelId: label.organizationId,
      platformId: platform.organizationId,
      state: 'open',
      latestRevision: 1,
      acceptedRevision: null,
      agreementId: null,
      openedAt: '2026-01-05T09:00:00.000Z',
    });
    const counter = await platform.as.post<RevisionAnswer>(at(opened.id, '/revisions'), { terms: terms(), basedOn: 1 });
    expect(counter).toMatchObject({ number: 2, proposedBy: platform.organizationId, message: null });
    const accepted = await label.as.post<NegotiationAnswer>(at(opened.id, '/acceptance'), { revision: 2 });
    expect(accepted).toMatchObject({ state: 'accepted', latestRevision: 2, acceptedRevision: 2 });
    for (const party of [label, platform]) {
      expect(await party.as.get(at(opened.id))).toEqual(accepted);
      expect(await party.as.get(`/v1/agreements/${accepted.agreementId}`)).toMatchObject({
        negotiationId: opened.id,
        state: 'awaiting-signatures',
        termsHash: counter.termsHash,
        signatures: [],
      });
    }
  });

  it('may be about audit rights and late interest: they are no part of a close', async () => {
    const { label, platform, terms } = market;
    const interest = { annualRate: '0.08', dayCount: 'actual/365', graceDays: 5 };
    const audited = {
      ...terms(),
      audit: { yearsBetweenNotices: 1, fullYearsBack: 2, interest },
      payment: { dueDays: 30, lateInterest: interest },
    };
    const body = { counterpartyId: platform.organizationId, terms: audited };
    expect(await outcome(label.as, 'POST', '/v1/negotiations', body)).toBe('201');
  });

  it('can be opened by the platform too', async () => {
    const { label, platform, terms } = market;
    const opened = await platform.as.post('/v1/negotiations', {
      counterpartyId: label.organizationId,
      terms: terms(),
    });
    expect(opened).toMatchObject({ labelId: label.organizationId, platformId: platform.organizationId });
  });

  it('keeps the terms in canonical form, under the hash that will be signed', async () => {
    const { platform, negotiation, isrcs } = market;
    const { id } = await negotiation({ isrcs: [...isrcs].reverse() });
    const { terms, termsHash } = await platform.as.get<RevisionAnswer>(at(id, '/revisions/1'));
    expect(termsHash).toBe(sha256Hex(canonicalText(terms)));
    expect(terms).toMatchObject({ repertoire: { isrcs }, advances: [{ amount: '12000' }] });
  });

  it('says what a revision changes, by clause in words and by value', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation({ rate: '0.0025' });
    await platform.as.post(at(id, '/revisions'), { terms: terms({ rate: '0.0020' }), basedOn: 1 });
    const difference = await label.as.get(at(id, '/revisions/2/difference?from=1'));
    expect(difference).toEqual({
      from: 1,
      to: 2,
      differences: [
        {
          clause: '6.1',
          before: expect.stringContaining('0.0025') as string,
          after: expect.stringContaining('0.002') as string,
        },
      ],
      values: [{ pointer: '/royalties/0/royalty/of/rate', change: 'changed', before: '0.0025', after: '0.002' }],
      valuesLeftOff: 0,
    });
  });

  it('is listed page by page, as are its revisions', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation();
    await label.as.post(at(id, '/revisions'), { terms: terms(), basedOn: 1, message: 'Second thoughts.' });
    const numbers: number[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: { rows: RevisionAnswer[]; next: string | null } = await platform.as.get(
        at(id, `/revisions?limit=1${next && `&cursor=${next}`}`),
      );
      numbers.push(...page.rows.map(({ number }) => number));
      next = page.next;
    }
    expect(numbers).toEqual([1, 2]);
    const all = await platform.as.all<{ id: string }>('/v1/negotiations');
    const first = await platform.as.get<{ rows: { id: string }[]; next: string }>('/v1/negotiations?limit=1');
    const rest = await platform.as.get<{ rows: { id: string }[] }>(`/v1/negotiations?cursor=${first.next}`);
    expect([...first.rows, ...rest.rows].map((row) => row.id)).toEqual(all.map((row) => row.id));
    expect(all.map((row) => row.id)).toContain(id);
  });

  it('tells both parties what happened, with hashes and no content', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation();
    await platform.as.post(at(id, '/revisions'), { terms: terms(), basedOn: 1 });
    await label.as.post(at(id, '/withdrawal'), {});
    for (const party of [label, platform]) {
      const told = await eventsAbout(party.as, id, 3);
      expect(told.map(({ topic }) => topic)).toEqual([
        'negotiation.opened',
        'negotiation.revised',
        'negotiation.withdrawn',
      ]);
      expect(told[1]?.payload).toEqual({ revision: 2, termsHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    }
  });

  it('is answered once: a repeated request gets the first answer', async () => {
    const { label, platform, terms } = market;
    const key = randomUUID();
    const body = { counterpartyId: platform.organizationId, terms: terms() };
    const first = await label.as.request<NegotiationAnswer>('POST', '/v1/negotiations', { body, key });
    const second = await label.as.request<NegotiationAnswer>('POST', '/v1/negotiations', { body, key });
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });
});

describe('terms are refused', () => {
  const propose = (terms: object) =>
    refused(market.label.as, 'POST', '/v1/negotiations', { counterpartyId: market.platform.organizationId, terms });

  it('terms-invalid: with every fault at once, each with its place in the body', async () => {
    const { currency: _, ...terms } = market.terms({ from: '2028-01-01', until: '2026-01-01' });
    const { status, code, faults } = await propose({ ...terms, surprise: true });
    expect([status, code]).toEqual([422, 'terms-invalid']);
    expect(faults.map(({ pointer, code: rule }) => `${pointer} ${rule}`).sort()).toEqual(
      expect.arrayContaining([
        '/terms/currency terms-required',
        '/terms/surprise terms-unknown-field',
        '/terms/term terms-period',
      ]),
    );
  });

  it('terms-not-operable: with every clause that nothing settles yet, each with its place in the body', async () => {
    const { royalties, ...terms } = market.terms();
    const [streaming, downloads] = royalties;
    const { status, code, faults } = await propose({
      ...terms,
      royalties: [{ ...streaming, royalty: { kind: 'percentage', rate: '0.12', fixedPerSale: '0.05' } }, downloads],
      recoupment: { negative: 'carried-forward', expenses: 'none', pooledWith: [randomUUID()] },
    });
    expect([status, code]).toEqual([422, 'terms-not-operable']);
    expect(faults.map(({ pointer, code: rule }) => `${pointer} ${rule}`)).toEqual([
      '/terms/royalties/0/royalty terms-not-operable',
      '/terms/recoupment/pooledWith/0 terms-not-operable',
    ]);
  });

  it('terms-parties-differ: when they name another label or another platform’s service', async () => {
    const foreign = await openMarket(app, 1);
    const named = await propose(
      market.terms({ labelId: foreign.label.organizationId, serviceIds: foreign.serviceIds }),
    );
    expect([named.status, named.code]).toEqual([422, 'terms-parties-differ']);
    expect(named.faults.map(({ pointer }) => pointer)).toEqual([
      '/terms/parties/label/id',
      '/terms/services',
      '/terms/services',
    ]);
  });

  it('track-not-controlled: naming the recording where the sender wrote it', async () => {
    const unknown = 'ZZZ992699999';
    const { status, code, faults } = await propose(market.terms({ isrcs: [unknown, ...market.isrcs] }));
    expect([status, code]).toEqual([422, 'track-not-controlled']);
    expect(faults).toEqual([
      expect.objectContaining({ pointer: '/terms/repertoire/isrcs/0', code: 'track-not-controlled' }),
    ]);
  });

  it('track-not-controlled: on days before the label’s control', async () => {
    expect((await propose(market.terms({ from: '2019-12-31' }))).code).toBe('track-not-controlled');
  });

  it('in a revision as in an offer, and the revision does not come to be', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation();
    expect(await outcome(platform.as, 'POST', at(id, '/revisions'), { terms: {}, basedOn: 1 })).toBe(
      '422 terms-invalid',
    );
    const bad = terms({ isrcs: ['ZZZ992699999'] });
    expect(await outcome(label.as, 'POST', at(id, '/revisions'), { terms: bad, basedOn: 1 })).toBe(
      '422 track-not-controlled',
    );
    const pooled = { negative: 'carried-forward', expenses: 'none', pooledWith: [randomUUID()] };
    const notYet = { ...terms(), recoupment: pooled };
    expect(await outcome(platform.as, 'POST', at(id, '/revisions'), { terms: notYet, basedOn: 1 })).toBe(
      '422 terms-not-operable',
    );
    expect(await platform.as.get(at(id))).toMatchObject({ latestRevision: 1 });
  });

  it('to the label that accepts, not to the platform that asks: its guesses tell it nothing of a catalogue', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation();
    const guess = terms({ isrcs: ['ZZZ992699999'] });
    expect(await outcome(platform.as, 'POST', at(id, '/revisions'), { terms: guess, basedOn: 1 })).toBe('201');
    expect(await outcome(label.as, 'POST', at(id, '/acceptance'), { revision: 2 })).toBe('422 track-not-controlled');
  });
});

describe('a move is refused', () => {
  it('offer-revised: when somebody else’s revision came first', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation();
    await label.as.post(at(id, '/revisions'), { terms: terms(), basedOn: 1 });
    expect(await outcome(platform.as, 'POST', at(id, '/acceptance'), { revision: 1 })).toBe('409 offer-revised');
    expect(await outcome(platform.as, 'POST', at(id, '/revisions'), { terms: terms(), basedOn: 1 })).toBe(
      '409 offer-revised',
    );
    expect(await outcome(platform.as, 'POST', at(id, '/acceptance'), { revision: 3 })).toBe('409 offer-revised');
  });

  it('offer-revised: one of two revisions sent at the same moment', async () => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation();
    const body = { terms: terms(), basedOn: 1 };
    const outcomes = await Promise.all(
      [label, platform, label, platform].map((party) => outcome(party.as, 'POST', at(id, '/revisions'), body)),
    );
    expect(outcomes.sort()).toEqual(['201', '409 offer-revised', '409 offer-revised', '409 offer-revised']);
  });

  it('own-revision: a party neither accepts nor refuses what it proposed itself', async () => {
    const { label, negotiation } = market;
    const { id } = await negotiation();
    expect(await outcome(label.as, 'POST', at(id, '/acceptance'), { revision: 1 })).toBe('409 own-revision');
    expect(await outcome(label.as, 'POST', at(id, '/refusal'), { reason: 'No.' })).toBe('409 own-revision');
    expect(await label.as.post(at(id, '/withdrawal'), {})).toMatchObject({ state: 'withdrawn' });
  });

  it.each([
    ['accepted', '/acceptance', { revision: 1 }],
    ['refused', '/refusal', { reason: 'Too dear.' }],
    ['withdrawn', '/withdrawal', { reason: 'Another plan.' }],
  ])('negotiation-closed: once it is %s, whatever is tried', async (state, path, body) => {
    const { label, platform, terms, negotiation } = market;
    const { id } = await negotiation();
    const closed = await platform.as.post<NegotiationAnswer & { reason: string | null }>(at(id, path), body);
    expect(closed).toMatchObject({ state, reason: 'reason' in body ? body.reason : null });
    for (const party of [label, platform]) {
      for (const [route, content] of [
        ['/revisions', { terms: terms(), basedOn: 1 }],
        ['/acceptance', { revision: 1 }],
        ['/refusal', { reason: 'No.' }],
        ['/withdrawal', {}],
      ] as const) {
        expect(await outcome(party.as, 'POST', at(id, route), content)).toBe('409 negotiation-closed');
      }
    }
  });

  it('negotiation-closed: fifteen of sixteen acceptances at once, and there is one agreement', async () => {
    const { platform, negotiation } = market;
    const { id } = await negotiation();
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, () => outcome(platform.as, 'POST', at(id, '/acceptance'), { revision: 1 })),
    );
    expect(outcomes.sort()).toEqual(['200', ...Array.from({ length: 15 }, () => '409 negotiation-closed')]);
  });

  it('track-not-controlled: when the label lost a right between offer and acceptance', async () => {
    const own = await openMarket(app, 1);
    const { id } = await own.negotiation();
    const superuser = await app.superuser();
    await superuser.query(
      `UPDATE recording_rights SET in_force = daterange('2020-01-01', '2027-01-01') WHERE owner_id = $1`,
      [own.label.organizationId],
    );
    await superuser.end();
    expect(await outcome(own.platform.as, 'POST', at(id, '/acceptance'), { revision: 1 })).toBe(
      '422 track-not-controlled',
    );
    expect(await own.label.as.get(at(id))).toMatchObject({ state: 'open', agreementId: null });
  });

  it('request-invalid: numbers that are none', async () => {
    const { label, negotiation } = market;
    const { id } = await negotiation();
    expect(await outcome(label.as, 'GET', at(id, '/revisions/0'))).toBe('400 request-invalid');
    expect(await outcome(label.as, 'GET', at(id, '/revisions/99999999999999999999'))).toBe('400 request-invalid');
    expect(await outcome(label.as, 'GET', at(id, '/revisions/1/difference'))).toBe('400 request-invalid');
    expect(await outcome(label.as, 'GET', at(id, '/revisions/2'))).toBe('404 not-found');
  });
});

describe('who may negotiate', () => {
  it('nobody opens one with an unknown, an unverified or a same-kind counterparty', async () => {
    const { label, terms } = market;
    const unverified = await app.given.registered('platform');
    const otherLabel = await app.given.label();
    for (const counterpartyId of [
      randomUUID(),
      unverified.organizationId,
      otherLabel.organizationId,
      label.organizationId,
    ]) {
      expect(await outcome(label.as, 'POST', '/v1/negotiations', { counterpartyId, terms: terms() })).toBe(
        '404 not-found',
      );
    }
  });

  it('an unverified organization does not, and neither does a member without the role', async () => {
    const { label, platform, terms } = market;
    const body = { counterpartyId: platform.organizationId, terms: terms() };
    const unverified = await app.given.registered('label');
    expect(await outcome(unverified.as, 'POST', '/v1/negotiations', body)).toBe('403 organization-not-verified');
    const reader = await app.given.colleague(label, ['reader', 'finance']);
    expect(await outcome(reader, 'POST', '/v1/negotiations', body)).toBe('403 forbidden');
    expect(await outcome(await app.given.operator(), 'POST', '/v1/negotiations', body)).toBe('403 forbidden');
  });

  it('a stranger finds nothing, on any route', async () => {
    const { terms, negotiation } = market;
    const { id } = await negotiation();
    for (const stranger of [await app.given.label(), await app.given.platform()]) {
      for (const path of ['', '/revisions', '/revisions/1', '/revisions/1/difference?from=1']) {
        expect(await outcome(stranger.as, 'GET', at(id, path))).toBe('404 not-found');
      }
      for (const [path, body] of [
        ['/revisions', { terms: terms(), basedOn: 1 }],
        ['/acceptance', { revision: 1 }],
        ['/refusal', { reason: 'No.' }],
        ['/withdrawal', {}],
      ] as const) {
        expect(await outcome(stranger.as, 'POST', at(id, path), body)).toBe('404 not-found');
      }
      expect(await stranger.as.all('/v1/negotiations')).toEqual([]);
    }
  });
});
