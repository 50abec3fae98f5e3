import { moneyFromText } from '../../src/kernel';
import { ReleaseRightsHolds } from '../../src/settlement/conflicts/release-rights-holds';
import { ReadAgain } from '../../src/usage/suspense/read-again';
import { startTestApp, type TestApp } from '../support/app';
import { catalogueCsv } from '../support/catalogue';
import type { Party } from '../support/given';
import { type AgreementAnswer, type Market, outcome, sign } from '../support/market';
import { closeMonth, draftMonth, reportUsage } from '../support/reported-usage';
import { dealTerms } from '../support/terms';
import { sendEvents, usageEvent } from '../support/usage-events';

interface Conflict {
  readonly id: string;
  readonly state: string;
  readonly facts: readonly { readonly number: number }[];
  readonly held: readonly { agreementId: string; month: string; held: string; released: string; currency: string }[];
}

/** No worker runs: each test decides when a month is closed, and when what is held is looked at. */
let app: TestApp;
const start = '2026-02-02T09:00:00Z';
beforeAll(async () => {
  app = await startTestApp({ at: start });
});
beforeEach(() => app.clock.moveTo(new Date(start)));
afterAll(() => app?.close());

let recordings = 0;
const nextIsrc = (): string => `ZZM0126${String((recordings += 1)).padStart(5, '0')}`;

/** A label with a recording that others state too and one of its own, and its agreement with a platform at 1 a play: reports are money. */
class Side {
  label!: Party;
  agreement!: AgreementAnswer;
  report = '';
  own = nextIsrc();

  constructor(
    readonly platform: Party,
    readonly serviceIds: readonly string[],
    readonly isrc: string,
  ) {}

  async states(share: string): Promise<this> {
    if (this.label === undefined) {
      this.label = await app.given.label();
      const rows = [this.isrc, this.own].map((isrc) => ({ isrc, title: 'Track', artists: 'Somebody' }));
      await this.label.as.upload('/v1/catalogue/imports', 'text/csv', catalogueCsv(rows));
      await this.state([this.own], '1');
    }
    await this.state([this.isrc], share);
    return this;
  }

  async signs(life: object = {}): Promise<this> {
    const { label, platform, serviceIds } = this;
    const terms = dealTerms({
      ...{ labelId: label.organizationId, platformId: platform.organizationId, serviceIds, rate: '1', floor: '0' },
      ...{ isrcs: [this.isrc, this.own], life: { advances: [], ...life } },
    });
    const body = { counterpartyId: platform.organizationId, terms };
    const { id } = await label.as.post<{ id: string }>('/v1/negotiations', body);
    const accepted = await platform.as.post<{ agreementId: string }>(`/v1/negotiations/${id}/acceptance`, {
      revision: 1,
    });
    const agreement = await platform.as.get<AgreementAnswer>(`/v1/agreements/${accepted.agreementId}`);
    await sign(platform.as, agreement);
    this.agreement = await sign(label.as, agreement);
    return this;
  }

  async used(month: string, plays: Record<string, number>): Promise<void> {
    const market = { label: this.label, platform: this.platform } as Market;
    this.report = await reportUsage(app, market, { month, plays });
  }

  close(month: string): ReturnType<typeof closeMonth> {
    return closeMonth(app, this, this.agreement.id, month);
  }

  release(): Promise<void> {
    return app.app.get(ReleaseRightsHolds).execute({ agreementId: this.agreement.id });
  }

  conflict(id: string): Promise<Conflict> {
    return this.label.as.get(`/v1/rights-conflicts/${id}`);
  }

  /** "2026-01 500.00", by their sources. */
  async invoices(): Promise<string[]> {
    const all = await this.label.as.all<{ purpose: string; source: string; amount: { amount: string } }>(
      '/v1/invoices',
    );
    return all
      .filter(({ purpose }) => purpose === 'royalties')
      .map(({ source, amount }) => `${source} ${amount.amount}`)
      .sort();
  }

