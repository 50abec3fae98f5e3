import { setTimeout } from 'node:timers/promises';
import { rateFiles } from '../../src/commands/rate-files';
import { getAgreement, OnDuePaid } from '../../src/agreements';
import { Database } from '../../src/platform/database/database';
import { MatchHeldEvents } from '../../src/usage/events/match-held-events';
import { ShareOutEvents } from '../../src/usage/events/share-out-events';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv, testIsrc } from '../support/catalogue';
import { type AgreementAnswer, type Market, openMarket, sign } from '../support/market';
import { closeMonth, type Statement } from '../support/reported-usage';
import { type EventParts, eventTerms, sendEvents, usageEvent } from '../support/usage-events';
import type { Party } from '../support/given';
import { watchUsage } from '../support/usage-alerts';

/** No worker runs: each test decides when a month is closed, and when events are looked at again. */
let app: TestApp;
const start = '2026-03-20T09:00:00Z';
beforeAll(async () => {
  app = await startTestApp({ at: start });
});
afterEach(() => app.clock.moveTo(new Date(start)));
afterAll(async () => {
  await database?.end();
  await app?.close();
});
let database: Awaited<ReturnType<TestApp['superuser']>> | undefined;

const uses = ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'];
const [one, two] = [testIsrc(1), testIsrc(2)];
const everywhere = { worldwideExcept: [] };

interface Live {
  readonly next: string | null;
  readonly rows: readonly {
    readonly isrc: string;
    readonly quantity: string;
    readonly controlledShare: string;
    readonly amount: string | null;
  }[];
}

/** A second label that has the first recording too, and sells its part to the platform of the market. */
class CoOwned {
  private number = 0;
  other!: Party;
  theirs!: AgreementAnswer;

  private constructor(
    readonly market: Market,
    readonly own: AgreementAnswer,
  ) {}

  static async open(): Promise<CoOwned> {
    const market = await openMarket(app, 2);
    const own = await market.concluded({ floor: '0.01', life: eventTerms(market, uses) });
    const deal = new CoOwned(market, own);
    deal.other = await app.given.label();
    const row = { isrc: one, title: 'Track', artists: 'Somebody' };
    await deal.other.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv([row]));
    return deal;
  }

  /** The other label signs for its part. */
  async withOther(share = '0.4', life: object = {}): Promise<this> {
    await this.other.as.post('/v1/rights-statements', {
      ...{ isrcs: [one], share, territories: everywhere, from: '2020-01-01' },
    });
    const { platform } = this.market;
    const terms = this.market.terms({
      ...{ labelId: this.other.organizationId, isrcs: [one], floor: '0.01' },
      life: { ...eventTerms(this.market, uses), ...life },
    });
    const { id } = await this.other.as.post<{ id: string }>('/v1/negotiations', {
      ...{ counterpartyId: platform.organizationId, terms },
    });
    const { agreementId } = await platform.as.post<{ agreementId: string }>(`/v1/negotiations/${id}/acceptance`, {
      revision: 1,
    });
    const agreement = await platform.as.get<AgreementAnswer>(`/v1/agreements/${agreementId}`);
    await sign(platform.as, agreement);
    this.theirs = await sign(this.other.as, agreement);
    return this;
  }

  states(share: string, from = '2020-01-01', until?: string): Promise<unknown> {
    return this.market.label.as.post('/v1/rights-statements', {
      ...{ isrcs: [one], share, territories: everywhere, from, replaces: true },
      ...(until === undefined ? {} : { until }),
    });
  }

  send(...parts: Partial<EventParts>[]): ReturnType<typeof sendEvents> {
    const events = parts.map((part) => usageEvent(this.market, { id: `e${(this.number += 1)}`, ...part }));
    return sendEvents(this.market.platform.as, events);
  }

  /** "ISRC share units amount" of the month so far, for the first label and for the other. */
  async counted(month = '2026-01'): Promise<{ own: string[]; theirs: string[] }> {
    const of = async (party: Party, { id }: AgreementAnswer): Promise<string[]> => {
      const told: string[] = [];
      // Page by page: shares of one recording are lines of their own.
      for (let next: string | null = ''; next !== null;) {
        const page: Live = await party.as.get(`/v1/agreements/${id}/live?month=${month}&limit=1${next}`);
        for (const { isrc, controlledShare, quantity, amount } of page.rows)
          told.push(`${isrc} ${controlledShare} ${quantity} ${amount}`);
        next = page.next === null ? null : `&cursor=${page.next}`;
      }
      return told;
    };
    return { own: await of(this.market.label, this.own), theirs: await of(this.other, this.theirs) };
  }

  /** Everybody signs in again: a session does not last that long. */
  async nextDay(): Promise<void> {
    app.clock.moveTo(new Date(app.clock.now().getTime() + 86_400_000));
    for (const party of [this.market.label, this.market.platform, this.other])
      Object.assign(party, { as: await app.given.signIn(party) });
  }

  /** What was asked to be looked at again, the last first. */
  async checks(): Promise<{ id: string; done: boolean }[]> {
    database ??= await app.superuser();
    const { rows } = await database.query<{ id: string; done: boolean }>(
      'SELECT id::text AS id, done_at IS NOT NULL AS done FROM usage_share_checks WHERE platform_id = $1 ORDER BY id DESC',
      [this.market.platform.organizationId],
    );
    return rows;
  }

  /** What waits to be looked at again is: by the jobs, in any order, twice. */
  async shareOut(): Promise<void> {
    const checks = await this.checks();
    for (const { id } of [...checks, ...checks]) await app.app.get(ShareOutEvents).execute({ checkId: id });
  }

  /** A month of the first label, closed: its lines, and whether `accordo rate` makes the same of its inputs. */
  async close(month: string): Promise<string[]> {
    const { lines, statement } = await closeMonth(app, this.market, this.own.id, month);
    await this.verify(statement);
    return lines
      .filter(({ isrc }) => isrc !== null)
      .map((line) => {
        const { period, quantity, controlledShare, amount } = line as typeof line & { controlledShare: string };
        return `${period} ${controlledShare} ${quantity} ${amount}`;
      });
  }

  private async verify({ id, sha256 }: Statement): Promise<void> {
    type Inputs = Readonly<Record<'terms' | 'usage' | 'context' | 'carried', object>>;
    const inputs = await this.market.label.as.get<Inputs>(`/v1/statements/${id}/inputs`);
    const file = (name: keyof Inputs): { name: string; text: string } => ({ name, text: JSON.stringify(inputs[name]) });
    const files = { terms: file('terms'), usage: file('usage'), context: file('context'), carried: file('carried') };
    expect(rateFiles(files).sha256).toBe(sha256);
  }
}

