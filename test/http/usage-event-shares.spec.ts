import { rateFiles } from '../../src/commands/rate-files';
import { MatchHeldEvents } from '../../src/usage/events/match-held-events';
import { ShareOutEvents } from '../../src/usage/events/share-out-events';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv, testIsrc } from '../support/catalogue';
import { type AgreementAnswer, type Market, openMarket, sign } from '../support/market';
import { closeMonth, type Statement } from '../support/reported-usage';
import { type EventParts, eventTerms, sendEvents, usageEvent } from '../support/usage-events';
import type { Party } from '../support/given';

/** No worker runs: each test decides when a month is closed, and when events are looked at again. */
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-03-20T09:00:00Z' });
});
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
  async withOther(share = '0.4'): Promise<this> {
    await this.other.as.post('/v1/rights-statements', {
      ...{ isrcs: [one], share, territories: everywhere, from: '2020-01-01' },
    });
    const { platform } = this.market;
    const terms = this.market.terms({
      ...{ labelId: this.other.organizationId, isrcs: [one], floor: '0.01', life: eventTerms(this.market, uses) },
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

  /** What waits to be looked at again is: by the jobs, in any order, twice. */
  async shareOut(): Promise<void> {
    database ??= await app.superuser();
    const { rows } = await database.query<{ id: string }>(
      'SELECT id::text AS id FROM usage_share_checks WHERE platform_id = $1 ORDER BY id DESC',
      [this.market.platform.organizationId],
    );
    for (const { id } of [...rows, ...rows]) await app.app.get(ShareOutEvents).execute({ checkId: id });
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