  /** What is not nothing. All sum to nothing: that is looked at. The back fee of 10,000 is left out. */
  async balances(): Promise<Record<string, number>> {
    const { rows } = await this.label.as.get<{ rows: { account: string; balance: { amount: string } }[] }>(
      `/v1/agreements/${this.agreement.id}/balances`,
    );
    const amounts = rows.map(
      ({ account, balance }) => [account, moneyFromText(balance.amount, 'USD').minor / 100n] as const,
    );
    expect(amounts.reduce((sum, [, amount]) => sum + amount, 0n)).toBe(0n);
    const fee: Record<string, bigint> = { 'platform-receivable': 10_000n, 'label-payable': -10_000n };
    return Object.fromEntries(
      amounts
        .map(([account, amount]) => [account, amount - (fee[account] ?? 0n)] as const)
        .filter(([, left]) => left !== 0n)
        .map(([account, left]) => [account, parseInt(left.toString(), 10)]),
    );
  }

  /** Everybody signs in again: a session does not last that long. */
  async movedTo(at: string): Promise<void> {
    app.clock.moveTo(new Date(at));
    for (const party of [this.label, this.platform]) Object.assign(party, { as: await app.given.signIn(party) });
  }

  /** In other places, or on other days. */
  statesThere(share: string, there: object): Promise<unknown> {
    return this.state([this.isrc], share, there);
  }

  /** "issued 100.00": where the month's statement stands, and what it held. */
  async standing(month: string): Promise<string> {
    const all = await this.label.as.all<{ month: string; state: string; held: { amount: string } }>(
      `/v1/statements?agreementId=${this.agreement.id}`,
    );
    const { state, held } = all.find((each) => each.month === month)!;
    return `${state} ${held.amount}`;
  }

  private state(isrcs: readonly string[], share: string, there: object = {}): Promise<unknown> {
    return this.label.as.post('/v1/rights-statements', {
      ...{ isrcs, share, territories: { worldwideExcept: [] }, from: '2020-01-01', replaces: true, ...there },
    });
  }
}

/** Two labels that license their share of one recording to one platform. */
async function sides(
  shares: readonly [string, string],
  life: object = {},
): Promise<{ a: Side; b: Side; isrc: string; id: string }> {
  const platform = await app.given.platform();
  const service = await platform.as.post<{ id: string }>('/v1/services', { name: 'Radio' });
  const isrc = nextIsrc();
  const [a, b] = [new Side(platform, [service.id], isrc), new Side(platform, [service.id], isrc)];
  await (await a.states(shares[0])).signs(life);
  await (await b.states(shares[1])).signs(life);
  const { rows } = await a.label.as.get<{ rows: Conflict[] }>(`/v1/rights-conflicts?isrc=${isrc}`);
  return { a, b, isrc, id: rows[0]?.id ?? '' };
}

const sharesOf = (a: Side, b: Side, [own, theirs]: readonly [string, string]): object => ({
  shares: [
    { labelId: a.label.organizationId, share: own },
    { labelId: b.label.organizationId, share: theirs },
  ],
});

/** One proposes, the other accepts. */
async function agree(a: Side, b: Side, id: string, shares: readonly [string, string]): Promise<Conflict> {
  const path = `/v1/rights-conflicts/${id}/proposals`;
  const { number } = (await a.label.as.post<Conflict>(path, sharesOf(a, b, shares))).facts.at(-1)!;
  return b.label.as.post<Conflict>(`${path}/${number}/acceptance`, {});
}

/** Both labels' January of 1,000 plays, closed while they dispute the recording. */
async function closedJanuary(
  shares: readonly [string, string],
  life: object = {},
): Promise<{ a: Side; b: Side; isrc: string; id: string }> {
  const { a, b, ...more } = await sides(shares, life);
  for (const side of [a, b]) {
    await side.used('2026-01', { [side.isrc]: 1_000 });
    await side.close('2026-01');
  }
  return { a, b, ...more };
}

