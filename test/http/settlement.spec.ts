import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { rateFiles } from '../../src/commands/rate-files';
import type { ApiClient } from '../../src/sample/api-client';
import { SendInvoice } from '../../src/settlement/invoices/send-invoice';
import { SendPayout } from '../../src/settlement/payouts/send-payout';
import { ClosePeriod } from '../../src/settlement/statements/close-period';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import { type AgreementAnswer, type Market, openMarket, refused } from '../support/market';
import { smallReport, type SmallReport } from '../support/small-report';

interface Amount {
  readonly amount: string;
  readonly currency: string;
}
interface Invoice {
  readonly id: string;
  readonly purpose: string;
  readonly number: string;
  readonly amount: Amount;
  readonly state: string;
  readonly dueOn: string;
  readonly externalId: string | null;
}
interface Payout {
  readonly id: string;
  readonly state: string;
  readonly approvalId: string;
  readonly transferId: string | null;
  readonly problem: string | null;
}
interface Operation {
  readonly id: string;
  readonly state: string;
  readonly result: { readonly statementId: string } | null;
  readonly problem: { readonly code: string } | null;
}
interface Statement {
  readonly id: string;
  readonly month: string;
  readonly sha256: string;
  readonly approvalId: string;
}
interface Page<Row> {
  readonly rows: readonly Row[];
}

interface Reconciled {
  readonly agreeing: number;
  readonly differences: readonly object[];
  readonly outside: readonly object[];
}

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let operator: ApiClient;
let operatorKey: ApiClient;
/** The label's second person in finance. */
let colleague: ApiClient;
/** The first members of both parties. */
let label: ApiClient;
let platform: ApiClient;
/** A label that has no part in it. */
let stranger: ApiClient;
let partyIds: { label: string; platform: string };

const usd = (amount: string): Amount => ({ amount, currency: 'USD' });
const stripe = () => app.stripe!;
const at = (rest: string): string => `/v1/agreements/${agreement.id}/${rest}`;

beforeAll(async () => {
  app = await startTestApp({ worker: true, rail: true });
  market = await openMarket(app);
  agreement = await market.concluded();
  operator = await app.given.operator();
  stranger = await keyOf((await app.given.label()).as);
  operatorKey = await keyOf(operator);
  [label, platform] = [market.label.as, market.platform.as];
  colleague = await app.given.colleague(market.label, ['finance']);
  const partyId = async ({ organizationId, as }: Market['label']): Promise<string> =>
    (await as.get<{ partyId: string }>(`/v1/organizations/${organizationId}`)).partyId;
  partyIds = { label: await partyId(market.label), platform: await partyId(market.platform) };
});
afterAll(() => app.close());

/** The code that a request is refused with. */
const refusal = async (client: ApiClient, method: string, path: string, body?: object): Promise<string> =>
  (await refused(client, method, path, body)).code;

/** A key for reading outlives every session. */
async function keyOf(member: ApiClient): Promise<ApiClient> {
  const { key } = await member.post<{ key: string }>('/v1/api-keys', { name: 'reading', roles: ['reader', 'finance'] });
  return app.given.client(key);
}

/** Moves the clock, after which everybody signs in again. */
async function moveTo(time: string): Promise<void> {
  app.clock.moveTo(new Date(time));
  [label, platform] = [await app.given.signIn(market.label), await app.given.signIn(market.platform)];
  colleague = await app.given.colleague({ ...market.label, as: label }, ['finance']);
}

/** Asks until the answer is as wanted: jobs take their moment. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, seconds = 20): Promise<T> {
  for (const end = performance.now() + seconds * 1000; ; await sleep(50)) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(answer)}`);
  }
}

const invoices = async (): Promise<readonly Invoice[]> => (await label.get<Page<Invoice>>('/v1/invoices')).rows;
const invoiceFor = async (purpose: string): Promise<Invoice> =>
  (await invoices()).find((invoice) => invoice.purpose === purpose)!;
const payout = (id: string): Promise<Payout> => label.get(`/v1/payouts/${id}`);

async function balances(): Promise<Record<string, string>> {
  const { rows } = await label.get<Page<{ account: string; balance: Amount }>>(at('balances'));
  return Object.fromEntries(rows.map(({ account, balance }) => [account, balance.amount]));
}

async function sql<Row>(text: string, parameters: unknown[] = []): Promise<Row[]> {
  const superuser = await app.superuser();
  return superuser
    .query(text, parameters)
    .then(({ rows }) => rows as Row[])
    .finally(() => superuser.end());
}

/** The platform's bank pays the invoice, and Stripe tells. */
async function paid(purpose: string): Promise<Invoice> {
  const { externalId } = await until(
    () => invoiceFor(purpose),
    (invoice) => invoice.externalId !== null,
  );
  stripe().control.payInvoice(externalId!);
  return until(
    () => invoiceFor(purpose),
    ({ state }) => state === 'paid',
  );
}

