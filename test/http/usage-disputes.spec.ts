import { startTestApp, type TestApp } from '../support/app';
import { eventsWhere } from '../support/events';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { closeMonth, reportUsage } from '../support/reported-usage';
import type { DealParts } from '../support/terms';
import { type EventParts, eventTerms, sendEvents, usageEvent } from '../support/usage-events';

interface Dispute {
  readonly number: number;
  readonly state: string;
  readonly differing: number;
  readonly recordUnits: string;
  readonly otherUnits: string;
  readonly held: string | null;
  readonly releaseAgreedBy: string | null;
}

/** No worker runs: each test decides when a month is closed. The clock stands after January from the start. */
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-02-02T09:00:00Z' });
});
afterAll(() => app?.close());

let run = 0;

/** Reports are money, at 1 a play, without an advance or a floor; January is over. */
class Deal {
  private constructor(
    readonly market: Market,
    readonly agreement: AgreementAnswer,
  ) {}

  static async made(
    counted: readonly string[] = [],
    { life, ...changes }: Partial<DealParts> = {},
    reconciliation?: object,
  ): Promise<Deal> {
    const market = await openMarket(app, 3);
    const usage = { ...eventTerms(market, counted).usage, ...(reconciliation ? { reconciliation } : {}) };
    const terms = { usage, advances: [], ...life };
    return new Deal(market, await market.concluded({ rate: '1', floor: '0', ...changes, life: terms }));
  }

  get path(): string {
    return `/v1/agreements/${this.agreement.id}/usage-disputes`;
  }

  /** What is reported and metered of each track in January. */
  async used(tracks: readonly (readonly [reported: number, metered: number])[]): Promise<void> {
    const { isrcs } = this.market;
    const plays = Object.fromEntries(tracks.map(([reported], at) => [isrcs[at]!, reported] as const));
    await reportUsage(app, this.market, { plays });
    await this.send(...tracks.map(([, quantity], at) => ({ isrc: isrcs[at]!, quantity })));
  }

  async send(...parts: Partial<EventParts>[]): Promise<void> {
    const events = parts.filter(({ quantity }) => quantity !== 0);
    await sendEvents(
      this.market.platform.as,
      events.map((part) => usageEvent(this.market, { id: `e${(run += 1)}`, ...part })),
    );
  }

  body(more: object = {}): object {
    return { month: '2026-01', serviceId: this.market.serviceIds[0], reason: 'The players counted less.', ...more };
  }

  open(more: object = {}): Promise<Dispute> {
    return this.market.platform.as.post(this.path, this.body(more));
  }

  close(month = '2026-01') {
    return closeMonth(app, this.market, this.agreement.id, month);
  }

  /** "royalties 2026-01 700.00", oldest first. */
  async invoices(): Promise<string[]> {
    const all = await this.market.label.as.all<{ purpose: string; source: string; amount: { amount: string } }>(
      '/v1/invoices',
    );
    return all
      .filter(({ purpose }) => purpose === 'royalties')
      .map(({ source, amount }) => `${source} ${amount.amount}`)
      .sort();
  }

  async balances(): Promise<Record<string, string>> {
    const { rows } = await this.market.label.as.get<{ rows: { account: string; balance: { amount: string } }[] }>(
      `/v1/agreements/${this.agreement.id}/balances`,
    );
    return Object.fromEntries(rows.map(({ account, balance }) => [account, balance.amount]));
  }
}

/** The back fee of 10,000 is due as well. */
const withFee = (payable: number): string => `${(10_000 + payable).toFixed(2)}`;

