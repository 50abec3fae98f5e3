import { rateFiles } from '../../src/commands/rate-files';
import type { ApiClient } from '../../src/sample/api-client';
import { DisputeClock } from '../../src/settlement/statements/life/dispute-clock';
import { startTestApp, type TestApp } from '../support/app';
import { BankDouble } from '../support/bank-double';
import { topicsAbout } from '../support/events';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { smallReport } from '../support/small-report';
import { eventTerms, sendEvents, usageEvent } from '../support/usage-events';
import { untilDone } from '../support/world';

interface Amount {
  readonly amount: string;
}

interface Statement {
  readonly id: string;
  readonly state: string;
  readonly approvalId: string;
  readonly sha256: string;
  readonly acceptedAt: string | null;
}

interface Dispute {
  readonly number: number;
  readonly state: string;
  readonly held: Amount;
  readonly heldLess: string | null;
  readonly answerBy: string;
}

interface Invoice {
  readonly id: string;
  readonly source: string;
  readonly state: string;
  readonly amount: Amount;
  readonly credited: Amount;
  readonly externalId: string | null;
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-02-02T09:00:00Z', worker: true, rail: true });
});
afterAll(() => app?.close());

let message = 0;

async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`still ${JSON.stringify(await ask())}`);
}

/** At 1 a play, without an advance; January is over. */
class Deal {
  private constructor(
    readonly market: Market,
    readonly agreement: AgreementAnswer,
  ) {}

  static async made(payment = { dueDays: 30 }, metered: readonly string[] = []): Promise<Deal> {
    const market = await openMarket(app, 3);
    const life = { advances: [], settlement: undefined, payment, ...eventTerms(market, metered) };
    return new Deal(market, await market.concluded({ rate: '1', floor: '0', life }));
  }

  /** After the clock has moved far. */
  async signIn(): Promise<void> {
    for (const party of [this.market.label, this.market.platform]) {
      Object.assign(party, { as: await app.given.signIn(party) });
    }
  }

  get label(): ApiClient {
    return this.market.label.as;
  }
  get platform(): ApiClient {
    return this.market.platform.as;
  }
  path = (rest: string): string => `/v1/agreements/${this.agreement.id}/${rest}`;
  second = (): Promise<ApiClient> => app.given.second(this.market.label);

  async report(plays: readonly number[], month = '2026-01', replaces = ''): Promise<string> {
    const { market } = this;
    const file = await smallReport({
      messageId: `life-${(message += 1)}`,
      month,
      senderPartyId: market.platform.partyId,
      recipientPartyId: market.label.partyId,
      serviceName: 'Radio',
      allPlays: 1_000_000,
      plays: Object.fromEntries(plays.map((count, at) => [market.isrcs[at]!, count])),
    });
    const query = replaces === '' ? '' : `?replaces=${replaces}`;
    const sent = await this.platform.upload<{ id: string; operationId: string }>(
      `/v1/usage-reports${query}`,
      'text/tab-separated-values',
      file,
    );
    await untilDone(this.platform, sent.operationId);
    return sent.id;
  }

  /** Works the month out, and gives its draft. */
  async drafted(month = '2026-01', by = this.label): Promise<Statement> {
    const { id } = await by.post<{ id: string }>(this.path('closes'), { month });
    return this.statement((await untilDone(this.label, id)).statementId!);
  }

  statement = (id: string, by = this.label): Promise<Statement> => by.get(`/v1/statements/${id}`);

  async decide({ approvalId }: Statement, decision = 'approved'): Promise<string> {
    return outcome(await this.second(), 'POST', `/v1/approvals/${approvalId}/decision`, { decision });
  }

  /** Reports, closes and issues a month. */
  async issued(plays: readonly number[], month = '2026-01'): Promise<Statement> {
    await this.report(plays, month);
    const draft = await this.drafted(month);
    expect(await this.decide(draft)).toBe('200');
    return this.statement(draft.id);
  }