async function approved(invoiceIds: readonly string[]): Promise<Payout> {
  const planned = await label.post<Payout>('/v1/payouts', { invoiceIds });
  await colleague.post(`/v1/approvals/${planned.approvalId}/decision`, { decision: 'approved' });
  return planned;
}

async function report(
  more: Pick<SmallReport, 'month' | 'serviceName' | 'plays' | 'allPlays'> & Partial<SmallReport>,
  replaces?: string,
): Promise<string> {
  const file = await smallReport({
    messageId: randomUUID(),
    senderPartyId: partyIds.platform,
    recipientPartyId: partyIds.label,
    ...more,
  });
  const query = replaces === undefined ? '' : `?replaces=${replaces}`;
  const { id } = await platform.upload<{ id: string }>(`/v1/usage-reports${query}`, 'text/tab-separated-values', file);
  await until(
    () => platform.get<{ state: string }>(`/v1/usage-reports/${id}`),
    ({ state }) => state === 'accepted',
  );
  return id;
}

describe('at signature', () => {
  it('advance and back fee are booked and invoiced in the label’s own series', async () => {
    const issued = [...(await invoices())].sort((a, b) => (a.number < b.number ? -1 : 1));
    expect(issued).toMatchObject([
      { purpose: 'advance', number: 'INV-2026-000001', amount: usd('12000.00'), dueOn: '2026-02-04' },
      { purpose: 'back-fee', number: 'INV-2026-000002', amount: usd('10000.00'), dueOn: '2026-02-04' },
    ]);
    expect(await balances()).toEqual({
      'platform-receivable': '22000.00',
      'label-payable': '-22000.00',
      'unrecouped-advance': '12000.00',
      'royalties-prepaid': '-12000.00',
    });
  });

  it('the invoices reach the provider under our numbers', async () => {
    const open = await until(invoices, (rows) => rows.every(({ state }) => state === 'open'));
    const theirs = stripe().control.invoices();
    expect(theirs.map(({ id, number }) => `${id} ${number}`).sort()).toEqual(
      open.map(({ externalId, number }) => `${externalId} ${number}`).sort(),
    );
  });
});

describe('money in', () => {
  it('a webhook that is not signed by the provider changes nothing and leaves nothing', async () => {
    const forged = await app.given.client().request<{ code: string }>('POST', '/v1/stripe/webhooks', {
      body: { id: 'evt_forged', object: 'event', type: 'invoice.paid', data: {} },
      headers: { 'stripe-signature': 't=1767603600,v1=00' },
    });
    expect([forged.status, forged.body.code]).toEqual([400, 'signature-invalid']);
    expect(await sql('SELECT FROM stripe_events')).toEqual([]);
  });

  it('a paid invoice is booked once, however often the provider says so', async () => {
    stripe().faults.setWebhooks({ repeatMax: 4, shuffle: true, seed: 7 });
    const invoice = await paid('back-fee');
    await stripe().control.webhooksSettled();
    stripe().faults.setWebhooks({});
    expect(invoice.amount).toEqual(usd('10000.00'));
    expect(await sql('SELECT amount_minor FROM receipts')).toEqual([{ amount_minor: '1000000' }]);
    expect(await balances()).toMatchObject({ cash: '10000.00', 'platform-receivable': '12000.00' });
  });
});

