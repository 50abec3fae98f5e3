import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import type { Client } from 'pg';
import { SHORT_PLAY_SECONDS } from '../../src/kernel';
import { Jobs } from '../../src/platform/jobs/jobs';
import { TallyEvents } from '../../src/usage/alerts/tally-events';
import { TallyWake, WatchPace } from '../../src/usage/alerts/wake';
import { WatchMonth } from '../../src/usage/alerts/watch-month';
import { MatchHeldEvents } from '../../src/usage/events/match-held-events';
import { startTestApp, type TestApp } from '../support/app';
import { eventsWhere } from '../support/events';
import type { Party } from '../support/given';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { closeMonth, reportUsage } from '../support/reported-usage';
import type { DealParts } from '../support/terms';
import { watchUsage } from '../support/usage-alerts';
import { type EventParts, eventTerms, sendEvents, usageEvent } from '../support/usage-events';

interface Alert {
  readonly id: string;
  readonly month: string;
  readonly kind: string;
  readonly clause: string | null;
  readonly isrc: string | null;
  readonly serviceId: string | null;
  readonly territory: string | null;
  readonly day: string | null;
  readonly figures: Readonly<Record<string, string>>;
  readonly threshold: Readonly<Record<string, string>>;
  readonly reportIds: readonly string[];
  readonly eventPosition: string | null;
}

/** No worker runs: each test decides when events are tallied and months looked at. */
let app: TestApp;
let superuser: Client;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-30T09:00:00Z' });
  superuser = await app.superuser();
});
afterAll(async () => {
  await superuser?.end();
  await app?.close();
});

const uses = ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'];

/** The clock stands still, so the list is in no order of time. */
const inOrder = (alerts: readonly Alert[]): Alert[] => {
  const keyOf = ({ kind, clause, isrc, day, territory }: Alert): string =>
    [kind, clause, isrc, day, territory].join(' ');
  return alerts.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
};

/** A market whose agreement counts from events alone: 0.002 a play, at least 0.01 a month, after an advance of 12,000. */
class Deal {
  private constructor(
    readonly market: Market,
    readonly agreement: AgreementAnswer,
  ) {}

  static async made({ life, ...changes }: Partial<DealParts> = {}): Promise<Deal> {
    const market = await openMarket(app, 3);
    const terms = { ...eventTerms(market, uses), ...life };
    return new Deal(market, await market.concluded({ floor: '0.01', ...changes, life: terms }));
  }

  private number = 0;

  async send(...parts: Partial<EventParts>[]): Promise<string[]> {
    const named = parts.map((part) => ({ id: `e${(this.number += 1)}`, ...part }));
    await sendEvents(
      this.market.platform.as,
      named.map((part) => usageEvent(this.market, part)),
    );
    return named.map(({ id }) => id);
  }

  /** So many plays on each of these days of January. */
  async plays(from: number, until: number, quantity: number, parts: Partial<EventParts> = {}): Promise<void> {
    const days = Array.from({ length: until - from }, (_, at) => from + at);
    await this.send(
      ...days.map((day) => ({ time: `2026-01-${String(day).padStart(2, '0')}T12:00:00Z`, quantity, ...parts })),
    );
  }

  async alerts(query = '', party: Party = this.market.label): Promise<Alert[]> {
    await watchUsage(app, superuser);
    const all = await party.as.all<Alert>(`/v1/agreements/${this.agreement.id}/usage-alerts${query}`);
    return inOrder(all);
  }

  async kinds(): Promise<string[]> {
    return (await this.alerts()).map(({ kind, day, territory, clause }) =>
      [kind, day ?? territory ?? clause].join(' '),
    );
  }

  put(party: Party, body: object): Promise<{ effective: object; label: object; platform: object }> {
    return party.as.put(`/v1/agreements/${this.agreement.id}/usage-alert-thresholds`, body);
  }

  void(ids: readonly string[]): Promise<unknown> {
    const events = ids.map((id) => ({ source: '/players/1', id }));
    return this.market.platform.as.post('/v1/usage-event-voids', { reason: 'Counted by mistake.', events });
  }
}

const floor = 'guarantee-met /royalties/0/royalty';