describe('an event of a recording that two labels share', () => {
  it('accrues to the agreement of each, by the share of its day', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.states('0.6', '2026-01-10');
    const taken = await deal.send(
      { quantity: 1000, time: '2026-01-09T12:00:00Z' },
      { quantity: 1000, time: '2026-01-10T12:00:00Z' },
      { quantity: 500, isrc: two },
    );
    expect(taken.events.map(({ agreementId }) => agreementId)).toEqual([deal.own.id, deal.own.id, deal.own.id]);
    // 1,000 at 0.002, and 1,000 × 0.6 and × 0.4 of it.
    expect(await deal.counted()).toEqual({
      own: [`${one} 1 1000 2.00`, `${one} 0.6 1000 1.20`, `${two} 1 500 1.00`],
      theirs: [`${one} 0.4 1000 0.80`],
    });
    const again = await deal.send({ id: 'e2', quantity: 1000, time: '2026-01-10T12:00:00Z' });
    expect(again.duplicates).toBe(1);
    expect((await deal.counted()).theirs).toEqual([`${one} 0.4 1000 0.80`]);
    const kept = await deal.market.platform.as.all<{
      id: string;
      shares: { agreementId: string; controlledShare: string }[];
    }>('/v1/usage-events');
    const shares = new Map(kept.map((event) => [event.id, event.shares]));
    expect(shares.get('e1')).toEqual([]);
    expect(shares.get('e2')).toHaveLength(2);
    expect(shares.get('e2')).toEqual(
      expect.arrayContaining([
        { agreementId: deal.own.id, controlledShare: '0.6' },
        { agreementId: deal.theirs.id, controlledShare: '0.4' },
      ]),
    );
  });

  it('counts for one label alone where that has the whole', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.send({ quantity: 1000 });
    expect(await deal.counted()).toEqual({ own: [`${one} 1 1000 2.00`], theirs: [] });
  });

  it('is shared out once a share is stated, and as before once it is stated back; closed months get the difference', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.send({ quantity: 1000 }, { quantity: 100, time: '2026-02-10T12:00:00Z' });
    expect(await deal.close('2026-01')).toEqual(['2026-01 1 1000 2.00']);
    await deal.states('0.6');
    await deal.shareOut();
    expect(await deal.counted()).toEqual({ own: [`${one} 0.6 1000 1.20`], theirs: [`${one} 0.4 1000 0.80`] });
    await deal.shareOut();
    expect((await deal.counted()).theirs).toEqual([`${one} 0.4 1000 0.80`]);
    expect(await deal.close('2026-02')).toEqual([
      '2026-02 0.6 100 0.12',
      '2026-01 1 -1000 -2.00',
      '2026-01 0.6 1000 1.20',
    ]);
    for (const [share, own, theirs] of [
      ['0.5', `${one} 0.5 1000 1.00`, [`${one} 0.4 1000 0.80`]],
      ['1', `${one} 1 1000 2.00`, []],
      ['0.6', `${one} 0.6 1000 1.20`, [`${one} 0.4 1000 0.80`]],
    ] as const) {
      await deal.states(share);
      await deal.shareOut();
      expect(await deal.counted()).toEqual({ own: [own], theirs });
    }
  });

  it('brings the other label its part when that signs later', async () => {
    const deal = await CoOwned.open();
    await deal.states('0.6');
    await deal.send({ quantity: 1000 });
    await deal.withOther();
    await deal.shareOut();
    expect(await deal.counted()).toEqual({ own: [`${one} 0.6 1000 1.20`], theirs: [`${one} 0.4 1000 0.80`] });
  });

  it('counts by shares too where it was held, and another ISRC was resolved to the recording', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.states('0.6');
    const wrong = 'ZZX992600009';
    const taken = await deal.send({ quantity: 1000, isrc: wrong });
    expect(taken.events).toMatchObject([{ held: 'unknown-recording' }]);
    const { platform, label } = deal.market;
    const { rows } = await platform.as.post<{ rows: { id: string }[] }>('/v1/usage-suspense/resolutions', {
      counterpartyId: label.organizationId,
      resolutions: [{ reportedIsrc: wrong, isrc: one, reason: 'Typed wrongly.' }],
    });
    const decided = { ids: rows.map(({ id }) => id), decision: 'accepted' };
    await label.as.post('/v1/usage-suspense/resolutions/decisions', decided);
    await app.app.get(MatchHeldEvents).execute({ agreementId: deal.own.id });
    expect(await deal.counted()).toEqual({ own: [`${one} 0.6 1000 1.20`], theirs: [`${one} 0.4 1000 0.80`] });
    await deal.states('0.5');
    await deal.shareOut();
    expect((await deal.counted()).own).toEqual([`${one} 0.5 1000 1.00`]);
  });

  it('is looked at again before a close counts it', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.send({ quantity: 1000 });
    await deal.states('0.6');
    expect(await deal.close('2026-01')).toEqual(['2026-01 0.6 1000 1.20']);
  });

  it('is looked at again where it happened on days, by any clock, of which another share is stated', async () => {
    const deal = await (await CoOwned.open()).withOther();
    // The second one is of February in Moscow.
    await deal.send({ quantity: 1000, time: '2026-01-10T12:00:00Z' }, { quantity: 100, time: '2026-01-31T21:30:00Z' });
    await deal.states('0.6', '2026-01-01', '2026-01-20');
    await deal.states('0.5', '2026-02-01', '2026-02-02');
    const [february, january] = await deal.checks();
    await app.app.get(ShareOutEvents).execute({ checkId: february!.id });
    expect((await deal.counted()).own).toEqual([`${one} 1 1000 2.00`]);
    expect((await deal.counted('2026-02')).own).toEqual([`${one} 0.5 100 0.10`]);
    await app.app.get(ShareOutEvents).execute({ checkId: january!.id });
    expect((await deal.counted()).own).toEqual([`${one} 0.6 1000 1.20`]);
  });

  it('is looked for without holding up voids and closes of the platform', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.send({ quantity: 1000 });
    await deal.states('0.6');
    await deal.checks();
    const holding = await app.superuser();
    try {
      await holding.query('BEGIN; LOCK TABLE usage_events IN ACCESS EXCLUSIVE MODE');
      const sharing = deal.shareOut();
      const waits = `SELECT FROM pg_locks WHERE relation = 'usage_events'::regclass AND NOT granted`;
      while ((await holding.query(waits)).rowCount === 0) await setTimeout(5);
      const lock = `usage event voids of ${deal.market.platform.organizationId}`;
      const { rows } = await holding.query('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 3)) AS free', [lock]);
      await holding.query('COMMIT');
      await sharing;
      expect(rows).toEqual([{ free: true }]);
    } finally {
      await holding.end();
    }
    expect((await deal.counted()).theirs).toEqual([`${one} 0.4 1000 0.80`]);
  });

  it('is looked at again before a close only where the agreement is of its recording', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.market.label.as.post('/v1/rights-statements', {
      ...{ isrcs: [two], share: '0.5', territories: everywhere, from: '2026-01-01', replaces: true },
    });
    const done = async (): Promise<boolean> => (await deal.checks())[0]!.done;
    const shareOut = app.app.get(ShareOutEvents);
    await shareOut.finish(deal.theirs.id);
    expect(await done()).toBe(false);
    await shareOut.finish(deal.own.id);
    expect(await done()).toBe(true);
  });

  it('has the money of each agreement looked at once it is shared out', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.send({ quantity: 1000 });
    await deal.states('0.6');
    await deal.checks();
    const alerts = async (): Promise<string[]> => {
      await watchUsage(app, database!);
      const path = `/v1/agreements/${deal.theirs.id}/usage-alerts`;
      const told = await deal.other.as.all<{ kind: string; figures: { earned: string } }>(path);
      return told.map(({ kind, figures }) => `${kind} ${figures.earned}`);
    };
    expect(await alerts()).toEqual([]);
    await deal.shareOut();
    expect(await alerts()).toEqual(['guarantee-met 0.8']);
  });

  it('brings the other label its part of the day on which its licence goes on, or begins', async () => {
    const [advance, termination] = ['advance', { breach: { cureDays: 10, suspension: 'at-once' } }];
    const conditions = [{ id: 'paid', kind: 'advance-paid', advance, withinDays: 90 }];
    const deal = await (await CoOwned.open()).withOther('0.4', { conditions, termination });
    await deal.states('0.6');
    const agreement = `/v1/agreements/${deal.theirs.id}`;
    /** A play now, before the licence is in force, is the first label's; the day's is shared once it is. */
    const shares = async (goesOn: () => Promise<unknown>): Promise<string[]> => {
      await deal.send({ quantity: 1000, time: app.clock.now().toISOString() });
      await deal.shareOut();
      const before = await deal.counted('2026-03');
      app.clock.moveTo(new Date(app.clock.now().getTime() + 60_000));
      await goesOn();
      await deal.shareOut();
      return [before, await deal.counted('2026-03')].map(({ theirs }) => theirs.join());
    };
    const part = (units: number): string => `${one} 0.4 ${units} ${(units * 0.0008).toFixed(2)}`;
    const paid = (): Promise<void> =>
      app.app.get(Database).asSystem(async (tx) => {
        const due = { purpose: 'advance', source: advance, at: app.clock.now() } as const;
        await app.app.get(OnDuePaid).run(tx, { agreement: await getAgreement(tx, deal.theirs.id), ...due });
      });
    expect(await shares(paid)).toEqual(['', part(1000)]);
    const suspended = async (): Promise<string> => {
      const what = { what: 'Nothing was reported.' };
      const { openBreaches } = await deal.other.as.post<{ openBreaches: number[] }>(`${agreement}/breaches`, what);
      await deal.other.as.post(`${agreement}/breaches/${openBreaches.at(-1)}/suspension`, {});
      // The rest of the day of a suspension is licensed.
      await deal.nextDay();
      return `${agreement}/breaches/${openBreaches.at(-1)}/cure`;
    };
    await suspended();
    expect(await shares(() => deal.other.as.post(`${agreement}/resumption`, {}))).toEqual([part(1000), part(2000)]);
    const cure = await suspended();
    expect(await shares(() => deal.other.as.post(cure, {}))).toEqual([part(2000), part(3000)]);
  });

  it('is void for all of them', async () => {
    const deal = await (await CoOwned.open()).withOther();
    await deal.states('0.6');
    await deal.send({ quantity: 1000 }, { quantity: 10 });
    const events = [{ source: '/players/1', id: 'e1' }];
    const made = await deal.market.platform.as.post<{ id: string; events: string }>('/v1/usage-event-voids', {
      ...{ reason: 'Counted by mistake.', events },
    });
    expect(made.events).toBe('1');
    expect(await deal.counted()).toEqual({ own: [`${one} 0.6 10 0.01`], theirs: [`${one} 0.4 10 0.01`] });
    for (const party of [deal.market.label, deal.other]) {
      const voids = await party.as.all<{ id: string }>('/v1/usage-event-voids');
      expect(voids.map(({ id }) => id)).toEqual([made.id]);
    }
    await deal.states('0.5');
    await deal.shareOut();
    expect((await deal.counted()).own).toEqual([`${one} 0.5 10 0.01`]);
  });
});