describe('money out', () => {
  it('needs an account, a paid invoice and a commission', async () => {
    const [advance, backFee] = [await invoiceFor('advance'), await invoiceFor('back-fee')];
    const ask = (invoiceIds: readonly string[]) => refused(label, 'POST', '/v1/payouts', { invoiceIds });
    expect(await ask([backFee.id])).toMatchObject({ status: 409, code: 'payment-account-missing' });

    stripe().faults.inject({ kind: 'rate-limited', method: 'POST', path: '/v1/accounts', times: 1 });
    expect(await refusal(label, 'POST', '/v1/payment-accounts', {})).toBe('payment-provider-refused');
    expect(await label.post('/v1/payment-accounts', {}, 'open-account')).toMatchObject({ rail: 'stripe' });
    expect(await label.post('/v1/payment-accounts', {}, 'open-account')).toMatchObject({ rail: 'stripe' });
    expect(await refusal(label, 'POST', '/v1/payment-accounts', {})).toBe('payment-account-exists');

    const unknown = randomUUID();
    const { code, faults } = await ask([backFee.id, advance.id, unknown]);
    expect([code, faults.map(({ pointer }) => pointer)]).toEqual([
      'invoice-not-payable',
      ['/invoiceIds/1', '/invoiceIds/2'],
    ]);
    expect(await ask([backFee.id])).toMatchObject({ status: 409, code: 'commission-missing' });

    const schedule = { rate: '0.05', from: '2025-01-01' };
    const made = await operator.post<{ id: string }>('/v1/commission-schedules', schedule);
    expect(made).toMatchObject({ ...schedule, until: null, acceptedAt: null });
    expect(await ask([backFee.id])).toMatchObject({ status: 409, code: 'commission-missing' });
    const acceptance = `/v1/commission-schedules/${made.id}/acceptance`;
    expect(await label.post(acceptance, {})).toMatchObject({ ...schedule, acceptedAt: expect.any(String) as string });
    expect(await refusal(operator, 'POST', '/v1/commission-schedules', { rate: '0.04', from: '2026-01-01' })).toBe(
      'commission-overlaps',
    );
    expect(
      (
        await refused(operator, 'POST', '/v1/commission-schedules', {
          rate: '1.5',
          from: '2025-02-30',
          until: '2025-01-01',
        })
      ).faults,
    ).toHaveLength(3);
  });

  it('takes two people, and a repeated request is one payout', async () => {
    const { id } = await invoiceFor('back-fee');
    const key = randomUUID();
    const planned = await label.post<Payout>('/v1/payouts', { invoiceIds: [id] }, key);
    expect(planned).toMatchObject({
      state: 'planned',
      gross: usd('10000.00'),
      commission: usd('500.00'),
      net: usd('9500.00'),
    });
    expect(await label.post('/v1/payouts', { invoiceIds: [id] }, key)).toEqual(planned);
    expect(await refusal(label, 'POST', '/v1/payouts', { invoiceIds: [id] })).toBe('invoice-not-payable');

    const decision = `/v1/approvals/${planned.approvalId}/decision`;
    expect(await refusal(label, 'POST', decision, { decision: 'approved' })).toBe('approval-needs-second-person');
    expect(stripe().control.transfers()).toEqual([]);
    await colleague.post(decision, { decision: 'approved' });
    const sent = await until(
      () => payout(planned.id),
      ({ state }) => state === 'sent',
    );
    expect(stripe().control.transfers()).toMatchObject([{ id: sent.transferId, amount: 950_000 }]);
    expect(await balances()).toMatchObject({
      cash: '10000.00',
      'cash-in-transit': '-9500.00',
      'marketplace-commission': '-500.00',
    });
  });

  it('a bank’s refusal is noted, and what arrives in the end confirms', async () => {
    const { rows } = await label.get<Page<Payout>>('/v1/payouts');
    const { id } = rows[0]!;
    stripe().faults.setWebhooks({ repeatMax: 3, seed: 3 });
    const [theirs] = stripe().control.runPayouts();
    stripe().control.failPayout(theirs!.id);
    expect(
      await until(
        () => payout(id),
        ({ problem }) => problem !== null,
      ),
    ).toMatchObject({ state: 'sent' });
    stripe().control.runPayouts();
    stripe().control.arrivePayouts();
    expect(
      await until(
        () => payout(id),
        ({ state }) => state === 'confirmed',
      ),
    ).toMatchObject({ problem: null });
    await stripe().control.webhooksSettled();
    stripe().faults.setWebhooks({});
    expect(await balances()).toMatchObject({
      cash: '500.00',
      'cash-in-transit': '0.00',
      'marketplace-commission': '-500.00',
    });
  });

  it('what a second person rejects may be asked for again', async () => {
    const invoice = await paid('advance');
    const { id, approvalId } = await label.post<Payout>('/v1/payouts', { invoiceIds: [invoice.id] });
    await colleague.post(`/v1/approvals/${approvalId}/decision`, { decision: 'rejected' });
    expect(await payout(id)).toMatchObject({ state: 'rejected', transferId: null });
  });

  it('after a time-out that had its effect the transfer is looked up and sent once, even when the money arrives first', async () => {
    stripe().faults.inject({
      kind: 'timeout-after-work',
      method: 'POST',
      path: '/v1/transfers$',
      times: 1,
      delayMs: 20,
    });
    const { id } = await approved([(await invoiceFor('advance')).id]);
    await until(
      () => payout(id),
      ({ state }) => state === 'unknown',
    );
    stripe().control.runPayouts();
    stripe().control.arrivePayouts();
    const { transferId } = await until(
      () => payout(id),
      ({ state }) => state === 'confirmed',
    );
    const transfers = stripe()
      .control.transfers()
      .filter(({ metadata }) => metadata.payout_id === id);
    expect(transfers.map((transfer) => [transfer.id, transfer.amount])).toEqual([[transferId, 1_140_000]]);
    expect(await topicsAbout(label, id, 5)).toEqual([
      'payout.planned',
      'payout.approved',
      'payout.unknown',
      'payout.sent',
      'payout.confirmed',
    ]);
    expect(await balances()).toMatchObject({ cash: '1100.00', 'cash-in-transit': '0.00', 'label-payable': '0.00' });
  });
});