describe('a burst', () => {
  it('is a day with far more plays than the days before it, told once to both, with the figures to check it by', async () => {
    const deal = await Deal.made();
    await deal.plays(1, 11, 150);
    expect(await deal.kinds()).toEqual([floor]);
    await deal.plays(11, 12, 1_499);
    expect(await deal.kinds()).toEqual([floor]);
    // A third session of the same day makes ten times the average.
    await deal.plays(11, 12, 1);
    const [burst, met, ...others] = await deal.alerts();
    expect(met).toMatchObject({ kind: 'guarantee-met' });
    expect(others).toEqual([]);
    expect(burst).toMatchObject({
      ...{ month: '2026-01', kind: 'burst', isrc: deal.market.isrcs[0], serviceId: deal.market.serviceIds[0] },
      ...{ day: '2026-01-11', territory: null, clause: null },
      figures: { plays: '1500', playsBefore: '1500', daysBefore: '10', average: '150' },
      threshold: { factor: '10', plays: '1000' },
      eventPosition: expect.stringMatching(/^\d+$/) as string,
    });
    await deal.plays(11, 12, 500);
    expect(await deal.alerts('', deal.market.platform)).toHaveLength(2);
    for (const party of [deal.market.label, deal.market.platform]) {
      const raised = await eventsWhere(party.as, ({ topic }) => topic === 'usage-alerts.raised', 2);
      expect(raised.map(({ payload }) => payload)).toEqual([
        { agreement: deal.agreement.id, month: '2026-01', alerts: 1, kinds: { 'guarantee-met': 1 } },
        { agreement: deal.agreement.id, month: '2026-01', alerts: 1, kinds: { burst: 1 } },
      ]);
    }
  });

  it('is seen where the agreement’s clocks hang, whatever the order in which events come', async () => {
    const deal = await Deal.made();
    await deal.plays(2, 12, 100);
    // Moscow is three hours ahead of UTC: both are the 12th there.
    await deal.send(
      { time: '2026-01-11T21:00:00Z', quantity: 600 },
      { time: '2026-01-12T20:59:59.999Z', quantity: 600 },
      { time: '2026-01-12T21:00:00Z', quantity: 200 },
    );
    expect(await deal.kinds()).toEqual(['burst 2026-01-12', floor]);
  });

  it('is none on another track or service, in a first week, or where the events are void', async () => {
    const deal = await Deal.made();
    const [, second] = deal.market.isrcs as [string, string];
    await deal.plays(1, 11, 100);
    const ids = await deal.send({ time: '2026-01-11T12:00:00Z', quantity: 5_000 });
    await deal.void(ids);
    await deal.plays(11, 12, 5_000, { isrc: second });
    await deal.plays(11, 12, 5_000, { serviceId: deal.market.serviceIds[1]! });
    await deal.plays(1, 6, 1, { isrc: second, serviceId: deal.market.serviceIds[1]! });
    await deal.plays(6, 7, 5_000, { isrc: second, serviceId: deal.market.serviceIds[1]! });
    expect(await deal.kinds()).toEqual([floor]);
  });

  it('stays told when its events become void: what was seen was seen', async () => {
    const deal = await Deal.made();
    await deal.plays(1, 11, 100);
    const ids = await deal.send({ time: '2026-01-11T12:00:00Z', quantity: 5_000 });
    expect(await deal.kinds()).toContain('burst 2026-01-11');
    await deal.void(ids);
    expect(await deal.kinds()).toContain('burst 2026-01-11');
  });
});

describe('short plays', () => {
  it('are told of a day on which half of those with a length are short', async () => {
    const deal = await Deal.made();
    const [long, short] = [SHORT_PLAY_SECONDS, SHORT_PLAY_SECONDS - 1];
    const time = '2026-01-10T12:00:00Z';
    await deal.send({ time, quantity: 1_001, playedSeconds: long }, { time, quantity: 1_000, playedSeconds: short });
    await deal.send({ time, quantity: 9_000 });
    expect(await deal.kinds()).toEqual([floor]);
    await deal.send({ time, quantity: 1, playedSeconds: 0 });
    const alert = (await deal.alerts('?kind=short-plays'))[0];
    expect(alert).toMatchObject({
      ...{ kind: 'short-plays', day: '2026-01-10', isrc: deal.market.isrcs[0] },
      figures: { short: '1001', timed: '2002', share: '0.5' },
      threshold: { share: '0.5', plays: '1000' },
    });
  });

  it('say how long they lasted in the list of events, and an id says it for ever', async () => {
    const deal = await Deal.made();
    const event = usageEvent(deal.market, { id: 'timed', playedSeconds: 31 });
    const { platform } = deal.market;
    await sendEvents(platform.as, [event, usageEvent(deal.market, { id: 'untimed' })]);
    const told = await platform.as.all<{ id: string; playedSeconds: number | null }>('/v1/usage-events');
    expect(told.map(({ id, playedSeconds }) => [id, playedSeconds])).toEqual([
      ['timed', 31],
      ['untimed', null],
    ]);
    const answers = await sendEvents(platform.as, [event, usageEvent(deal.market, { id: 'timed', playedSeconds: 32 })]);
    expect(answers.events).toMatchObject([
      { outcome: 'duplicate' },
      { outcome: 'rejected', code: 'usage-event-differs', faults: [{ pointer: '/data/playedSeconds' }] },
    ]);
  });
});

