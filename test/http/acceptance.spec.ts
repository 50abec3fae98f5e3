import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import { type Market, type NegotiationAnswer, openMarket, outcome } from '../support/market';

type Answer = NegotiationAnswer & { readonly pendingApproval: string | null };
interface ApprovalAnswer {
  readonly id: string;
  readonly action: string;
  readonly subjectId: string;
  readonly decision: string | null;
}

let app: TestApp;
let market: Market;
let superuser: Client;
beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app);
  superuser = await app.superuser();
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const at = (id: string, rest = ''): string => `/v1/negotiations/${id}${rest}`;
const accept = (client: ApiClient, id: string, revision = 1): Promise<string> =>
  outcome(client, 'POST', at(id, '/acceptance'), { revision });
const decide = (client: ApiClient, id: string, decision = 'approved'): Promise<string> =>
  outcome(client, 'POST', `/v1/approvals/${id}/decision`, { decision });

async function agreementsOf(id: string): Promise<number> {
  const { rows } = await superuser.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM agreements WHERE negotiation_id = $1',
    [id],
  );
  return rows[0]!.count;
}

describe('only a signatory accepts', () => {
  it('not a key, and no other role, whatever else they may', async () => {
    const { platform, negotiation } = market;
    const { id } = await negotiation();
    const { key } = await platform.as.post<{ key: string }>('/v1/api-keys', { name: 'Machine', roles: ['licensing'] });
    const others = await Promise.all(
      [['licensing'], ['admin'], ['finance', 'reader']].map((roles) => app.given.colleague(platform, roles)),
    );
    for (const client of [app.given.client(key), ...others]) expect(await accept(client, id)).toBe('403 forbidden');
    expect(await accept(await app.given.colleague(platform, ['signatory']), id)).toBe('200');
  });
});

describe('a hundred at once', () => {
  it('negotiation-closed: acceptances of one revision by several signatories make exactly one agreement', async () => {
    const { platform, negotiation } = market;
    const { id } = await negotiation();
    const signatories = [
      platform.as,
      ...(await Promise.all([1, 2, 3, 4].map(() => app.given.colleague(platform, ['signatory'])))),
    ];
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, place) => accept(signatories[place % signatories.length]!, id)),
    );
    expect(outcomes.sort()).toEqual(['200', ...Array.from({ length: 99 }, () => '409 negotiation-closed')]);
    expect(await agreementsOf(id)).toBe(1);
    expect(
      (await topicsAbout(market.label.as, id, 2)).filter((topic) => topic === 'negotiation.accepted'),
    ).toHaveLength(1);
  }, 120_000);

  it.each([1, 2, 3, 4])(
    'of acceptances, revisions, refusals and withdrawals one order comes out (%s)',
    async () => {
      const { label, platform, negotiation, terms } = market;
      const { id } = await negotiation();
      const revise = (client: ApiClient, basedOn: number) => () =>
        outcome(client, 'POST', at(id, '/revisions'), { terms: terms(), basedOn });
      const moves = Array.from({ length: 25 }, (_, place) => [
        () => accept((place % 2 === 0 ? platform : label).as, id, 1 + (place % 3)),
        revise((place % 2 === 0 ? label : platform).as, 1 + (place % 3)),
        () => accept((place % 2 === 0 ? label : platform).as, id, 1 + (place % 3)),
        place < 23
          ? () => accept(platform.as, id, 2 + (place % 2))
          : () => outcome(label.as, 'POST', at(id, place === 23 ? '/refusal' : '/withdrawal'), { reason: 'Enough.' }),
      ]).flat();
      const outcomes = await Promise.all(moves.map((move) => move()));
      const conflicts = ['409 negotiation-closed', '409 offer-revised', '409 own-revision'];
      expect(outcomes.filter((each) => !['200', '201', ...conflicts].includes(each))).toEqual([]);
      const { state, latestRevision, acceptedRevision } = await label.as.get<Answer>(at(id));
      expect(outcomes.filter((each) => each === '201')).toHaveLength(latestRevision - 1);
      expect(outcomes.filter((each) => each === '200')).toHaveLength(state === 'open' ? 0 : 1);
      expect(acceptedRevision).toBe(state === 'accepted' ? latestRevision : null);
      expect(await agreementsOf(id)).toBe(state === 'accepted' ? 1 : 0);
    },
    120_000,
  );
});