describe('60 % and 50 % of one recording', () => {
  it('hold what is disputed and nothing else, and its end gives each label what is its own', async () => {
    const { a, b, isrc, id } = await sides(['0.6', '0.5']);
    await a.used('2026-01', { [isrc]: 1_000, [a.own]: 7 });
    await b.used('2026-01', { [isrc]: 1_000 });
    const reportOfA = a.report;
    expect((await a.close('2026-01')).statement).toMatchObject({
      payable: { amount: '607.00' },
      held: { amount: '100.00' },
    });
    expect((await b.close('2026-01')).statement).toMatchObject({
      payable: { amount: '500.00' },
      held: { amount: '100.00' },
    });
    const escrow = { month: '2026-01', held: '100.00', released: '0.00', currency: 'USD' };
    expect((await a.conflict(id)).held).toEqual([{ agreementId: a.agreement.id, ...escrow }]);
    // Each sees its own money alone.
    expect((await b.conflict(id)).held).toEqual([{ agreementId: b.agreement.id, ...escrow }]);
    const operator = await app.given.operatorSignedIn();
    expect((await operator.get<Conflict>(`/v1/rights-conflicts/${id}`)).held).toHaveLength(2);
    expect([await a.invoices(), await b.invoices()]).toEqual([['2026-01 507.00'], ['2026-01 400.00']]);
    expect(await b.balances()).toEqual({
      ...{ 'platform-receivable': 400, 'label-payable': -400, 'platform-disputed': 100, 'label-disputed': -100 },
    });
    await b.release();
    expect(await b.invoices()).toHaveLength(1);

    expect(await agree(a, b, id, ['0.5', '0.5'])).toMatchObject({ state: 'agreed' });
    // Who keeps what it stated gets it at once, and once.
    await Promise.all([b.release(), b.release()]);
    expect(await b.invoices()).toEqual(['2026-01 400.00', 'dispute about rights 2026-01 #1 100.00']);
    expect(await b.balances()).toEqual({ 'platform-receivable': 500, 'label-payable': -500 });
    expect((await b.conflict(id)).held).toMatchObject([{ held: '100.00', released: '100.00' }]);
    // The other one does not: a statement takes the difference first, and it is let go as far as nothing of that is open.
    await a.release();
    expect(await a.invoices()).toEqual(['2026-01 507.00']);
    await app.app.get(ReadAgain).execute({ reportId: reportOfA });
    await a.movedTo('2026-03-02T09:00:00Z');
    await a.used('2026-02', { [a.own]: 40 });
    expect((await a.close('2026-02')).statement).toMatchObject({
      payable: { amount: '0.00' },
      held: { amount: '0.00' },
    });
    await a.release();
    expect(await a.invoices()).toEqual(['2026-01 507.00', 'dispute about rights 2026-01 #1 40.00']);
    await a.movedTo('2026-04-02T09:00:00Z');
    await a.used('2026-03', { [a.own]: 75 });
    await a.close('2026-03');
    await a.release();
    await a.release();
    expect(await a.invoices()).toEqual([
      ...['2026-01 507.00', '2026-03 15.00'],
      ...['dispute about rights 2026-01 #1 40.00', 'dispute about rights 2026-01 #2 60.00'],
    ]);
    // Half of 1,000, and all of its own recording: 7, 40 and 75.
    expect(await a.balances()).toEqual({ 'platform-receivable': 622, 'label-payable': -622 });
    expect((await a.conflict(id)).held).toMatchObject([{ held: '100.00', released: '100.00' }]);
  });

  it('outdate a draft that was drawn up before, and hold nothing once the conflict is over', async () => {
    const { a, b, isrc, id } = await sides(['0.6', '0.4']);
    expect(id).toBe('');
    await a.used('2026-01', { [isrc]: 10 });
    const issue = async (draft: string): Promise<string> => {
      const second = await app.given.second(a.label);
      const { approvalId } = await second.get<{ approvalId: string }>(`/v1/statements/${draft}`);
      return outcome(second, 'POST', `/v1/approvals/${approvalId}/decision`, { decision: 'approved' });
    };
    const before = await draftMonth(app, a.label, a.agreement.id, '2026-01');
    await b.states('1');
    expect(await issue(before)).toBe('409 statement-outdated');
    const held = await draftMonth(app, a.label, a.agreement.id, '2026-01');
    expect(await a.label.as.get(`/v1/statements/${held}`)).toMatchObject({ held: { amount: '6.00' } });
    // What is disputed elsewhere, or in other months, is none of its business.
    await b.statesThere('0.9', { territories: { include: ['US'] } });
    await b.statesThere('0.8', { from: '2026-02-01' });
    await b.statesThere('0.8', { until: '2026-01-01' });
    expect(await draftMonth(app, a.label, a.agreement.id, '2026-01')).toBe(held);
    await b.states('0.4');
    expect(await issue(held)).toBe('409 statement-outdated');
    expect((await a.close('2026-01')).statement).toMatchObject({
      payable: { amount: '6.00' },
      held: { amount: '0.00' },
    });
  });
});