describe('one territory', () => {
  it('is told of where a track is played there while the others are not', async () => {
    const deal = await Deal.made();
    const [first, second] = deal.market.isrcs as [string, string];
    await deal.plays(1, 2, 950, { isrc: first, territory: 'AM' });
    await deal.plays(1, 2, 50, { isrc: first, territory: 'RU' });
    await deal.plays(1, 2, 999, { isrc: second, territory: 'RU' });
    expect(await deal.kinds()).toEqual([floor]);
    await deal.plays(1, 2, 1, { isrc: second, territory: 'RU' });
    const told = await deal.alerts('?kind=territory-concentration');
    expect(told.map(({ isrc, territory, figures }) => [isrc, territory, figures])).toEqual([
      [first, 'AM', { plays: '1000', playsInTerritory: '950', share: '0.95', othersPlays: '1000', othersShare: '0' }],
      [second, 'RU', { plays: '1000', playsInTerritory: '1000', share: '1', othersPlays: '1000', othersShare: '0.05' }],
    ]);
  });

  it('is told of reports, too, which they name', async () => {
    const market = await openMarket(app, 3);
    const agreement = await market.concluded({ floor: '0.01' });
    const [first] = market.isrcs as [string];
    const id = await reportUsage(app, market, { plays: { [first]: 5_000 } });
    await watchUsage(app, superuser);
    const path = `/v1/agreements/${agreement.id}/usage-alerts`;
    const alerts = await market.label.as.all<Alert>(path);
    expect(alerts).toMatchObject([{ kind: 'guarantee-met', reportIds: [id], eventPosition: null }]);
  });
});

describe('what the money has reached', () => {
  it('is told when the floor of a month is earned', async () => {
    const deal = await Deal.made({ floor: '10.00' });
    await deal.plays(1, 2, 4_999);
    expect(await deal.kinds()).toEqual([]);
    await deal.plays(1, 2, 1);
    expect(await deal.alerts()).toMatchObject([
      { kind: 'guarantee-met', clause: '/royalties/0/royalty', figures: { earned: '10' }, threshold: { amount: '10' } },
    ]);
  });

  it('is told of each tier that is entered', async () => {
    const tier = (upTo: string | null, rate: string): object => ({ upTo, rate, flat: '0' });
    const tiers = [tier('1000', '0.003'), tier('2000', '0.002'), tier(null, '0.001')];
    const royalty = { kind: 'tiered', method: 'graduated', counter: 'period', tiers };
    const royalties = [
      { id: 'streaming', grants: ['streaming'], royalty },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', price: '0.60', share: '0.60' } },
    ];
    const deal = await Deal.made({ life: { royalties } });
    await deal.plays(1, 2, 1_000);
    expect(await deal.kinds()).toEqual([]);
    await deal.plays(1, 2, 1);
    expect(await deal.kinds()).toEqual(['tier-crossed /royalties/0/royalty/tiers/1']);
    await deal.plays(1, 2, 1_000);
    expect((await deal.alerts()).map(({ figures, threshold }) => [figures, threshold])).toEqual([
      [{ measured: '1001' }, { above: '1000' }],
      [{ measured: '2001' }, { above: '2000' }],
    ]);
  });
});