  async invoice(source: string): Promise<Invoice | undefined> {
    return (await this.label.all<Invoice>('/v1/invoices')).find((invoice) => invoice.source === source);
  }

  async pay(source: string): Promise<Invoice> {
    const open = await until(
      () => this.invoice(source),
      (invoice) => invoice?.state === 'open',
    );
    app.stripe!.control.payInvoice(open!.externalId!);
    return (await until(
      () => this.invoice(source),
      (invoice) => invoice?.state === 'paid',
    ))!;
  }

  /** How much the provider asks for. */
  async asked(source: string): Promise<number | undefined> {
    const invoice = await this.invoice(source);
    return app.stripe!.control.invoices().find(({ id }) => id === invoice?.externalId)?.amount_remaining;
  }

  /** Of the accounts that are not level. */
  async balances(): Promise<Record<string, string>> {
    const { rows } = await this.label.get<{ rows: { account: string; balance: Amount }[] }>(this.path('balances'));
    return Object.fromEntries(
      rows
        .filter(({ balance }) => Number(balance.amount) !== 0)
        .map(({ account, balance }) => [account, balance.amount]),
    );
  }

  dispute = (id: string, body: object): Promise<Dispute> =>
    this.platform.post(`/v1/statements/${id}/disputes`, { reason: 'Counted twice.', ...body });
}

describe('a draft', () => {
  it('is the label’s alone, and can be looked through', async () => {
    const deal = await Deal.made();
    await deal.report([100, 50]);
    const draft = await deal.drafted();
    expect(draft).toMatchObject({ state: 'draft', issuedAt: null, payable: { amount: '150.00' } });
    for (const rest of [
      '',
      '/lines',
      '/lines?format=csv',
      '/clause-lines',
      '/inputs',
      '/document?format=csv',
      '/disputes',
    ]) {
      expect([rest, await outcome(deal.platform, 'GET', `/v1/statements/${draft.id}${rest}`)]).toEqual([
        rest,
        '404 not-found',
      ]);
    }
    expect((await deal.platform.get<{ rows: [] }>('/v1/statements?state=draft')).rows).toEqual([]);
    // Nor where the database is asked as the platform.
    const seen = (organizationId: string): Promise<string[]> =>
      app.parts.database.asMemberOf(organizationId, async (tx) =>
        (
          await tx.rows<{ seen: string }>(
            `SELECT 'draft' AS seen FROM statement_drafts UNION ALL SELECT 'line ' || line FROM statement_lines ORDER BY 1`,
          )
        ).map((row) => row.seen),
      );
    expect(await seen(deal.market.platform.organizationId)).toEqual([]);
    expect(await seen(deal.market.label.organizationId)).toEqual(['draft', 'line 1', 'line 2']);

    expect(await deal.label.all(`/v1/statements/${draft.id}/lines`)).toHaveLength(2);
    expect(await outcome(deal.label, 'GET', `/v1/statements/${draft.id}/document`)).toBe('409 statement-state');
    const inputs = await deal.label.get<Record<string, object>>(`/v1/statements/${draft.id}/inputs`);
    const [terms, usage, context, carried] = ['terms', 'usage', 'context', 'carried'].map((name) => ({
      name,
      text: JSON.stringify(inputs[name]),
    }));
    expect(rateFiles({ terms: terms!, usage: usage!, context: context!, carried: carried! }).sha256).toBe(draft.sha256);
    expect(await deal.balances()).toEqual({});
    expect(await topicsAbout(deal.label, draft.id, 1)).toEqual(['statement.drafted']);
  });

  it('is issued by nobody who asked for it, not even by a key of theirs', async () => {
    const deal = await Deal.made();
    await deal.report([100]);
    const { key } = await deal.label.post<{ key: string }>('/v1/api-keys', { name: 'Closes', roles: ['finance'] });
    const draft = await deal.drafted('2026-01', app.given.client(key));
    const decision = `/v1/approvals/${draft.approvalId}/decision`;
    expect(await outcome(deal.label, 'POST', decision, { decision: 'approved' })).toBe(
      '409 approval-needs-second-person',
    );
    const licensing = await app.given.colleague(deal.market.label, ['licensing']);
    expect(await outcome(licensing, 'POST', decision, { decision: 'approved' })).toBe('403 forbidden');
    expect(await deal.decide(draft)).toBe('200');
    expect(await topicsAbout(deal.platform, draft.id, 1)).toEqual(['statement.issued']);
  });

  it('is void once rejected, or once what it was worked out from has changed', async () => {
    const deal = await Deal.made();
    const first = await deal.report([100, 50]);
    const rejected = await deal.drafted();
    expect(await deal.decide(rejected, 'rejected')).toBe('200');
    expect(await outcome(deal.label, 'GET', `/v1/statements/${rejected.id}`)).toBe('404 not-found');

    const outdated = await deal.drafted();
    await deal.report([70, 50], '2026-01', first);
    expect(await deal.decide(outdated)).toBe('409 statement-outdated');
    expect(await deal.balances()).toEqual({});
    const draft = await deal.drafted();
    expect(draft).toMatchObject({ payable: { amount: '120.00' } });
    expect(await deal.decide(outdated)).toBe('409 approval-decided');
    expect(await outcome(deal.label, 'GET', `/v1/statements/${outdated.id}/lines`)).toBe('404 not-found');
    expect(await deal.label.all('/v1/statements')).toMatchObject([{ id: draft.id }]);

    expect(await deal.decide(draft)).toBe('200');
    const lines = await deal.platform.all<{ amount: string }>(`/v1/statements/${draft.id}/lines`);
    expect(lines.map(({ amount }) => amount)).toEqual(['70.00', '50.00']);
    const csv = await deal.platform.request('GET', `/v1/statements/${draft.id}/lines?format=csv`);
    expect(csv.text.trimEnd().split('\r\n')).toHaveLength(3);
  });
});