describe('a threshold', () => {
  const path = '/v1/approval-thresholds';

  it('is set by an admin for a currency, is the organization’s own, and is told to it alone', async () => {
    const { label, platform } = await openMarket(app, 1);
    const set = await label.as.put(`${path}/USD`, { amount: '50000' });
    expect(set).toEqual({
      currency: 'USD',
      amount: '50000.00',
      setBy: `member:${label.memberId}`,
      setAt: '2026-01-05T09:00:00.000Z',
    });
    await label.as.put(`${path}/JPY`, { amount: '7' });
    await label.as.put(`${path}/USD`, { amount: '0.01' });
    expect(await label.as.all(path)).toMatchObject([
      { currency: 'JPY', amount: '7' },
      { currency: 'USD', amount: '0.01' },
    ]);
    const first = await label.as.get<{ next: string }>(`${path}?limit=1`);
    expect(await label.as.get(`${path}?limit=1&cursor=${first.next}`)).toMatchObject({
      rows: [{ currency: 'USD' }],
      next: null,
    });
    expect(await platform.as.all(path)).toEqual([]);
    const told = Array.from({ length: 3 }, () => 'approval-threshold.set');
    expect((await topicsAbout(label.as, label.organizationId, 4)).filter((topic) => told.includes(topic))).toEqual(
      told,
    );
    expect(await topicsAbout(platform.as, label.organizationId, 0)).toEqual([]);
  });

  it('is refused: an amount or currency that is none, and who may not', async () => {
    const { label } = market;
    for (const [currency, amount] of [
      ['USD', '0.001'],
      ['JPY', '0.5'],
      ['XAU', '1'],
      ['usd', '1'],
      ['USD', '-1'],
      ['USD', 5],
    ] as const)
      expect(await outcome(label.as, 'PUT', `${path}/${currency}`, { amount })).toBe('400 request-invalid');
    const others = await Promise.all(
      [['signatory'], ['finance', 'licensing']].map((roles) => app.given.colleague(label, roles)),
    );
    for (const client of [...others, await app.given.operator()])
      expect(await outcome(client, 'PUT', `${path}/USD`, { amount: '1' })).toBe('403 forbidden');
  });
});