describe('a disputed difference', () => {
  it('is all that is held of a closed month; the rest is payable as usual, and all of it once both agree', async () => {
    const deal = await Deal.made();
    const { label, platform } = deal.market;
    await deal.used([
      [1_000, 900],
      [500, 500],
      [200, 250],
    ]);
    const opened = await deal.open();
    expect(opened).toMatchObject({
      ...{ number: 1, state: 'open', differing: 2, recordUnits: '1200', otherUnits: '1150', held: null },
    });
    const { statement } = await deal.close();
    expect(statement).toMatchObject({ payable: { amount: '1700.00' }, held: { amount: '100.00' } });
    expect(await deal.invoices()).toEqual(['2026-01 1600.00']);
    expect(await deal.balances()).toEqual({
      ...{ 'platform-receivable': withFee(1_600), 'label-payable': `-${withFee(1_600)}` },
      ...{ 'platform-disputed': '100.00', 'label-disputed': '-100.00' },
    });
    // One hand alone moves nothing.
    const proposed = await label.as.post<Dispute>(`${deal.path}/1/release`, {});
    expect(proposed).toMatchObject({
      state: 'open',
      held: '100.00',
      releaseAgreedBy: label.organizationId,
    });
    expect(await outcome(label.as, 'POST', `${deal.path}/1/release`)).toBe('409 usage-dispute-state');
    expect(await deal.invoices()).toHaveLength(1);
    expect(await platform.as.post(`${deal.path}/1/release`, {})).toMatchObject({
      state: 'released',
      releaseAgreedBy: null,
    });
    expect(await deal.invoices()).toEqual(['2026-01 1600.00', 'dispute 1 100.00']);
    expect(await deal.balances()).toMatchObject({
      ...{ 'platform-receivable': withFee(1_700), 'label-payable': `-${withFee(1_700)}` },
      ...{ 'platform-disputed': '0.00', 'label-disputed': '0.00' },
    });
    for (const action of ['release', 'withdrawal']) {
      expect(await outcome(platform.as, 'POST', `${deal.path}/1/${action}`)).toBe('409 usage-dispute-state');
    }
    const told = await eventsWhere(label.as, ({ topic }) => topic.startsWith('usage-dispute.'), 3);
    expect(told.map(({ topic }) => topic)).toEqual([
      ...['usage-dispute.opened', 'usage-dispute.release-agreed', 'usage-dispute.release-agreed'],
    ]);
  });

  it('is due at once where the one who opened it withdraws it, and nobody else does', async () => {
    const deal = await Deal.made();
    await deal.used([[1_000, 400]]);
    await deal.open();
    await deal.close();
    const { label, platform } = deal.market;
    expect(await outcome(label.as, 'POST', `${deal.path}/1/withdrawal`)).toBe('409 usage-dispute-state');
    expect(await platform.as.post(`${deal.path}/1/withdrawal`, {})).toMatchObject({ state: 'withdrawn' });
    expect(await deal.invoices()).toEqual(['2026-01 400.00', 'dispute 1 600.00']);
  });

  it('is taken by tracks and territories, and held once where two disputes meet', async () => {
    const deal = await Deal.made();
    const [first, second, third] = deal.market.isrcs as [string, string, string];
    await deal.used([
      [1_000, 900],
      [500, 300],
      [200, 10],
    ]);
    expect(await deal.open({ isrcs: [first] })).toMatchObject({ differing: 1, recordUnits: '1000', otherUnits: '900' });
    expect(await deal.open({ isrcs: [first, second], territories: ['RU', 'KZ'] })).toMatchObject({ differing: 2 });
    await deal.close();
    const all = await deal.market.label.as.all<Dispute>(deal.path);
    expect(all.map(({ number, held }) => [number, held])).toEqual([
      [1, '100.00'],
      [2, '200.00'],
    ]);
    // The third track is not disputed.
    expect([await deal.invoices(), third]).toEqual([['2026-01 1400.00'], third]);
    const page = await deal.market.label.as.get<{ rows: Dispute[]; next: string }>(`${deal.path}?limit=1`);
    const rest = await deal.market.label.as.get<{ rows: Dispute[]; next: null }>(
      `${deal.path}?limit=1&cursor=${page.next}`,
    );
    expect([...page.rows, ...rest.rows]).toEqual(all);
  });

  it('that ended before the month is closed holds nothing', async () => {
    const deal = await Deal.made();
    await deal.used([[1_000, 900]]);
    await deal.open();
    await deal.market.platform.as.post(`${deal.path}/1/withdrawal`, {});
    const { statement } = await deal.close();
    expect(statement).toMatchObject({ held: { amount: '0.00' } });
    expect(await deal.invoices()).toEqual(['2026-01 1000.00']);
  });

  it('is what the close itself would make of it: under a floor nothing hangs on it', async () => {
    const deal = await Deal.made([], { floor: '950' });
    await deal.used([[1_000, 400]]);
    await deal.open();
    await deal.close();
    expect(await deal.invoices()).toEqual(['2026-01 950.00']);
    const under = await Deal.made([], { floor: '2000' });
    await under.used([[1_000, 400]]);
    await under.open();
    await under.close();
    expect(await under.invoices()).toEqual(['2026-01 2000.00']);
    expect(await under.market.label.as.all(under.path)).toMatchObject([{ state: 'open', held: '0.00' }]);
  });

  it('that an advance takes up is no money to hold', async () => {
    const advances = [{ id: 'advance', amount: '700.00', due: 'signature', recoupableFrom: 'all' }];
    const deal = await Deal.made([], { life: { advances } });
    await deal.used([[1_000, 400]]);
    await deal.open();
    const { statement } = await deal.close();
    // 300 are payable, and nothing would be with the lower count.
    expect(statement).toMatchObject({ payable: { amount: '300.00' }, held: { amount: '300.00' } });
    expect(await deal.invoices()).toEqual([]);
    await deal.market.label.as.post(`${deal.path}/1/release`, {});
    await deal.market.platform.as.post(`${deal.path}/1/release`, {});
    expect(await deal.invoices()).toEqual(['dispute 1 300.00']);
  });

  it('is held where events are money and reports say less, too; never where the other source says more', async () => {
    const uses = ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'];
    const deal = await Deal.made(uses);
    await deal.used([
      [900, 1_000],
      [500, 300],
    ]);
    await deal.open();
    await deal.close();
    expect(await deal.invoices()).toEqual(['2026-01 1200.00']);
    const [dispute] = await deal.market.label.as.all<Dispute>(deal.path);
    expect(dispute).toMatchObject({ recordUnits: '1300', otherUnits: '1400', held: '100.00' });
  });

  it('passes within the tolerance of the terms', async () => {
    const deal = await Deal.made([], {}, { tolerance: '0.1', answerDays: 10 });
    await deal.used([
      [1_000, 900],
      [500, 400],
    ]);
    expect(await deal.open()).toMatchObject({ differing: 1, recordUnits: '500', otherUnits: '400' });
    await deal.close();
    expect(await deal.invoices()).toEqual(['2026-01 1400.00']);
  });

  it.each([
    ['a month that is no month of the term', { month: '2025-12' }, '400 request-invalid'],
    ['a service of somebody else', { serviceId: '00000000-0000-4000-8000-000000000000' }, '400 request-invalid'],
    ['a territory that is none', { territories: ['XX'] }, '400 request-invalid'],
    ['tracks that do not differ', { isrcs: ['ZZT012600002'] }, '422 usage-dispute-nothing'],
    ['another service, of which nobody says anything', { other: true }, '422 usage-dispute-nothing'],
  ])(
    'is refused for %s',
    async (
      _: string,
      { other = false, ...more }: { readonly other?: boolean; readonly [name: string]: unknown },
      expected: string,
    ) => {
      const deal = await Deal.made();
      await deal.used([
        [1_000, 900],
        [500, 500],
      ]);
      const body = deal.body(other ? { serviceId: deal.market.serviceIds[1] } : more);
      expect(await outcome(deal.market.platform.as, 'POST', deal.path, body)).toBe(expected);
    },
  );

  it('is none where the other source is silent, nor in a closed month', async () => {
    const deal = await Deal.made();
    await reportUsage(app, deal.market, { plays: { [deal.market.isrcs[0]!]: 1_000 } });
    const refusal = await refused(deal.market.platform.as, 'POST', deal.path, deal.body());
    expect(refusal).toMatchObject({ status: 422, code: 'usage-dispute-nothing' });
    await deal.send({ quantity: 10 });
    await deal.close();
    expect(await outcome(deal.market.platform.as, 'POST', deal.path, deal.body())).toBe('409 usage-dispute-closed');
    expect(await outcome(deal.market.label.as, 'POST', `${deal.path}/1/release`)).toBe('404 not-found');
    expect(await outcome(deal.market.label.as, 'POST', `${deal.path}/99999999999/release`)).toBe('400 request-invalid');
  });

  it('is added up while the agreement is free, and is none where the month is closed meanwhile', async () => {
    const deal = await Deal.made();
    await deal.used([[1_000, 900]]);
    const superuser = await app.superuser();
    try {
      await superuser.query('BEGIN; LOCK TABLE usage_event_sums');
      const answer = outcome(deal.market.platform.as, 'POST', deal.path, deal.body());
      let waiting = 0;
      for (let attempt = 0; attempt < 200 && waiting === 0; attempt += 1) {
        await new Promise((resolve) => setTimeout(resolve, 25));
        const { rowCount } = await superuser.query(
          `SELECT FROM pg_locks WHERE relation = 'usage_event_sums'::regclass AND NOT granted`,
        );
        waiting = rowCount!;
      }
      expect(waiting).toBe(1);
      await superuser.query('SAVEPOINT free');
      await superuser.query('SELECT FROM agreements WHERE id = $1 FOR NO KEY UPDATE NOWAIT', [deal.agreement.id]);
      await superuser.query('ROLLBACK TO SAVEPOINT free');
      await deal.close();
      await superuser.query('ROLLBACK');
      expect(await answer).toBe('409 usage-dispute-closed');
    } finally {
      await superuser.end();
    }
  });

  it('is released once, by however many at once', async () => {
    const deal = await Deal.made();
    await deal.used([[1_000, 900]]);
    await deal.open();
    await deal.close();
    const { label, platform } = deal.market;
    const answers = await Promise.all(
      [label, platform, label, platform].map(({ as }) => outcome(as, 'POST', `${deal.path}/1/release`)),
    );
    expect(answers.sort()).toEqual(['200', '200', '409 usage-dispute-state', '409 usage-dispute-state']);
    expect(await deal.invoices()).toEqual(['2026-01 900.00', 'dispute 1 100.00']);
  });

  it('is corrected in a later month as usual when the report is replaced', async () => {
    const deal = await Deal.made();
    const [first] = deal.market.isrcs as [string];
    const id = await reportUsage(app, deal.market, { plays: { [first]: 1_000 } });
    await deal.send({ quantity: 900 });
    await deal.open();
    await deal.close();
    await reportUsage(app, deal.market, { plays: { [first]: 900 } }, id);
    await deal.market.platform.as.post(`${deal.path}/1/withdrawal`, {});
    await reportUsage(app, deal.market, { plays: { [first]: 500 }, month: '2026-02' });
    app.clock.moveTo(new Date('2026-03-02T09:00:00Z'));
    for (const party of [deal.market.label, deal.market.platform]) {
      Object.assign(party, { as: await app.given.signIn(party) });
    }
    // 500 of February less the 100 that were too many.
    await deal.close('2026-02');
    expect(await deal.invoices()).toEqual(['2026-01 900.00', '2026-02 400.00', 'dispute 1 100.00']);
  });
});
