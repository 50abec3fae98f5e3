import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { WatchExpiry } from '../../src/offers/watch-expiry';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { eventsAbout, topicsAbout } from '../support/events';
import { type Market, type NegotiationAnswer, openMarket, outcome } from '../support/market';

type Answer = NegotiationAnswer & { readonly expiresAt: string; readonly closedAt: string | null };

const start = '2026-01-05T09:00:00Z';
let app: TestApp;
let market: Market;
let superuser: Client;
beforeAll(async () => {
  app = await startTestApp({ at: start });
  market = await openMarket(app);
  superuser = await app.superuser();
});
beforeEach(() => app.clock.moveTo(new Date(start)));
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const at = (id: string, rest = ''): string => `/v1/negotiations/${id}${rest}`;

/** The clock moves on; sessions are shorter than offers, so both parties sign in again. */
async function later(time: string): Promise<{ label: ApiClient; platform: ApiClient }> {
  app.clock.moveTo(new Date(time));
  return { label: await app.given.signIn(market.label), platform: await app.given.signIn(market.platform) };
}
const job = (negotiationId: string): Promise<void> => app.app.get(WatchExpiry).execute({ negotiationId });

const offer = (expiresAt?: string): Promise<Answer> =>
  market.label.as.post('/v1/negotiations', {
    counterpartyId: market.platform.organizationId,
    terms: market.terms(),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });

/** For how many days, by the queue's own clock, the negotiation's watch is put off; undefined where none waits. */
async function watched(id: string): Promise<number | undefined> {
  const { rows } = await superuser.query<{ wait: number }>(
    `SELECT round(extract(epoch FROM run_at - now()) / 86400)::int AS wait FROM graphile_worker.jobs WHERE key = $1 AND locked_at IS NULL`,
    [`watch-expiry ${id}`],
  );
  expect(rows.length).toBeLessThan(2);
  return rows[0]?.wait;
}

describe('a revision', () => {
  it('stands for ninety days, or until its proposer says', async () => {
    const offered = await offer();
    expect(offered.expiresAt).toBe('2026-04-05T09:00:00.000Z');
    const counter = { terms: market.terms(), basedOn: 1, expiresAt: '2026-01-20T18:00:00+03:00' };
    const revision = await market.platform.as.post(at(offered.id, '/revisions'), counter);
    expect(revision).toMatchObject({ number: 2, expiresAt: '2026-01-20T15:00:00.000Z' });
    expect(await market.label.as.get(at(offered.id))).toMatchObject({ expiresAt: '2026-01-20T15:00:00.000Z' });
    const listed = await market.label.as.all<Answer>(at(offered.id, '/revisions'));
    expect(listed.map(({ expiresAt }) => expiresAt)).toEqual(['2026-04-05T09:00:00.000Z', '2026-01-20T15:00:00.000Z']);
  });

  it.each([
    ['2026-01-05T09:59:59Z', '422 expiry-out-of-bounds'],
    ['2027-01-05T09:00:01Z', '422 expiry-out-of-bounds'],
    ['2026-02-30T00:00:00Z', '400 request-invalid'],
    ['tomorrow', '400 request-invalid'],
  ])('does not stand until %s', async (expiresAt, refusal) => {
    const terms = market.terms();
    const body = { counterpartyId: market.platform.organizationId, terms, expiresAt };
    expect(await outcome(market.label.as, 'POST', '/v1/negotiations', body)).toBe(refusal);
    const { id } = await offer();
    expect(await outcome(market.label.as, 'POST', at(id, '/revisions'), { terms, basedOn: 1, expiresAt })).toBe(
      refusal,
    );
  });
});

describe('past its time', () => {
  it('negotiation-expired: every move is refused by the clock, though the job is late, and it shows as expired', async () => {
    const { id } = await offer('2026-01-07T09:00:00Z');
    const { label, platform } = await later('2026-01-07T09:00:00Z');
    for (const party of [label, platform]) {
      for (const [path, body] of [
        ['/revisions', { terms: market.terms(), basedOn: 1 }],
        ['/acceptance', { revision: 1 }],
        ['/refusal', { reason: 'No.' }],
        ['/withdrawal', {}],
      ] as const)
        expect([path, await outcome(party, 'POST', at(id, path), body)]).toEqual([path, '409 negotiation-expired']);
      expect(await party.get(at(id))).toMatchObject({ state: 'expired', closedAt: '2026-01-07T09:00:00.000Z' });
      expect((await party.all<Answer>('/v1/negotiations')).find((row) => row.id === id)).toMatchObject({
        state: 'expired',
      });
    }
    const { rows } = await superuser.query('SELECT state FROM negotiations WHERE id = $1', [id]);
    expect(rows).toEqual([{ state: 'open' }]);
  });

  it('the job ends it once, tells both parties once, and changes no answer', async () => {
    const { id } = await offer('2026-01-07T09:00:00Z');
    const { label, platform } = await later('2026-01-09T09:00:00Z');
    const before = await label.get<Answer>(at(id));
    await Promise.all([job(id), job(id), job(id)]);
    await job(id);
    expect(await label.get(at(id))).toEqual(before);
    expect(await outcome(platform, 'POST', at(id, '/acceptance'), { revision: 1 })).toBe('409 negotiation-expired');
    const { rows } = await superuser.query('SELECT state, closed_at FROM negotiations WHERE id = $1', [id]);
    expect(rows).toEqual([{ state: 'expired', closed_at: new Date('2026-01-07T09:00:00Z') }]);
    for (const party of [label, platform])
      expect(await topicsAbout(party, id, 2)).toEqual(['negotiation.opened', 'negotiation.expired']);
    const audited = await superuser.query(
      `SELECT actor_kind FROM audit_entries WHERE subject_id = $1 AND action = 'negotiation.expired'`,
      [id],
    );
    expect(audited.rows).toEqual([{ actor_kind: 'system' }, { actor_kind: 'system' }]);
  });

  it('it can be reopened, before or after the job', async () => {
    for (const jobFirst of [true, false]) {
      app.clock.moveTo(new Date(start));
      const fresh = await later(start);
      const { id } = await fresh.label.post<Answer>('/v1/negotiations', {
        counterpartyId: market.platform.organizationId,
        terms: market.terms(),
        expiresAt: '2026-01-07T09:00:00Z',
      });
      const { label, platform } = await later('2026-01-08T09:00:00Z');
      if (jobFirst) await job(id);
      const again = await platform.post<Answer>(at(id, '/reopening'), {});
      await job(id);
      expect(await label.get(at(id))).toMatchObject({ state: 'expired', reopenedAs: again.id });
      const topics = ['negotiation.opened', 'negotiation.expired', 'negotiation.reopened'];
      expect(await topicsAbout(label, id, 3)).toEqual(topics);
      expect(again).toMatchObject({ state: 'open', expiresAt: '2026-04-08T09:00:00.000Z' });
    }
  });
});