describe('a recording that two labels state whole', () => {
  it('earns neither of them anything until it is decided; then one all of it, and the other lines of nothing', async () => {
    const { a, b, isrc, id } = await sides(['1', '1']);
    for (const side of [a, b]) {
      await side.used('2026-01', { [isrc]: 30, [side.own]: 50 });
      expect((await side.close('2026-01')).statement).toMatchObject({
        payable: { amount: '80.00' },
        held: { amount: '30.00' },
      });
    }
    const lost = b.report;
    await agree(a, b, id, ['1', '0']);
    for (const side of [a, b]) await side.release();
    expect(await a.balances()).toEqual({ 'platform-receivable': 80, 'label-payable': -80 });
    await app.app.get(ReadAgain).execute({ reportId: lost });
    await b.movedTo('2026-03-02T09:00:00Z');
    await b.used('2026-02', { [isrc]: 9, [b.own]: 31 });
    const { lines } = await b.close('2026-02');
    expect(
      lines.map(({ period, isrc: of, quantity, amount }) => [period, of === isrc, quantity, amount].join(' ')),
    ).toEqual([...['2026-02 true 9 0.00', '2026-02 false 31 31.00', '2026-01 true -30 -30.00']]);
    await b.release();
    expect(await b.invoices()).toEqual(['2026-01 50.00', '2026-02 1.00', 'dispute about rights 2026-01 #1 30.00']);
    expect(await b.balances()).toEqual({ 'platform-receivable': 81, 'label-payable': -81 });
    // It signs for nothing of it any more.
    expect(
      await outcome(b.label.as, 'POST', '/v1/negotiations', {
        counterpartyId: b.platform.organizationId,
        terms: dealTerms({
          ...{ labelId: b.label.organizationId, platformId: b.platform.organizationId },
          ...{ serviceIds: b.serviceIds, isrcs: [isrc] },
        }),
      }),
    ).toBe('422 track-not-controlled');
  });
});