describe('closing a month', () => {
  const closing = (month: string) => refusal(label, 'POST', at('closes'), { month });
  let january: { radio: string; video: string };

  it('waits for its end, its reports and the months before', async () => {
    const unsigned = await market.accepted();
    expect(await refusal(label, 'POST', `/v1/agreements/${unsigned.id}/closes`, { month: '2026-01' })).toBe(
      'agreement-not-concluded',
    );
    expect(await closing('2025-12')).toBe('period-not-closable');
    // 23:30 in Moscow on the last day.
    await moveTo('2026-01-31T20:30:00Z');
    expect((await refused(label, 'POST', at('closes'), { month: '2026-01' })).code).toBe('period-not-closable');
    await moveTo('2026-02-03T09:00:00Z');
    expect(await closing('2026-01')).toBe('period-not-closable');
    expect(await refusal(platform, 'POST', at('closes'), { month: '2026-01' })).toBe('forbidden');
  });

  it('eight requests at once give one draft, which eight decisions at once issue once', async () => {
    const [one, two] = market.isrcs as [string, string];
    const radio = await report({
      month: '2026-01',
      serviceName: 'Radio',
      plays: { [one]: 1_500_000 },
      downloads: { [two]: [100, 10] },
      allPlays: 40_000_000,
    });
    const video = await report({
      month: '2026-01',
      serviceName: 'Video',
      plays: { [one]: 600_000, [two]: 400_000 },
      allPlays: 20_000_000,
    });
    january = { radio, video };
    const requests = await Promise.all(
      Array.from({ length: 8 }, () => label.request<Operation>('POST', at('closes'), { body: { month: '2026-01' } })),
    );
    const accepted = requests.filter(({ status }) => status === 202).map(({ body }) => body.id);
    expect(accepted.length).toBeGreaterThan(0);
    const operations = await Promise.all(
      accepted.map((id) =>
        until(
          () => label.get<Operation>(`/v1/operations/${id}`),
          ({ state }) => state === 'done',
        ),
      ),
    );
    const mine = `/v1/statements?agreementId=${agreement.id}`;
    const { rows } = await label.get<Page<Statement>>(mine);
    expect(rows).toMatchObject([{ state: 'draft', issuedAt: null, royalties: usd('5032.40') }]);
    const [{ id, approvalId }] = rows as [Statement];
    expect(new Set(operations.map(({ result }) => result!.statementId))).toEqual(new Set([id]));
    expect((await platform.get<Page<Statement>>(mine)).rows).toEqual([]);
    expect(await balances()).toMatchObject({ 'unrecouped-advance': '12000.00' });

    const decision = `/v1/approvals/${approvalId}/decision`;
    expect(await refusal(label, 'POST', decision, { decision: 'approved' })).toBe('approval-needs-second-person');
    const decisions = await Promise.all(
      Array.from({ length: 8 }, () => colleague.request('POST', decision, { body: { decision: 'approved' } })),
    );
    expect(decisions.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
    // The advance takes everything up: nothing is payable, so nothing is open.
    expect((await platform.get<Page<Statement>>(mine)).rows).toMatchObject([
      { id, state: 'settled', approvalId: null },
    ]);
    expect(await closing('2026-01')).toBe('period-already-closed');
  });

  it('states each clause with its arithmetic, and the advance takes it all up', async () => {
    const { rows } = await platform.get<Page<Statement>>('/v1/statements');
    // 2,500,000 plays × 0.002 = 5,000.00 (floor 4,000.00 not needed); 90 downloads × 0.36 = 32.40.
    expect(await platform.get(`/v1/statements/${rows[0]!.id}`)).toMatchObject({
      month: '2026-01',
      royalties: usd('5032.40'),
      recouped: usd('5032.40'),
      payable: usd('0.00'),
      advance: { opening: '12000.00', recouped: '5032.40', closing: '6967.60' },
      restatements: [],
      clauses: [
        { clause: 'streaming', quantity: '2500000', amount: '5000.00', explanation: { kind: 'floor', applied: false } },
        { clause: 'downloads', quantity: '90', amount: '32.40' },
      ],
    });
    expect((await invoices()).filter(({ purpose }) => purpose === 'royalties')).toEqual([]);
    expect(await balances()).toMatchObject({ 'unrecouped-advance': '6967.60', 'royalties-prepaid': '-6967.60' });
  });

  it('a replaced report becomes a difference in the next month, and the rest is invoiced, by eight workers at once', async () => {
    const [one, two, three] = market.isrcs as [string, string, string];
    await moveTo('2026-03-03T09:00:00Z');
    await report(
      {
        month: '2026-01',
        serviceName: 'Radio',
        plays: { [one]: 2_000_000 },
        downloads: { [two]: [100, 15] },
        allPlays: 41_000_000,
      },
      january.radio,
    );
    await report({ month: '2026-02', serviceName: 'Radio', plays: { [three]: 3_000_000 }, allPlays: 40_000_000 });
    await report({ month: '2026-02', serviceName: 'Video', plays: { [one]: 1_000_001 }, allPlays: 20_000_000 });
    const closePeriod = app.app.get(ClosePeriod);
    const askedBy = `member:${market.label.memberId}`;
    const job = { operationId: randomUUID(), agreementId: agreement.id, month: '2026-02', askedBy };
    await Promise.all(Array.from({ length: 8 }, () => closePeriod.execute(job)));
    const { rows } = await label.get<Page<Statement>>('/v1/statements');
    expect(rows.map(({ month }) => month)).toEqual(['2026-01', '2026-02']);
    const { id, approvalId } = rows[1]!;
    await colleague.post(`/v1/approvals/${approvalId}/decision`, { decision: 'approved' });
    // February 4,000,001 × 0.002 = 8,000.002, rounded 8,000.00. January gains 500,000 plays = 1,000.00 and loses 5 downloads = 1.80.
    // Royalties 8,998.20, of which the advance takes its last 6,967.60.
    expect(await label.get(`/v1/statements/${id}`)).toMatchObject({
      royalties: usd('8998.20'),
      recouped: usd('6967.60'),
      payable: usd('2030.60'),
      advance: { opening: '6967.60', recouped: '6967.60', closing: '0.00' },
      restatements: [{ period: '2026-01', booked: '5032.40', rerated: '6030.60', delta: '998.20' }],
    });
    expect(
      await until(
        () => invoiceFor('royalties'),
        ({ state }) => state === 'open',
      ),
    ).toMatchObject({ number: 'INV-2026-000003', amount: usd('2030.60') });
    expect(await balances()).toMatchObject({
      'unrecouped-advance': '0.00',
      'label-payable': '-2030.60',
      'platform-receivable': '2030.60',
    });
  });
});

describe('a statement', () => {
  let statements: readonly Statement[];
  beforeAll(async () => {
    statements = (await label.get<Page<Statement>>('/v1/statements')).rows;
  });

  it('is hashed over exactly the clause lines that anyone can fetch', async () => {
    for (const { id, sha256 } of statements) {
      const { text, headers } = await platform.request('GET', `/v1/statements/${id}/clause-lines`);
      expect(headers.get('content-type')).toContain('application/x-ndjson');
      expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
    }
  });

  it('can be made again by anyone from its inputs, to the byte', async () => {
    expect(statements.map(({ month }) => month)).toEqual(['2026-01', '2026-02']);
    for (const { id, sha256 } of statements) {
      const inputs = await platform.get<Record<'terms' | 'usage' | 'context' | 'carried', unknown>>(
        `/v1/statements/${id}/inputs`,
      );
      const file = (name: keyof typeof inputs) => ({ name, text: JSON.stringify(inputs[name]) });
      const made = rateFiles({
        terms: file('terms'),
        usage: file('usage'),
        context: file('context'),
        carried: file('carried'),
      });
      expect(made.sha256).toBe(sha256);
    }
  });

  it('its lines sum to its royalties, as pages and as CSV, corrections included', async () => {
    const [, { id }] = statements as [Statement, Statement];
    const lines = await label.all<{ period: string; isrc: string; quantity: string; amount: string }>(
      `/v1/statements/${id}/lines`,
    );
    const cents = (amount: string): bigint => BigInt(amount.replace('.', ''));
    expect(lines.reduce((sum, { amount }) => sum + cents(amount), 0n)).toBe(899_820n);
    expect(lines.filter(({ period }) => period === '2026-01')).toMatchObject([
      { isrc: market.isrcs[0], quantity: '500000', amount: '1000.00' },
      { isrc: market.isrcs[1], quantity: '0', amount: '-1.80' },
    ]);
    const first = await label.get<{ rows: object[]; next: string }>(`/v1/statements/${id}/lines?limit=1`);
    expect(first).toMatchObject({ rows: [lines[0]], next: expect.any(String) as string });

    const asked = await label.request('GET', `/v1/statements/${id}/lines`, {
      headers: { accept: 'text/csv' },
    });
    const { text } = await label.request('GET', `/v1/statements/${id}/lines?format=csv`);
    expect(asked.text).toBe(text);
    expect(asked.headers.get('content-type')).toContain('text/csv');
    const [, ...rows] = text.trimEnd().split('\r\n');
    expect(rows.map((row) => row.split(',')[11])).toEqual(lines.map(({ amount }) => amount));
  });

  it('is nobody else’s', async () => {
    const [{ id }] = statements as [Statement];
    const paths = ['', '/clause-lines', '/inputs', '/lines', '/lines?format=csv'].map(
      (rest) => `/v1/statements/${id}${rest}`,
    );
    const { id: invoice } = await invoiceFor('advance');
    const { rows } = await label.get<Page<Payout>>('/v1/payouts');
    for (const path of [
      ...paths,
      at('ledger'),
      at('balances'),
      `/v1/invoices/${invoice}`,
      `/v1/payouts/${rows[0]!.id}`,
    ]) {
      expect([path, await refusal(stranger, 'GET', path)]).toEqual([path, 'not-found']);
    }
    expect(await refusal(stranger, 'POST', at('closes'), { month: '2026-03' })).toBe('not-found');
    expect((await stranger.get<Page<Statement>>('/v1/statements')).rows).toEqual([]);
  });
});

describe('the books', () => {
  let lost: string;

  it('every transaction balances, in the order of its booking', async () => {
    const rows = await label.all<{
      kind: string;
      source: string;
      effectiveOn: string;
      legs: { amount: Amount }[];
    }>(at('ledger'));
    const kinds = new Set(rows.map(({ kind }) => kind));
    expect(kinds).toEqual(
      new Set([
        'advance-due',
        'back-fee-due',
        'receipt-allocated',
        'payout-sent',
        'payout-confirmed',
        'royalties-earned',
      ]),
    );
    for (const { legs } of rows) {
      expect(legs.reduce((sum, { amount }) => sum + BigInt(amount.amount.replace('.', '')), 0n)).toBe(0n);
    }
    expect(
      rows.filter(({ kind }) => kind === 'royalties-earned').map(({ source, effectiveOn }) => [source, effectiveOn]),
    ).toEqual([
      ['2026-01', '2026-01-31'],
      ['2026-02', '2026-02-28'],
    ]);
  });

  it('sum to zero over the whole marketplace', async () => {
    const [usdBooks] =
      await operatorKey.get<{ currency: string; sum: string; accounts: object[] }[]>('/v1/trial-balance');
    expect(usdBooks).toMatchObject({ currency: 'USD', sum: '0.00' });
    expect(usdBooks!.accounts.length).toBeGreaterThan(5);
    expect(await refusal(label, 'GET', '/v1/trial-balance')).toBe('forbidden');
  });

  it('agree with every movement of the provider’s balance, which the operator’s finance alone may ask', async () => {
    const path = '/v1/money-reconciliation';
    const asked = (from: string, until: string): string => `${path}?from=${from}&until=${until}`;
    const january = await operatorKey.get<Reconciled>(asked('2026-01-01', '2026-02-01'));
    expect(january).toMatchObject({ differences: [], outside: [] });
    // Advance and back fee, paid and paid out.
    expect(january.agreeing).toBeGreaterThanOrEqual(3);
    expect(await refusal(label, 'GET', asked('2026-01-01', '2026-02-01'))).toBe('forbidden');
    for (const [from, until, pointer] of [
      ['2026-02-30', '2026-03-01', '/from'],
      ['2026-02-01', '2026-02-01', '/until'],
      ['2026-01-01', '2026-02-02', '/until'],
    ] as const) {
      const { status, faults } = await refused(operatorKey, 'GET', asked(from, until));
      expect([status, faults.map((fault) => fault.pointer)]).toEqual([400, [pointer]]);
    }
    stripe().faults.inject({ kind: 'error-after-work', method: 'GET', path: '/v1/balance_transactions', times: 1 });
    expect(await refusal(operatorKey, 'GET', asked('2026-01-01', '2026-02-01'))).toBe('not-ready');
    // Somebody moves money by hand.
    stripe().control.fund(1_234, 'usd');
    const day = app.clock.now().toISOString().slice(0, 10);
    const { differences } = await operatorKey.get<Reconciled>(asked(day, `${day.slice(0, 8)}28`));
    expect(differences).toMatchObject([
      { kind: 'not-booked', subject: null, booked: null, moved: [usd('12.34')], movements: [{ type: 'charge' }] },
    ]);
  });

  it('a transfer that the provider refuses frees its invoices', async () => {
    const invoice = await paid('royalties');
    const [account] = await sql<{ external_id: string }>('SELECT external_id FROM payment_accounts');
    // The news of it is lost: the provider has to say so itself.
    stripe().faults.setWebhooks({ lose: 1 });
    stripe().control.restrictAccount(account!.external_id);
    const { id } = await approved([invoice.id]);
    expect(
      await until(
        () => payout(id),
        ({ state }) => state === 'failed',
      ),
    ).toMatchObject({ transferId: null });
    stripe().faults.inject({ kind: 'timeout-before-work', method: 'POST', path: '/v1/transfers$', delayMs: 20 });
    lost = (await approved([invoice.id])).id;
  });

  it('an order of unknown fate is sent again only while the provider would know it again', async () => {
    await until(
      () => payout(lost),
      ({ state }) => state === 'unknown',
    );
    app.clock.moveTo(new Date('2026-03-05T08:00:00Z'));
    const ordersBefore = stripe().faults.struck;
    await app.app.get(SendPayout).execute({ payoutId: lost });
    expect(stripe().faults.struck).toBe(ordersBefore);
    expect(await sql('SELECT state, problem FROM payouts WHERE id = $1', [lost])).toMatchObject([
      { state: 'unknown', problem: expect.stringContaining('looked up once more') as string },
    ]);
  });
});

describe('an installation without a payment provider', () => {
  it('issues invoices and says plainly that it cannot pay', async () => {
    const bare = await startTestApp();
    try {
      const bareMarket = await openMarket(bare);
      await bareMarket.concluded();
      const member = bareMarket.label.as;
      const send = bare.app.get(SendInvoice);
      for (const { id } of (await member.get<Page<Invoice>>('/v1/invoices')).rows)
        await send.execute({ invoiceId: id });
      const issued = await member.get<Page<Invoice>>('/v1/invoices');
      expect(issued.rows.map(({ state }) => state)).toEqual(['issued', 'issued']);
      const ids = issued.rows.map(({ id }) => id);
      expect(await refusal(member, 'POST', '/v1/payouts', { invoiceIds: ids })).toBe('payments-not-configured');
      expect(await refusal(member, 'POST', '/v1/payment-accounts', {})).toBe('payments-not-configured');
      const asked = '/v1/money-reconciliation?from=2026-01-01&until=2026-02-01';
      expect(await refusal(await bare.given.operator(), 'GET', asked)).toBe('payments-not-configured');
    } finally {
      await bare.close();
    }
  });
});