describe('above the threshold', () => {
  /** Advance 12,000, back fee 10,000 and 24 months with a floor of 4,000. */
  const committed = '118000.00';
  let second: ApiClient;
  beforeAll(async () => {
    second = await app.given.colleague(market.platform, ['signatory']);
    await market.platform.as.put('/v1/approval-thresholds/USD', { amount: '117999.99' });
  });

  async function asked(): Promise<{ id: string; approval: string }> {
    const { id } = await market.negotiation();
    const answer = await market.platform.as.post<Answer>(at(id, '/acceptance'), { revision: 1 });
    expect(answer).toMatchObject({ state: 'open', agreementId: null, pendingApproval: expect.any(String) as string });
    return { id, approval: answer.pendingApproval! };
  }
  const decisionOf = async (approval: string): Promise<string | null | undefined> =>
    (await market.platform.as.all<ApprovalAnswer>('/v1/approvals')).find(({ id }) => id === approval)?.decision;

  it('a second signatory approves, and that accepts', async () => {
    const { label, platform } = market;
    const { id, approval } = await asked();
    expect(await platform.as.all('/v1/approvals')).toContainEqual(
      expect.objectContaining({ id: approval, action: 'negotiation.accept', subjectId: id, decision: null }),
    );
    expect(await agreementsOf(id)).toBe(0);
    expect(await decide(platform.as, approval)).toBe('409 approval-needs-second-person');
    expect(await decide(second, approval)).toBe('200');
    expect(await label.as.get(at(id))).toMatchObject({ state: 'accepted', acceptedRevision: 1, pendingApproval: null });
    expect(await agreementsOf(id)).toBe(1);
    expect(await topicsAbout(platform.as, id, 3)).toEqual([
      'negotiation.opened',
      'negotiation.acceptance-requested',
      'negotiation.accepted',
    ]);
    const { rows } = await superuser.query<{ details: object }>(
      `SELECT details FROM audit_entries WHERE subject_id = $1 AND action = 'negotiation.acceptance-requested'`,
      [id],
    );
    expect(rows[0]!.details).toMatchObject({ revision: 1, approvalId: approval, amount: committed, currency: 'USD' });
  });

  it('nobody makes room for their own acceptance', async () => {
    const { label, platform, negotiation } = await openMarket(app, 1);
    const admin = await app.given.colleague(platform, ['admin', 'signatory']);
    const set = (by: ApiClient, amount: string): Promise<unknown> => by.put('/v1/approval-thresholds/USD', { amount });
    const accepts = async (by: ApiClient): Promise<Answer> =>
      by.post<Answer>(at((await negotiation()).id, '/acceptance'), { revision: 1 });
    const alone = { state: 'accepted', pendingApproval: null };
    const waiting = { state: 'open', pendingApproval: expect.any(String) as string };
    await set(platform.as, '1');
    await set(platform.as, '200000');
    expect(await accepts(platform.as)).toMatchObject(waiting);
    // Nor by lowering it a little afterwards; a colleague is a second pair of eyes.
    await set(platform.as, '199999');
    expect(await accepts(platform.as)).toMatchObject(waiting);
    expect(await accepts(admin)).toMatchObject(alone);
    await set(admin, '199999');
    expect(await accepts(platform.as)).toMatchObject(alone);
    expect(await label.as.all('/v1/approvals')).toEqual([]);
  });

  it('the other party sees nothing of it', async () => {
    const { label } = market;
    const { id, approval } = await asked();
    expect(await label.as.get(at(id))).toMatchObject({ state: 'open', pendingApproval: null });
    expect(await topicsAbout(label.as, id, 1)).toEqual(['negotiation.opened']);
    expect(await label.as.all('/v1/approvals')).toEqual([]);
    expect(await decide(label.as, approval)).toBe(await decide(label.as, randomUUID()));
  });

  it('acceptance-pending: it is asked for once', async () => {
    const { platform } = market;
    const { id } = await market.negotiation();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, place) => accept(place % 2 === 0 ? platform.as : second, id)),
    );
    expect(outcomes.sort()).toEqual(['200', ...Array.from({ length: 19 }, () => '409 acceptance-pending')]);
    const { pendingApproval } = await platform.as.get<Answer>(at(id));
    expect(
      (await platform.as.all<ApprovalAnswer>('/v1/approvals')).filter(({ subjectId }) => subjectId === id),
    ).toEqual([expect.objectContaining({ id: pendingApproval })]);
  });

  it('a rejection leaves the negotiation open, and it can be asked for again', async () => {
    const { platform } = market;
    const { id, approval } = await asked();
    expect(await decide(second, approval, 'rejected')).toBe('200');
    expect(await platform.as.get(at(id))).toMatchObject({ state: 'open', pendingApproval: null });
    expect(await decide(second, approval)).toBe('409 approval-decided');
    const again = await second.post<Answer>(at(id, '/acceptance'), { revision: 1 });
    expect(await decide(platform.as, again.pendingApproval!)).toBe('200');
    expect(await agreementsOf(id)).toBe(1);
    expect(await topicsAbout(platform.as, id, 5)).toContain('negotiation.acceptance-rejected');
  });

  it.each([
    ['revision of the other party', () => market.label.as, '/revisions', 'negotiation.revised'],
    ['revision of its own', () => market.platform.as, '/revisions', 'negotiation.revised'],
    ['withdrawal', () => market.label.as, '/withdrawal', 'negotiation.withdrawn'],
    ['refusal', () => market.platform.as, '/refusal', 'negotiation.refused'],
  ])('approval-decided: a %s in between makes the approval void', async (_, by, route, because) => {
    const { id, approval } = await asked();
    const body = route === '/revisions' ? { terms: market.terms(), basedOn: 1 } : { reason: 'Changed our mind.' };
    await by().post(at(id, route), body);
    expect(await decide(second, approval)).toBe('409 approval-decided');
    expect(await decisionOf(approval)).toBe('void');
    expect(await topicsAbout(market.platform.as, approval, 1)).toEqual(['approval.void']);
    expect(await topicsAbout(market.label.as, approval, 0)).toEqual([]);
    const { rows } = await superuser.query('SELECT actor_kind, actor_id FROM audit_entries WHERE subject_id = $1', [
      approval,
    ]);
    expect(rows).toEqual([{ actor_kind: 'system', actor_id: because }]);
    expect(await agreementsOf(id)).toBe(0);
  });

  it('after a revision in between, the new one is asked for afresh, by whichever party received it', async () => {
    const { label, platform, terms } = market;
    const { id } = await asked();
    await platform.as.post(at(id, '/revisions'), { terms: terms({ rate: '0.0019' }), basedOn: 1 });
    await label.as.put('/v1/approval-thresholds/USD', { amount: '1' });
    const { pendingApproval } = await label.as.post<Answer>(at(id, '/acceptance'), { revision: 2 });
    expect(pendingApproval).not.toBeNull();
    expect(await platform.as.get(at(id))).toMatchObject({ pendingApproval: null });
    await label.as.put('/v1/approval-thresholds/USD', { amount: '900000000' });
    expect(await decide(await app.given.colleague(label, ['signatory']), pendingApproval!)).toBe('200');
    expect(await platform.as.get(at(id))).toMatchObject({ state: 'accepted', acceptedRevision: 2 });
  });

  it('decisions and revisions at the same moment come out in one order, without a fault of ours', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { id, approval } = await asked();
      const outcomes = await Promise.all([
        decide(second, approval),
        outcome(market.label.as, 'POST', at(id, '/revisions'), { terms: market.terms(), basedOn: 1 }),
        decide(second, approval),
        outcome(market.label.as, 'POST', at(id, '/withdrawal'), {}),
      ]);
      const known = ['200', '201', '409 approval-decided', '409 negotiation-closed'];
      expect(outcomes.filter((each) => !known.includes(each))).toEqual([]);
      const { state } = await market.label.as.get<Answer>(at(id));
      expect(await agreementsOf(id)).toBe(state === 'accepted' ? 1 : 0);
      expect(await decisionOf(approval)).toBe(state === 'accepted' ? 'approved' : 'void');
    }
  });

  it('forbidden: approved by no other role than signatory, and by no key', async () => {
    const { platform } = market;
    const { approval } = await asked();
    const { key } = await platform.as.post<{ key: string }>('/v1/api-keys', { name: 'Machine', roles: ['finance'] });
    for (const roles of [['finance'], ['admin'], ['licensing']])
      expect(await decide(await app.given.colleague(platform, roles), approval)).toBe('403 forbidden');
    expect(await decide(app.given.client(key), approval)).toBe('403 forbidden');
    expect(await decisionOf(approval)).toBeNull();
  });

  it('track-not-controlled: rights are checked when it is asked for and again when it is approved', async () => {
    const own = await openMarket(app, 1);
    const [one, two] = [await own.negotiation(), await own.negotiation()];
    await own.platform.as.put('/v1/approval-thresholds/USD', { amount: '0' });
    const other = await app.given.colleague(own.platform, ['signatory']);
    const { pendingApproval } = await own.platform.as.post<Answer>(at(one.id, '/acceptance'), { revision: 1 });
    await superuser.query(
      `UPDATE recording_rights SET in_force = daterange('2020-01-01', '2027-01-01') WHERE owner_id = $1`,
      [own.label.organizationId],
    );
    expect(await decide(other, pendingApproval!)).toBe('422 track-not-controlled');
    expect(await accept(own.platform.as, two.id)).toBe('422 track-not-controlled');
    expect(await own.platform.as.get(at(one.id))).toMatchObject({ state: 'open', pendingApproval });
  });

  it('one signatory suffices at the threshold, and in a currency without one', async () => {
    const { platform, negotiation } = market;
    const admin = await app.given.colleague(platform, ['admin']);
    await admin.put('/v1/approval-thresholds/USD', { amount: committed });
    await platform.as.put('/v1/approval-thresholds/EUR', { amount: '0' });
    const { id } = await negotiation();
    expect(await platform.as.post(at(id, '/acceptance'), { revision: 1 })).toMatchObject({ state: 'accepted' });
  });

  it('negotiation-expired: an approval that comes after the end of the revision is late', async () => {
    await market.platform.as.put('/v1/approval-thresholds/USD', { amount: '0' });
    const { id, approval } = await asked();
    app.clock.moveTo(new Date('2026-04-05T09:00:00Z'));
    const credentials = { email: `late-${randomUUID()}@example.org`, password: `sesame-${randomUUID()}` };
    const first = await app.given.signIn(market.platform);
    await first.post('/v1/members', { name: 'Late', ...credentials, roles: ['signatory'] });
    const late = await app.given.signIn(credentials);
    expect(await decide(late, approval)).toBe('409 negotiation-expired');
    expect(await late.get(at(id))).toMatchObject({ state: 'expired', pendingApproval: null });
    expect(await agreementsOf(id)).toBe(0);
  });
});