describe('what is held', () => {
  it('is not freed by withdrawing and stating it again, whatever statements come between', async () => {
    const { a, b, id } = await closedJanuary(['0.6', '0.5']);
    await a.label.as.post(`/v1/rights-conflicts/${id}/withdrawal`, {});
    await b.release();
    expect(await b.invoices()).toEqual(['2026-01 400.00', 'dispute about rights 2026-01 #1 100.00']);
    await a.states('0.6');
    await app.app.get(ReadAgain).execute({ reportId: a.report });
    await a.release();
    await a.movedTo('2026-03-02T09:00:00Z');
    await a.used('2026-02', { [a.own]: 40 });
    await a.close('2026-02');
    await a.release();
    // Half of the recording is paid to each of them, and February.
    expect(await a.invoices()).toEqual(['2026-01 500.00', '2026-02 40.00']);
  });

  it('is not let go with a difference in usage that both parties agree on, and its statement is not settled', async () => {
    const { a, isrc } = await sides(['1', '1']);
    const service = a.serviceIds[0]!;
    await a.used('2026-01', { [isrc]: 1_000 });
    const played = usageEvent({ serviceIds: a.serviceIds, isrcs: [isrc] }, { id: 'played', quantity: 400 });
    await sendEvents(a.platform.as, [played]);
    const disputes = `/v1/agreements/${a.agreement.id}/usage-disputes`;
    await a.platform.as.post(disputes, { month: '2026-01', serviceId: service, reason: 'The players counted less.' });
    await a.close('2026-01');
    expect(await a.standing('2026-01')).toBe('issued 1000.00');
    for (const party of [a.label, a.platform]) await party.as.post(`${disputes}/1/release`, {});
    expect(await a.balances()).toEqual({ 'platform-disputed': 1_000, 'label-disputed': -1_000 });
    expect(await a.standing('2026-01')).toBe('issued 1000.00');
  });

  it('is only what a label states beyond that on which they agreed before', async () => {
    const { a, b, isrc, id } = await sides(['0.6', '0.5']);
    await agree(a, b, id, ['0.5', '0.5']);
    await a.states('0.7');
    const [again] = (await a.label.as.get<{ rows: { pieces: { claims: object[] }[] }[] }>(
      `/v1/rights-conflicts?isrc=${isrc}&state=open`,
    ))!.rows;
    expect(again!.pieces.flatMap(({ claims }) => claims)).toEqual(
      expect.arrayContaining([
        { labelId: a.label.organizationId, share: '0.7', undisputed: '0.5' },
        { labelId: b.label.organizationId, share: '0.5', undisputed: '0.5' },
      ]),
    );
    for (const side of [a, b]) {
      await side.used('2026-01', { [isrc]: 100 });
      await side.close('2026-01');
    }
    expect([await a.standing('2026-01'), await b.standing('2026-01')]).toEqual(['issued 20.00', 'issued 0.00']);
    expect([await a.invoices(), await b.invoices()]).toEqual([['2026-01 50.00'], ['2026-01 50.00']]);
  });

  it('is held again of a correction that an open conflict is about', async () => {
    const { a, b, id } = await closedJanuary(['0.6', '0.5']);
    await a.label.as.post(`/v1/rights-conflicts/${id}/withdrawal`, {});
    await b.release();
    const read = async (): Promise<void> => {
      const live = await app.look<{ id: string }>(
        `SELECT id FROM usage_reports WHERE label_id = $1 AND state = 'accepted' AND read_again IS NOT NULL`,
        [a.label.organizationId],
      );
      for (const { id: reportId } of live) await app.app.get(ReadAgain).execute({ reportId });
    };
    await read();
    await a.movedTo('2026-03-02T09:00:00Z');
    await a.used('2026-02', { [a.own]: 40 });
    await a.close('2026-02');
    await a.release();
    expect(await a.invoices()).toEqual(['2026-01 500.00', 'dispute about rights 2026-01 #1 40.00']);
    await a.states('0.6');
    await read();
    await a.movedTo('2026-04-02T09:00:00Z');
    await a.used('2026-03', { [a.own]: 75 });
    const { statement } = await a.close('2026-03');
    expect(statement).toMatchObject({ payable: { amount: '115.00' }, held: { amount: '40.00' } });
    await a.release();
    // 500 of January, 40 of February, 75 of March; the 100 in dispute wait.
    expect(await a.balances()).toEqual({
      ...{ 'platform-receivable': 615, 'label-payable': -615, 'platform-disputed': 100, 'label-disputed': -100 },
    });
    await b.movedTo('2026-04-02T09:00:00Z');
    await b.states('0.4');
    await a.release();
    expect(await a.balances()).toEqual({ 'platform-receivable': 715, 'label-payable': -715 });
  });

  it('waits for what is left of a conflict in its own month and places, and for nothing else', async () => {
    const { a, b, id } = await closedJanuary(['0.6', '0.5']);
    const kazakhstan = { territories: { include: ['KZ'] } };
    await a.statesThere('0.9', kazakhstan);
    // January is one label's, what follows the other's: the conflict ends with pieces that are not January's.
    await a.statesThere('0.5', { from: '2026-01-01', until: '2026-02-01' });
    await Promise.all([a.release(), b.release()]);
    expect(await a.invoices()).toEqual(['2026-01 500.00']);
    expect(await b.invoices()).toEqual(['2026-01 400.00', 'dispute about rights 2026-01 #1 100.00']);
    expect(await a.conflict(id)).toMatchObject({ state: 'open' });
    await b.statesThere('0.4', { from: '2026-02-01' });
    await b.statesThere('0.4', { from: '2020-01-01', until: '2026-01-01' });
    await b.statesThere('0.1', kazakhstan);
    expect(await a.conflict(id)).toMatchObject({ state: 'withdrawn' });
    await a.release();
    expect(await a.invoices()).toEqual(['2026-01 500.00']);
    expect((await a.conflict(id)).held).toMatchObject([{ held: '100.00', released: '0.00' }]);
  });

  it('is let go at once as far as it is the label’s own in any case, also after the last month', async () => {
    const { a, b, id } = await closedJanuary(['0.6', '0.5'], { term: { from: '2026-01-01', until: '2026-02-01' } });
    expect(await a.standing('2026-01')).toBe('issued 100.00');
    await a.statesThere('0.9', { territories: { include: ['KZ'] } });
    await agree(a, b, id, ['0.55', '0.45']);
    for (const side of [a, b, a]) await side.release();
    expect(await a.invoices()).toEqual(['2026-01 500.00', 'dispute about rights 2026-01 #1 50.00']);
    expect(await b.invoices()).toEqual(['2026-01 400.00', 'dispute about rights 2026-01 #1 50.00']);
    await b.states('0.4');
    await a.states('0.6');
    await a.release();
    expect(await a.invoices()).toHaveLength(3);
    expect(await a.balances()).toEqual({ 'platform-receivable': 600, 'label-payable': -600 });
  });
});