describe('before its time', () => {
  it('both parties are reminded a week and a day before the end, once each', async () => {
    const { id } = await offer('2026-02-05T09:00:00Z');
    expect(await watched(id)).toBe(24);
    await job(id);
    await later('2026-01-29T09:00:00Z');
    await Promise.all([job(id), job(id), job(id)]);
    expect(await watched(id)).toBe(6);
    await later('2026-02-04T10:00:00Z');
    await job(id);
    await job(id);
    const { label, platform } = await later('2026-02-05T08:59:59Z');
    await job(id);
    const told = ['negotiation.opened', 'negotiation.expiring', 'negotiation.expiring'];
    for (const party of [label, platform]) expect(await topicsAbout(party, id, 3)).toEqual(told);
    const { rows } = await superuser.query(
      'SELECT revision, days_before FROM expiry_reminders WHERE negotiation_id = $1 ORDER BY told_at',
      [id],
    );
    expect(rows).toEqual([
      { revision: 1, days_before: 7 },
      { revision: 1, days_before: 1 },
    ]);
    const reminders = (await eventsAbout(label, id, 3)).filter(({ topic }) => topic === 'negotiation.expiring');
    expect(reminders.map(({ payload }) => payload)).toEqual([
      { revision: 1, daysBefore: 7, expiresAt: '2026-02-05T09:00:00.000Z' },
      { revision: 1, daysBefore: 1, expiresAt: '2026-02-05T09:00:00.000Z' },
    ]);
  });

  it('a revision takes the watch with it: the one before neither reminds nor ends', async () => {
    const { id } = await offer('2026-01-10T09:00:00Z');
    expect(await watched(id)).toBe(4);
    await market.label.as.post(at(id, '/revisions'), { terms: market.terms(), basedOn: 1 });
    expect(await watched(id)).toBe(83);
    const { label, platform } = await later('2026-01-11T09:00:00Z');
    await job(id);
    expect(await topicsAbout(label, id, 2)).toEqual(['negotiation.opened', 'negotiation.revised']);
    expect(await platform.post(at(id, '/acceptance'), { revision: 2 })).toMatchObject({ state: 'accepted' });
  });

  it('what has ended is neither reminded of nor expired', async () => {
    const { id } = await offer('2026-01-07T09:00:00Z');
    await market.platform.as.post(at(id, '/refusal'), { reason: 'No.' });
    for (const time of ['2026-01-06T10:00:00Z', '2026-01-08T09:00:00Z']) {
      await later(time);
      await job(id);
    }
    const { label } = await later('2026-01-08T09:00:00Z');
    expect(await topicsAbout(label, id, 2)).toEqual(['negotiation.opened', 'negotiation.refused']);
    expect(await label.get(at(id))).toMatchObject({ state: 'refused' });
  });
});

describe('the queue', () => {
  let working: TestApp;
  beforeAll(async () => {
    working = await startTestApp({ at: start, worker: true });
  });
  afterAll(() => working?.close());

  it('ends it by itself, and looks again when it was early', async () => {
    const own = await openMarket(working);
    const { id } = await own.label.as.post<Answer>('/v1/negotiations', {
      counterpartyId: own.platform.organizationId,
      terms: own.terms(),
      expiresAt: '2026-01-07T09:00:00Z',
    });
    const queue = await working.superuser();
    const hurry = async (): Promise<void> => {
      const sql = `UPDATE graphile_worker._private_jobs SET run_at = now() WHERE key = $1 RETURNING id`;
      const { rows } = await queue.query<{ id: string }>(sql, [`watch-expiry ${id}`]);
      expect(rows).toHaveLength(1);
      for (let attempt = 0; attempt < 200; attempt += 1) {
        const left = await queue.query('SELECT FROM graphile_worker._private_jobs WHERE id = $1', [rows[0]!.id]);
        if (left.rowCount === 0) return;
        await sleep(50);
      }
      throw new Error('the job did not run within ten seconds');
    };
    const state = async (): Promise<unknown> =>
      (await queue.query<{ state: string }>('SELECT state FROM negotiations WHERE id = $1', [id])).rows[0]!.state;
    await hurry();
    expect(await state()).toBe('open');
    working.clock.moveTo(new Date('2026-01-07T09:00:00Z'));
    await hurry();
    expect(await state()).toBe('expired');
    const left = await queue.query('SELECT FROM graphile_worker._private_jobs WHERE key = $1', [`watch-expiry ${id}`]);
    expect(left.rowCount).toBe(0);
    await queue.end();
  });
});