describe('thresholds', () => {
  const usual = {
    ...{ burstFactor: '10', burstPlays: 1_000, territoryShare: '0.95', territoryPlays: 1_000 },
    ...{ shortShare: '0.5', shortPlays: 1_000 },
  };

  it('are each party’s own, and the lower of both holds', async () => {
    const deal = await Deal.made();
    const { label, platform } = deal.market;
    const first = await deal.put(label, { burstFactor: '2', burstPlays: 100 });
    const set = { ...usual, burstFactor: '2', burstPlays: 100 };
    expect(first).toEqual({ label: set, platform: usual, effective: set });
    const second = await deal.put(platform, { burstFactor: '50', shortPlays: 200 });
    expect(second).toMatchObject({ effective: { ...set, shortPlays: 200 } });
    expect(await platform.as.get(`/v1/agreements/${deal.agreement.id}/usage-alert-thresholds`)).toEqual(second);
    await deal.plays(1, 11, 50);
    await deal.plays(11, 12, 100);
    expect(await deal.kinds()).toContain('burst 2026-01-11');
    // As a whole: what is absent is as usual again, and saying the same twice is one change.
    await deal.put(label, {});
    await deal.put(label, {});
    const { rows } = await superuser.query(
      'SELECT number FROM usage_alert_thresholds WHERE agreement_id = $1 AND organization_id = $2 ORDER BY 1',
      [deal.agreement.id, label.organizationId],
    );
    expect(rows).toEqual([{ number: 1 }, { number: 2 }]);
  });

  it('that say nothing are refused, all at once', async () => {
    const deal = await Deal.made();
    const path = `/v1/agreements/${deal.agreement.id}/usage-alert-thresholds`;
    const refusal = await refused(deal.market.label.as, 'PUT', path, {
      burstFactor: '1',
      territoryShare: '0',
      shortShare: '1.1',
    });
    expect([refusal.code, refusal.faults.map(({ pointer }) => pointer)]).toEqual([
      'request-invalid',
      ['/burstFactor', '/territoryShare', '/shortShare'],
    ]);
    expect(await outcome(deal.market.label.as, 'PUT', path, { burstPlays: 99 })).toBe('400 request-invalid');
    const reader = await app.given.colleague(deal.market.label, ['reader']);
    expect(await outcome(reader, 'PUT', path, {})).toBe('403 forbidden');
  });
});

describe('the list', () => {
  it('is paged, filtered, given as CSV, and nobody else’s', async () => {
    const deal = await Deal.made();
    await deal.plays(1, 11, 100);
    await deal.plays(11, 13, 2_000, { playedSeconds: 5 });
    const all = await deal.alerts();
    expect(all).toHaveLength(4);
    const { label } = deal.market;
    const path = `/v1/agreements/${deal.agreement.id}/usage-alerts`;
    const page = await label.as.get<{ rows: Alert[]; next: string }>(`${path}?limit=3`);
    const rest = await label.as.get<{ rows: Alert[]; next: null }>(`${path}?limit=3&cursor=${page.next}`);
    expect([inOrder([...page.rows, ...rest.rows]), rest.next]).toEqual([all, null]);
    expect(await deal.alerts('?kind=burst')).toMatchObject([{ day: '2026-01-11' }]);
    expect(await deal.alerts('?month=2026-02')).toEqual([]);
    const csv = await label.as.request<string>('GET', `${path}?format=csv`);
    const lines = String(csv.body).trimEnd().split('\r\n');
    expect([lines.length, lines[0]]).toEqual([
      5,
      'id,month,kind,clause,isrc,serviceId,territory,day,figures,threshold,raisedAt',
    ]);
    expect(lines.filter((line) => line.includes('share=1 short=2000 timed=2000,plays=1000 share=0.5'))).toHaveLength(2);
    const stranger = await app.given.label();
    expect(await outcome(stranger.as, 'GET', path)).toBe('404 not-found');
  });
});

