import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import { type Market, type NegotiationAnswer, openMarket, outcome } from '../support/market';

type Answer = NegotiationAnswer & { readonly reopens: string | null; readonly reopenedAs: string | null };
interface RevisionAnswer {
  readonly proposedBy: string;
  readonly termsHash: string;
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

async function ended(path: '/refusal' | '/withdrawal' = '/withdrawal'): Promise<string> {
  const { id } = await market.negotiation();
  await market.platform.as.post(at(id, path), { reason: 'Not now.' });
  return id;
}

describe('a negotiation that ended without an agreement', () => {
  it.each(['/refusal', '/withdrawal'] as const)('goes on as a new one after a %s, linked both ways', async (path) => {
    const { label, platform } = market;
    const id = await ended(path);
    const before = await label.as.get<Answer>(at(id));
    expect(before.reopenedAs).toBeNull();
    const again = await platform.as.post<Answer>(at(id, '/reopening'), { message: 'Let us try again.' });
    expect(again).toMatchObject({
      labelId: label.organizationId,
      platformId: platform.organizationId,
      state: 'open',
      latestRevision: 1,
      openedBy: platform.organizationId,
      expiresAt: '2026-04-05T09:00:00.000Z',
      reopens: id,
      reopenedAs: null,
    });
    expect(await label.as.get(at(id))).toEqual({ ...before, reopenedAs: again.id });
    const [last, first] = await Promise.all(
      [id, again.id].map((thread) => label.as.get<RevisionAnswer>(at(thread, '/revisions/1'))),
    );
    expect(first).toMatchObject({
      proposedBy: platform.organizationId,
      termsHash: last!.termsHash,
      message: 'Let us try again.',
    });
    for (const party of [label, platform]) {
      expect((await topicsAbout(party.as, id, 3)).at(-1)).toBe('negotiation.reopened');
      expect(await topicsAbout(party.as, again.id, 1)).toEqual(['negotiation.opened']);
    }
    expect(await label.as.post(at(again.id, '/acceptance'), { revision: 1 })).toMatchObject({ state: 'accepted' });
  });

  it('begins again with the terms of the last revision, or of the one that is named', async () => {
    const { label, platform, terms, negotiation } = market;
    const hashes: string[] = [];
    for (const body of [{}, { revision: 1 }]) {
      const { id } = await negotiation({ rate: '0.0025' });
      await platform.as.post(at(id, '/revisions'), { terms: terms({ rate: '0.0019' }), basedOn: 1 });
      await label.as.post(at(id, '/refusal'), { reason: 'Too low.' });
      const again = await label.as.post<Answer>(at(id, '/reopening'), body);
      const { termsHash } = await label.as.get<RevisionAnswer>(at(again.id, '/revisions/1'));
      const wanted = await label.as.get<RevisionAnswer>(at(id, `/revisions/${body.revision ?? 2}`));
      expect(termsHash).toBe(wanted.termsHash);
      hashes.push(termsHash);
      expect(await outcome(label.as, 'POST', at(again.id, '/acceptance'), { revision: 1 })).toBe('409 own-revision');
    }
    expect(new Set(hashes).size).toBe(2);
  });

  it('can end again, and be reopened again: a chain', async () => {
    const { label, platform } = market;
    const first = await ended();
    const second = await label.as.post<Answer>(at(first, '/reopening'), { expiresAt: '2026-02-01T00:00:00Z' });
    expect(second).toMatchObject({ expiresAt: '2026-02-01T00:00:00.000Z' });
    await platform.as.post(at(second.id, '/refusal'), { reason: 'No.' });
    const third = await platform.as.post<Answer>(at(second.id, '/reopening'), {});
    expect(await label.as.get(at(second.id))).toMatchObject({ reopens: first, reopenedAs: third.id });
  });
});

describe('reopening is refused', () => {
  it('negotiation-not-reopenable: while it is open, and once it was accepted', async () => {
    const { label, platform, negotiation } = market;
    const { id } = await negotiation();
    for (const party of [label, platform])
      expect(await outcome(party.as, 'POST', at(id, '/reopening'), {})).toBe('409 negotiation-not-reopenable');
    await platform.as.post(at(id, '/acceptance'), { revision: 1 });
    for (const party of [label, platform])
      expect(await outcome(party.as, 'POST', at(id, '/reopening'), {})).toBe('409 negotiation-not-reopenable');
  });

  it('negotiation-reopened: the second time, and all but one of many at once', async () => {
    const { label, platform } = market;
    const id = await ended();
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, place) =>
        outcome((place % 2 === 0 ? label : platform).as, 'POST', at(id, '/reopening'), {}),
      ),
    );
    expect(outcomes.sort()).toEqual(['201', ...Array.from({ length: 11 }, () => '409 negotiation-reopened')]);
    expect(await outcome(label.as, 'POST', at(id, '/reopening'), {})).toBe('409 negotiation-reopened');
    const all = await label.as.all<Answer>('/v1/negotiations');
    expect(all.filter(({ reopens }) => reopens === id)).toHaveLength(1);
  });

  it('not-found: a revision that it does not have, and anything for a stranger', async () => {
    const id = await ended();
    expect(await outcome(market.label.as, 'POST', at(id, '/reopening'), { revision: 2 })).toBe('404 not-found');
    const stranger = await app.given.label();
    expect(await outcome(stranger.as, 'POST', at(id, '/reopening'), {})).toBe('404 not-found');
    expect(await outcome(stranger.as, 'POST', at(randomUUID(), '/reopening'), {})).toBe('404 not-found');
  });

  it('expiry-out-of-bounds: as any proposal, and nothing is linked', async () => {
    const id = await ended();
    const body = { expiresAt: '2026-01-05T09:30:00Z' };
    expect(await outcome(market.label.as, 'POST', at(id, '/reopening'), body)).toBe('422 expiry-out-of-bounds');
    expect(await market.label.as.get(at(id))).toMatchObject({ reopenedAs: null });
  });

  it('track-not-controlled: to the label, when it has lost a right since; the platform learns nothing', async () => {
    const own = await openMarket(app, 1);
    const [one, two] = [await own.negotiation(), await own.negotiation()];
    for (const { id } of [one, two]) await own.label.as.post(at(id, '/withdrawal'), {});
    const superuser = await app.superuser();
    await superuser.query(
      `UPDATE recording_rights SET in_force = daterange('2020-01-01', '2027-01-01') WHERE owner_id = $1`,
      [own.label.organizationId],
    );
    await superuser.end();
    expect(await outcome(own.label.as, 'POST', at(one.id, '/reopening'), {})).toBe('422 track-not-controlled');
    expect(await outcome(own.platform.as, 'POST', at(two.id, '/reopening'), {})).toBe('201');
  });

  it('forbidden: without the role', async () => {
    const id = await ended();
    const reader = await app.given.colleague(market.label, ['reader']);
    expect(await outcome(reader, 'POST', at(id, '/reopening'), {})).toBe('403 forbidden');
  });
});