describe('a draft of a month that is metered', () => {
  it('is outdated by an event that comes late, and not by one of the next month', async () => {
    const deal = await Deal.made(undefined, ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload']);
    const send = (id: string, quantity: number, time = '2026-01-10T12:00:00Z') =>
      sendEvents(deal.platform, [usageEvent(deal.market, { id, quantity, time })]);
    await send('one', 100);
    const outdated = await deal.drafted();
    await send('two', 20);
    expect(await deal.decide(outdated)).toBe('409 statement-outdated');
    const draft = await deal.drafted();
    await send('three', 7, '2026-02-01T12:00:00Z');
    expect((await deal.drafted()).id).toBe(draft.id);
    expect(await deal.decide(draft)).toBe('200');
    expect(await deal.statement(draft.id, deal.platform)).toMatchObject({ payable: { amount: '120.00' } });
  });
});

describe('an issued statement', () => {
  it('is accepted by the platform, and settled once its invoice is paid', async () => {
    const deal = await Deal.made();
    const { id, state } = await deal.issued([100, 50]);
    expect(state).toBe('issued');
    const path = `/v1/statements/${id}/acceptance`;
    expect(await outcome(deal.label, 'POST', path, {})).toBe('403 forbidden');
    const accepted = await deal.platform.post<Statement>(path, {});
    expect(accepted).toMatchObject({ state: 'accepted', acceptedAt: '2026-02-02T09:00:00.000Z' });
    expect(await deal.platform.post(path, {})).toEqual(accepted);
    expect(
      (await refused(deal.platform, 'POST', `/v1/statements/${id}/disputes`, { lines: [1], reason: 'No.' })).code,
    ).toBe('statement-state');
    expect((await deal.pay('2026-01')).amount.amount).toBe('150.00');
    expect(await deal.statement(id, deal.platform)).toMatchObject({ state: 'settled' });
    const settled = await deal.platform.get<{ rows: Statement[] }>('/v1/statements?state=settled');
    expect(settled.rows.map((row) => row.id)).toEqual([id]);
  });

  it('of which lines are disputed waits for no more than these, until the dispute is withdrawn', async () => {
    const deal = await Deal.made();
    const { id } = await deal.issued([100, 50]);
    expect(
      (await refused(deal.platform, 'POST', `/v1/statements/${id}/disputes`, { lines: [2, 9], reason: '?' })).faults,
    ).toMatchObject([{ pointer: '/lines/1', code: 'field-in' }]);
    for (const expected of ['-1.00', '1.001', '100.00', 'much']) {
      const body = { lines: [1], reason: '?', expected };
      expect((await refused(deal.platform, 'POST', `/v1/statements/${id}/disputes`, body)).faults).toMatchObject([
        { pointer: '/expected' },
      ]);
    }
    const dispute = await deal.dispute(id, { lines: [1], expected: '70.00', evidence: 'Our player counted 70.' });
    expect(dispute).toMatchObject({
      number: 1,
      state: 'open',
      disputed: { amount: '30.00' },
      held: { amount: '30.00' },
      heldLess: null,
      answerBy: '2026-03-04',
    });
    expect(await outcome(deal.platform, 'POST', `/v1/statements/${id}/disputes`, { lines: [1], reason: '?' })).toBe(
      '409 statement-dispute-state',
    );
    expect(await outcome(deal.platform, 'POST', `/v1/statements/${id}/acceptance`, {})).toBe('409 statement-state');
    expect(await deal.balances()).toEqual({
      'platform-receivable': '120.00',
      'platform-disputed': '30.00',
      'label-payable': '-120.00',
      'label-disputed': '-30.00',
    });
    await until(
      () => deal.asked('2026-01'),
      (asked) => asked === 12_000,
    );
    expect(await deal.pay('2026-01')).toMatchObject({ amount: { amount: '150.00' }, credited: { amount: '30.00' } });
    expect(await deal.statement(id)).toMatchObject({ state: 'disputed', payable: { amount: '150.00' } });
    expect(await outcome(deal.label, 'POST', `/v1/statements/${id}/disputes/1/withdrawal`, {})).toBe('403 forbidden');

    expect(await deal.platform.post(`/v1/statements/${id}/disputes/1/withdrawal`, {})).toMatchObject({
      state: 'withdrawn',
    });
    expect(await deal.statement(id)).toMatchObject({ state: 'issued' });
    expect((await deal.pay('statement-dispute 1')).amount.amount).toBe('30.00');
    expect(await deal.statement(id)).toMatchObject({ state: 'settled' });
    expect(await deal.balances()).toEqual({ cash: '150.00', 'label-payable': '-150.00' });
  });

  it('is settled for an amount on which both parties agree', async () => {
    const deal = await Deal.made();
    const { id } = await deal.issued([100, 50]);
    await deal.dispute(id, { lines: [2] });
    const say = (by: ApiClient, rest: string, body: object) =>
      by.post<Dispute>(`/v1/statements/${id}/disputes/1/${rest}`, body);
    expect(await say(deal.label, 'answer', { answer: 'rejected', note: 'They are right.' })).toMatchObject({
      state: 'rejected',
    });
    expect(await outcome(deal.label, 'POST', `/v1/statements/${id}/disputes/1/amount`, { amount: '50.01' })).toBe(
      '400 request-invalid',
    );
    await say(deal.platform, 'amount', { amount: '10.00' });
    expect(await say(deal.label, 'amount', { amount: '40.00' })).toMatchObject({ state: 'rejected' });
    expect(await say(deal.platform, 'amount', { amount: '40.00' })).toMatchObject({ state: 'agreed' });
    expect(await outcome(deal.label, 'POST', `/v1/statements/${id}/disputes/1/answer`, { answer: 'accepted' })).toBe(
      '409 statement-dispute-state',
    );
    expect((await deal.invoice('statement-dispute 1'))?.amount.amount).toBe('40.00');
    // 10.00 are owed by nobody any more.
    expect(await deal.balances()).toEqual({ 'platform-receivable': '140.00', 'label-payable': '-140.00' });
  });

  it('may be disputed as a whole: then nothing is to be paid for it', async () => {
    const deal = await Deal.made();
    const { id } = await deal.issued([100, 50]);
    expect(await deal.dispute(id, { lines: [1, 2] })).toMatchObject({ held: { amount: '150.00' } });
    await until(
      () => deal.asked('2026-01'),
      (asked) => asked === 0,
    );
    await app.stripe!.control.webhooksSettled();
    const offer = `/v1/statements/${id}/disputes/1/amount`;
    await deal.label.post(offer, { amount: '0.00' });
    expect(await deal.platform.post(offer, { amount: '0.00' })).toMatchObject({ state: 'agreed' });
    expect(await deal.statement(id)).toMatchObject({ state: 'settled' });
    expect(await deal.label.all('/v1/invoices')).toMatchObject([{ state: 'open', credited: { amount: '150.00' } }]);
    expect(await deal.balances()).toEqual({});
  });

  it('that is paid is disputed all the same, and nothing is pulled back', async () => {
    const deal = await Deal.made();
    const { id } = await deal.issued([100]);
    await deal.pay('2026-01');
    expect(await deal.dispute(id, { lines: [1] })).toMatchObject({ held: { amount: '0.00' }, heldLess: 'paid' });
    expect(await deal.statement(id)).toMatchObject({ state: 'disputed' });
    expect(await deal.balances()).toEqual({ cash: '100.00', 'label-payable': '-100.00' });
  });

  it('that is paid in full before the provider takes the disputed amount off is disputed no more', async () => {
    const deal = await Deal.made();
    const { id } = await deal.issued([100]);
    await until(
      () => deal.invoice('2026-01'),
      (invoice) => invoice?.state === 'open',
    );
    app.stripe!.faults.inject({ kind: 'rate-limited', method: 'POST', path: '/v1/credit_notes', times: 1 });
    await deal.dispute(id, { lines: [1], expected: '60.00' });
    expect(await deal.pay('2026-01')).toMatchObject({ credited: { amount: '40.00' } });
    expect(await deal.statement(id)).toMatchObject({ state: 'settled' });
    expect(await deal.platform.get(`/v1/statements/${id}/disputes`)).toMatchObject({ rows: [{ state: 'paid' }] });
    expect(await deal.balances()).toEqual({ cash: '100.00', 'label-payable': '-100.00' });
  });
});

describe('an invoice that is paid by bank', () => {
  const iban = 'DE89370400440532013000';
  const bank = new BankDouble(iban, 'USD', '0.00');
  let operator: ApiClient;
  let sent = 0;

  beforeAll(async () => {
    const credentials = { email: 'finance-of-operator@example.org', password: 'sesame-of-the-operator' };
    await (await app.given.operator()).post('/v1/members', { name: 'Cash', ...credentials, roles: ['finance'] });
    operator = await app.given.signIn(credentials);
    const account = { currency: 'USD', holder: 'Accordo', country: 'DE', iban, bic: 'COBADEFF' };
    await operator.post('/v1/bank/accounts', account);
  });

  /** What stays on suspense of a transfer for the month's invoice. */
  async function wire(deal: Deal, amount: string): Promise<string> {
    const open = await until(
      () => deal.invoice('2026-01'),
      (invoice) => invoice?.state === 'open',
    );
    const { reference } = await deal.platform.get<{ reference: string }>(`/v1/invoices/${open!.id}/payments`);
    const [name, day] = [`B-${(sent += 1)}`, '2026-02-02'];
    const movements = [{ credit: true, amount, day, creditorReference: reference, reference: name }];
    const content = bank.state({ messageId: name, id: name, sequence: `${sent}`, movements });
    const { id } = await operator.upload<{ id: string }>('/v1/bank/files', 'application/xml', content);
    await until(
      () => operator.get<{ outcome: object | null }>(`/v1/bank/files/${id}`),
      ({ outcome: came }) => came !== null,
    );
    const receipts = await operator.all<{ reference: string; suspense: Amount; reason: string | null }>(
      '/v1/bank/receipts',
    );
    const { suspense, reason } = receipts.find((receipt) => receipt.reference === name)!;
    return `${suspense.amount} ${reason}`;
  }

  const asked = (deal: Deal, minor: number): Promise<unknown> =>
    until(
      () => deal.asked('2026-01'),
      (left) => left === minor,
    );
  /** What came of the provider's word that nothing is left to be paid there. */
  async function heard(deal: Deal): Promise<unknown> {
    const { externalId } = (await deal.invoice('2026-01'))!;
    const superuser = await app.superuser();
    const ask = async (): Promise<{ outcome: string }[]> => {
      const text = `SELECT outcome FROM stripe_events WHERE type = 'invoice.paid' AND processed_at IS NOT NULL AND payload::json #>> '{data,object,id}' = $1`;
      return (await superuser.query<{ outcome: string }>(text, [externalId])).rows;
    };
    return until(ask, (rows) => rows.length > 0).finally(() => superuser.end());
  }

  it('in part, and disputed for the rest, is asked for no more, and both are told', async () => {
    const deal = await Deal.made();
    const { id } = await deal.issued([100]);
    expect(await wire(deal, '60.00')).toBe('0.00 null');
    await asked(deal, 4_000);
    await deal.dispute(id, { lines: [1], expected: '60.00' });
    expect(await deal.invoice('2026-01')).toMatchObject({ state: 'paid', credited: { amount: '40.00' } });
    await asked(deal, 0);
    expect(await heard(deal)).toEqual([{ outcome: 'invoice credited in full' }]);
    const invoice = (await deal.invoice('2026-01'))!;
    for (const party of [deal.label, deal.platform])
      expect((await topicsAbout(party, invoice.id, 4)).slice(-2)).toEqual(['invoice.paid-in-part', 'invoice.paid']);
  });

  it('with what is disputed of it is asked for no more, though the provider asked for less', async () => {
    const deal = await Deal.made();
    const { id } = await deal.issued([100]);
    await deal.dispute(id, { lines: [1], expected: '80.00' });
    await asked(deal, 8_000);
    expect(await wire(deal, '100.00')).toBe('0.00 null');
    await asked(deal, 0);
    expect(await deal.platform.get(`/v1/statements/${id}/disputes`)).toMatchObject({ rows: [{ state: 'paid' }] });
    expect(await deal.balances()).toEqual({ cash: '100.00', 'label-payable': '-100.00' });
  });

  it('as it is printed takes no more than is owed once a dispute is over', async () => {
    const deal = await Deal.made();
    const { id } = await deal.issued([100, 50]);
    await deal.dispute(id, { lines: [1], expected: '80.00' });
    const offer = `/v1/statements/${id}/disputes/1/amount`;
    await deal.label.post(offer, { amount: '5.00' });
    await deal.platform.post(offer, { amount: '5.00' });
    await deal.dispute(id, { lines: [2], expected: '40.00' });
    // 150.00 are printed, 20.00 are off for good, and 10.00 wait: they are paid with the rest.
    expect(await wire(deal, '150.00')).toBe('20.00 more-than-open');
    expect(await deal.invoice('2026-01')).toMatchObject({ state: 'paid' });
    await asked(deal, 0);
    expect(await deal.balances()).toEqual({
      cash: '130.00',
      'platform-receivable': '5.00',
      'label-payable': '-135.00',
    });
  });
});

describe('as time goes by', () => {
  let idle: Deal;
  let wrong: Deal;
  let late: Deal;
  beforeAll(async () => {
    const lateInterest = { annualRate: '0.08', dayCount: 'actual/365', graceDays: 6 };
    const payment = { dueDays: 30, lateInterest };
    [idle, wrong, late] = [await Deal.made(), await Deal.made(), await Deal.made(payment)];
    await late.issued([10_000]);
  });

  it('a dispute that nobody answers is told of once, the day after the last one for an answer', async () => {
    const { id } = await idle.issued([100]);
    const { answerBy } = await idle.dispute(id, { lines: [1] });
    const clock = app.app.get(DisputeClock);
    const look = () => clock.execute({ agreementId: idle.agreement.id, number: '1' });
    const said = async (): Promise<string[]> => {
      const { rows } = await idle.platform.get<{ rows: { facts: { kind: string }[] }[] }>(
        `/v1/statements/${id}/disputes`,
      );
      return rows[0]!.facts.map(({ kind }) => kind);
    };
    await look();
    expect(await said()).toEqual([]);
    // The last day is over in Moscow.
    app.clock.moveTo(new Date(`${answerBy}T21:00:00Z`));
    await idle.signIn();
    await Promise.all([look(), look()]);
    expect(await said()).toEqual(['overdue']);
  });

  it('lines that the label knows to be wrong wait for the statement that corrects them', async () => {
    await wrong.signIn();
    const first = await wrong.report([100, 50]);
    const january = await wrong.drafted();
    await wrong.decide(january);
    await wrong.dispute(january.id, { lines: [1], expected: '70.00' });
    const answer = `/v1/statements/${january.id}/disputes/1/answer`;
    expect(await wrong.label.post(answer, { answer: 'accepted' })).toMatchObject({ state: 'accepted' });
    expect(await wrong.statement(january.id)).toMatchObject({ state: 'disputed' });

    await wrong.report([70, 50], '2026-01', first);
    const february = await wrong.issued([200], '2026-02');
    // 200.00 less the 30.00 of the correction; what was held for them is due with it.
    expect(february).toMatchObject({ payable: { amount: '170.00' } });
    expect((await wrong.invoice('2026-02'))?.amount.amount).toBe('170.00');
    expect((await wrong.invoice('statement-dispute 1'))?.amount.amount).toBe('30.00');
    expect(await wrong.statement(january.id)).toMatchObject({ state: 'issued' });
    expect(await wrong.balances()).toEqual({ 'platform-receivable': '320.00', 'label-payable': '-320.00' });
  });

  it('an invoice that is paid late bears interest, which is invoiced once and bears none', async () => {
    // Due on 4 March; 36 days later, of which 30 bear interest.
    app.clock.moveTo(new Date('2026-04-09T09:00:00Z'));
    await late.signIn();
    app.stripe!.faults.setWebhooks({ repeatMax: 4, shuffle: true, seed: 11 });
    await late.pay('2026-01');
    await app.stripe!.control.webhooksSettled();
    const { id } = (await late.invoice('2026-01'))!;
    const interest = (await late.invoice(id))!;
    expect(interest).toMatchObject({ purpose: 'late-interest', amount: { amount: '65.75' }, dueOn: '2026-05-09' });
    expect(await late.platform.get(`/v1/invoices/${interest.id}`)).toMatchObject({
      interest: { invoiceId: id, days: 30, formula: '10000.00 × 0.08 × 30 / 365', exact: '4800/73' },
    });
    expect(await late.platform.get(late.path('timetable'))).toMatchObject({
      months: expect.arrayContaining([
        expect.objectContaining({
          month: '2026-01',
          payment: expect.objectContaining({ state: 'done', daysLate: 36 }) as object,
          lateInterest: { amount: '65.75', currency: 'USD' },
        }),
      ]) as object[],
    });
    app.clock.moveTo(new Date('2026-06-30T09:00:00Z'));
    await late.signIn();
    await late.pay(id);
    expect((await late.label.all('/v1/invoices')).length).toBe(2);
    expect(await late.balances()).toEqual({ cash: '10065.75', 'label-payable': '-10065.75' });
  });
});