describe('the tally', () => {
  it('is asked for once for many batches, and for each month that they touch once', async () => {
    const deal = await Deal.made();
    for (let batch = 0; batch < 5; batch += 1) await deal.plays(1, 3, 10);
    await deal.send({ time: '2026-01-05T00:00:00Z' }, { time: '2026-01-06T00:00:00Z' });
    expect(await watchUsage(app, superuser)).toEqual({ tallies: 1, looks: 1 });
    expect(await watchUsage(app, superuser)).toEqual({ tallies: 0, looks: 0 });
  });

  it('lets no batch wait for another one that asks for the same', async () => {
    const deal = await Deal.made();
    const platformId = deal.market.platform.organizationId;
    await deal.plays(1, 2, 10);
    await superuser.query('BEGIN');
    try {
      // As by a batch that is not committed yet, or by a worker that begins.
      const { rowCount } = await superuser.query(
        'SELECT FROM graphile_worker._private_jobs WHERE key = $1 FOR UPDATE',
        [`tally-usage-events ${platformId}`],
      );
      expect(rowCount).toBe(1);
      app.app.get(TallyWake).committed(platformId, 0);
      const late = new Promise((resolve) => setTimeout(resolve, 20_000, 'late').unref());
      expect(await Promise.race([deal.plays(2, 3, 10).then(() => 'taken'), late])).toBe('taken');
    } finally {
      await superuser.query('ROLLBACK');
    }
    expect(await watchUsage(app, superuser)).toEqual({ tallies: 1, looks: 1 });
  });

  it.each([
    ['was tried in vain', `attempts = 1, run_at = now() + interval '1 hour'`],
    ['has begun', `attempts = 1, locked_at = now(), locked_by = 'somebody'`],
    ['was given up', 'attempts = max_attempts'],
  ])('is asked for anew where the one before %s', async (_, state) => {
    const deal = await Deal.made();
    const platformId = deal.market.platform.organizationId;
    await deal.plays(1, 2, 10);
    const key = `tally-usage-events ${platformId}`;
    await superuser.query(`UPDATE graphile_worker._private_jobs SET ${state} WHERE key = $1`, [key]);
    app.app.get(TallyWake).committed(platformId, 0);
    await deal.plays(2, 3, 10);
    const { rows } = await superuser.query(
      `SELECT attempts, locked_by, run_at BETWEEN now() + interval '5 seconds' AND now() + interval '10 seconds' AS soon
         FROM graphile_worker._private_jobs WHERE key = $1`,
      [key],
    );
    expect(rows).toEqual([{ attempts: 0, locked_by: null, soon: true }]);
    await watchUsage(app, superuser);
  });

  it('comes to what the events say, however they come, are void or come to count, and by however many it is done', async () => {
    const market = await openMarket(app, 2);
    const platformId = market.platform.organizationId;
    const wake = app.app.get(TallyWake);
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            track: fc.nat(1),
            day: fc.integer({ min: 1, max: 3 }),
            quantity: fc.integer({ min: 1, max: 300 }),
            playedSeconds: fc.option(fc.integer({ min: 0, max: 70 }), { nil: undefined }),
            revoked: fc.boolean(),
            tallied: fc.boolean(),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        async (events) => {
          wake.committed(platformId, 0);
          const tally = (): Promise<void> => app.app.get(TallyEvents).execute({ platformId });
          run += 1;
          for (const [at, { track, day, revoked, tallied, playedSeconds, quantity }] of events.entries()) {
            const [source, id] = [`/law/${run}`, String(at)];
            const time = `2026-01-0${day}T12:00:00Z`;
            const timed = playedSeconds === undefined ? {} : { playedSeconds };
            const part = { id, source, time, quantity, isrc: market.isrcs[track]!, ...timed };
            await sendEvents(market.platform.as, [usageEvent(market, part)]);
            // The first half of them is sent before anything is signed.
            if (agreement === undefined && at > events.length / 2) agreement = await market.concluded();
            if (tallied) await Promise.all([tally(), tally()]);
            if (revoked) {
              await market.platform.as.post('/v1/usage-event-voids', { reason: 'Wrong.', events: [{ source, id }] });
            }
          }
          agreement ??= await market.concluded();
          await app.app.get(MatchHeldEvents).execute({ agreementId: agreement.id });
          await Promise.all([tally(), tally()]);
          const days = await superuser.query(
            `SELECT isrc, day::text, plays, timed, short FROM usage_days WHERE agreement_id = $1 AND plays <> 0 ORDER BY 1, 2`,
            [agreement.id],
          );
          const counted = await superuser.query(
            `SELECT e.isrc, (e.happened_at AT TIME ZONE 'Europe/Moscow')::date::text AS day, sum(quantity)::bigint AS plays,
                    coalesce(sum(quantity) FILTER (WHERE played_seconds IS NOT NULL), 0)::bigint AS timed,
                    coalesce(sum(quantity) FILTER (WHERE played_seconds < 35), 0)::bigint AS short
               FROM usage_events e LEFT JOIN voided_usage_events v USING (platform_id, source, id)
              WHERE e.platform_id = $1 AND v.id IS NULL GROUP BY 1, 2 ORDER BY 1, 2`,
            [platformId],
          );
          expect(days.rows).toEqual(counted.rows);
        },
      ),
      { numRuns: 12, seed: 44 },
    );
  }, 60_000);
  let run = 0;
  let agreement: AgreementAnswer | undefined;

  it('and the look raise nothing twice, done by several at once', async () => {
    const deal = await Deal.made();
    await deal.plays(1, 11, 100);
    await deal.plays(11, 12, 5_000);
    const platformId = deal.market.platform.organizationId;
    const tally = (): Promise<void> => app.app.get(TallyEvents).execute({ platformId });
    const look = (): Promise<void> =>
      app.app.get(WatchMonth).execute({ agreementId: deal.agreement.id, month: '2026-01' });
    await Promise.all([tally(), look(), tally(), look(), look()]);
    expect((await deal.kinds()).sort()).toEqual(['burst 2026-01-11', floor]);
    const { rows } = await superuser.query(
      `SELECT payload FROM outbox WHERE topic = 'usage-alerts.raised' AND subject_id = $1`,
      [deal.agreement.id],
    );
    expect(rows).toHaveLength(4);
  });
});

describe('the look', () => {
  it('at a month comes minutes after its events, once for all of them, and at once for a report', async () => {
    const deal = await Deal.made();
    const tally = (): Promise<void> =>
      app.app.get(TallyEvents).execute({ platformId: deal.market.platform.organizationId });
    const dueIn = async (): Promise<number> => {
      const { rows } = await superuser.query<{ seconds: string }>(
        'SELECT extract(epoch FROM run_at - now()) AS seconds FROM graphile_worker._private_jobs WHERE key = $1',
        [`watch-usage ${deal.agreement.id} 2026-01`],
      );
      expect(rows).toHaveLength(1);
      return Number(rows[0]!.seconds);
    };
    await deal.plays(1, 2, 10);
    await tally();
    const first = await dueIn();
    expect(first).toBeLessThanOrEqual(300);
    expect(first).toBeGreaterThan(270);
    await deal.plays(2, 3, 10);
    await tally();
    expect(await dueIn()).toBeLessThan(first);
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 10 } });
    expect(await dueIn()).toBeLessThanOrEqual(0);
    await watchUsage(app, superuser);
    // A look that is slow is repeated less often, even one that fails.
    const slow = new Error('slow');
    const { id } = deal.agreement;
    const looking = app.app.get(WatchPace).timed(id, '2026-01', async () => {
      jest.spyOn(performance, 'now').mockReturnValueOnce(performance.now() + 60_000);
      await Promise.reject(slow);
    });
    await expect(looking).rejects.toBe(slow);
    jest.restoreAllMocks();
    await deal.plays(3, 4, 10);
    await tally();
    expect(await dueIn()).toBeGreaterThan(590);
    await app.app.get(WatchMonth).execute({ agreementId: id, month: '2026-01' });
    await watchUsage(app, superuser);
    await deal.plays(4, 5, 10);
    await tally();
    expect(await dueIn()).toBeLessThanOrEqual(300);
  });
});

describe('a worker', () => {
  it('tallies and looks by itself', async () => {
    const deal = await Deal.made();
    const jobs = app.app.get(Jobs);
    await jobs.start(app.databaseUrls.applicationUrl, app.parts.storage);
    try {
      await deal.plays(1, 2, 1_000);
      const path = `/v1/agreements/${deal.agreement.id}/usage-alerts`;
      let alerts: Alert[] = [];
      for (let attempt = 0; attempt < 200 && alerts.length === 0; attempt += 1) {
        // What gathers, first for the tally and then for the look, need not do so here.
        await superuser.query('UPDATE graphile_worker._private_jobs SET run_at = now() WHERE run_at > now()');
        await new Promise((resolve) => setTimeout(resolve, 50));
        alerts = await deal.market.label.as.all<Alert>(path);
      }
      expect(alerts).toMatchObject([{ kind: 'guarantee-met' }]);
    } finally {
      await jobs.stop();
    }
  });
});

/** Last: the clock moves, which ends every session. */
describe('an advance', () => {
  it('is told when the rest of the advance is earned, in the month that is closed next', async () => {
    const deal = await Deal.made({ rate: '10', floor: '0' });
    await deal.plays(1, 2, 700);
    expect(await deal.kinds()).toEqual([]);
    app.clock.moveTo(new Date('2026-02-02T09:00:00Z'));
    const { market } = deal;
    for (const party of [market.label, market.platform]) Object.assign(party, { as: await app.given.signIn(party) });
    await deal.send({ time: '2026-02-01T12:00:00Z', quantity: 500 });
    // January has 7,000 of the 12,000, and is open.
    expect(await deal.kinds()).toEqual([]);
    await closeMonth(app, market, deal.agreement.id, '2026-01');
    expect(await deal.alerts()).toMatchObject([
      {
        month: '2026-02',
        kind: 'guarantee-met',
        clause: '/advances',
        figures: { earned: '5000.00' },
        threshold: { amount: '5000.00' },
      },
    ]);
  });
});
