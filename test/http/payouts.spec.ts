import { createHmac, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../src/sample/api-client';
import { SendPayout } from '../../src/settlement/payouts/send-payout';
import { startTestApp, type TestApp } from '../support/app';
import { topicsAbout } from '../support/events';
import { type AgreementAnswer, type Market, openMarket, refused } from '../support/market';
import { isWrite, nameOf, routesOf } from '../support/route-table';

interface Payout {
  readonly id: string;
  readonly state: string;
  readonly approvalId: string;
  readonly transferId: string | null;
  readonly problem: string | null;
  readonly hold: string | null;
  readonly reversedAt: string | null;
}
interface Rows<Row> {
  readonly rows: readonly Row[];
}
interface Account {
  readonly externalId: string;
  readonly able: boolean | null;
  readonly missing: readonly string[];
}

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let label: ApiClient;
let colleague: ApiClient;
let operator: ApiClient;
let stranger: ApiClient;
let account: string;

const stripe = () => app.stripe!.control;
const payout = (id: string): Promise<Payout> => label.get(`/v1/payouts/${id}`);
const refusal = async (client: ApiClient, path: string, body: object = {}): Promise<string> =>
  (await refused(client, 'POST', path, body)).code;

async function sql<Row>(text: string, parameters: unknown[] = []): Promise<Row[]> {
  const superuser = await app.superuser();
  return superuser
    .query(text, parameters)
    .then(({ rows }) => rows as Row[])
    .finally(() => superuser.end());
}
const count = async (table: string): Promise<number> =>
  (await sql<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]!.count;

beforeAll(async () => {
  app = await startTestApp({ worker: true, rail: true });
  operator = await app.given.operator();
  // The label accepts it with the first agreement that it signs.
  await operator.post('/v1/commission-schedules', { rate: '0.05', from: '2025-01-01', until: '2027-01-01' });
  market = await openMarket(app);
  agreement = await market.concluded();
  label = market.label.as;
  colleague = await app.given.colleague(market.label, ['finance']);
  stranger = (await app.given.label()).as;
  account = (await label.post<Account>('/v1/payment-accounts', {})).externalId;
  stripe().fund(10_000_000, 'usd');
});
afterAll(() => app?.close());

/** An invoice that was paid: its row, as if its months had been. */
async function paidInvoice(): Promise<string> {
  const [{ id } = { id: '' }] = await sql<{ id: string }>(
    `INSERT INTO invoices (agreement_id, label_id, platform_id, purpose, source, number, amount_minor, currency, state, issued_at, due_on, external_id, paid_at)
     SELECT $1, $2, $3, 'royalties', n, n, 10000, 'USD', 'paid', now(), now()::date, 'in_' || n, now() FROM (SELECT gen_random_uuid()::text AS n) named RETURNING id`,
    [agreement.id, market.label.organizationId, market.platform.organizationId],
  );
  return id;
}

async function planned(invoice?: string): Promise<Payout> {
  return label.post('/v1/payouts', { invoiceIds: [invoice ?? (await paidInvoice())] });
}

const release = ({ approvalId }: Payout): Promise<unknown> =>
  colleague.post(`/v1/approvals/${approvalId}/decision`, { decision: 'approved' });

async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (const end = performance.now() + 20_000; ; await sleep(40)) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(answer)}`);
  }
}
const inState = (id: string, state: string): Promise<Payout> =>
  until(
    () => payout(id),
    (one) => one.state === state,
  );

const transfersFor = (id: string) =>
  stripe()
    .transfers()
    .filter(({ metadata }) => metadata['payout_id'] === id);

describe('an account', () => {
  const accounts = async (): Promise<readonly Account[]> =>
    (await label.get<Rows<Account>>('/v1/payment-accounts')).rows;

  it('that cannot receive transfers keeps payouts waiting, and says what is missing', async () => {
    stripe().restrictAccount(account);
    await until(accounts, ([own]) => own?.able === false);
    expect(await accounts()).toMatchObject([
      { externalId: account, missing: expect.arrayContaining(['external_account']) as string[] },
    ]);
    const waiting = await planned();
    await release(waiting);
    expect(
      await until(
        () => payout(waiting.id),
        ({ problem }) => problem !== null,
      ),
    ).toMatchObject({
      state: 'approved',
      problem: expect.stringContaining('external_account') as string,
    });
    expect(transfersFor(waiting.id)).toEqual([]);
    stripe().onboardAccount(account);
    expect(await inState(waiting.id, 'sent')).toMatchObject({ problem: null });
    expect(transfersFor(waiting.id)).toHaveLength(1);
    expect(await topicsAbout(label, waiting.id, 4)).toEqual([
      'payout.planned',
      'payout.approved',
      'payout.waits',
      'payout.sent',
    ]);
  });

  it('is asked about again where the news of it was lost', async () => {
    app.stripe!.faults.setWebhooks({ lose: 1 });
    stripe().restrictAccount(account);
    await sql('UPDATE payment_accounts SET able = NULL');
    const waiting = await planned();
    await release(waiting);
    await until(
      () => payout(waiting.id),
      ({ problem }) => problem !== null,
    );
    stripe().onboardAccount(account);
    await stripe().webhooksSettled();
    expect((await payout(waiting.id)).state).toBe('approved');
    await label.post(`/v1/payouts/${waiting.id}/look-up`, {});
    await inState(waiting.id, 'sent');
    app.stripe!.faults.setWebhooks({});
    expect(await accounts()).toMatchObject([{ able: true, missing: [] }]);
  });

  it('gets a link to the provider’s pages, another one each time', async () => {
    const asked = { returnUrl: 'https://label.example/back', refreshUrl: 'https://label.example/again' };
    const [first, second] = [
      await label.post<{ url: string }>('/v1/payment-accounts/link', asked),
      await label.post<{ url: string }>('/v1/payment-accounts/link', asked),
    ];
    expect(first).toMatchObject({
      url: expect.stringContaining(account) as string,
      expiresAt: '2026-01-05T09:05:00.000Z',
    });
    expect(second.url).not.toBe(first.url);
    expect(await refusal(label, '/v1/payment-accounts/link', { ...asked, payee: 'Nobody' })).toBe(
      'payment-account-missing',
    );
    for (const returnUrl of ['http://label.example/', 'https://[broken', 'javascript:alert(1)']) {
      const { status, faults } = await refused(label, 'POST', '/v1/payment-accounts/link', { ...asked, returnUrl });
      expect([returnUrl, status, faults.map(({ pointer }) => pointer)]).toEqual([returnUrl, 400, ['/returnUrl']]);
    }
  });
});

describe('a hold', () => {
  it('keeps a released payout back until another person of the same side lets it go', async () => {
    const one = await planned();
    expect(await refusal(label, `/v1/payouts/${one.id}/hold-release`)).toBe('payout-not-held');
    expect(await label.post(`/v1/payouts/${one.id}/hold`, { reason: 'An heir has objected.' })).toMatchObject({
      hold: 'An heir has objected.',
    });
    expect(await refusal(label, `/v1/payouts/${one.id}/hold`, { reason: 'again' })).toBe('payout-not-holdable');
    await release(one);
    await until(
      () => payout(one.id),
      ({ problem }) => problem === 'on hold: An heir has objected.',
    );
    expect(transfersFor(one.id)).toEqual([]);
    expect(await refusal(label, `/v1/payouts/${one.id}/hold-release`)).toBe('approval-needs-second-person');
    expect(await refusal(operator, `/v1/payouts/${one.id}/hold-release`)).toBe('forbidden');
    expect(await colleague.post(`/v1/payouts/${one.id}/hold-release`, {})).toMatchObject({ hold: null });
    await inState(one.id, 'sent');
    expect(await refusal(label, `/v1/payouts/${one.id}/hold`, { reason: 'too late' })).toBe('payout-not-holdable');
  });

  it('of the marketplace is for the marketplace to release', async () => {
    const one = await planned();
    expect(await operator.post(`/v1/payouts/${one.id}/hold`, { reason: 'A court order.' })).toMatchObject({
      hold: 'A court order.',
    });
    expect(await refusal(colleague, `/v1/payouts/${one.id}/hold-release`)).toBe('forbidden');
    expect(await refusal(operator, `/v1/payouts/${one.id}/hold-release`)).toBe('approval-needs-second-person');
    for (const path of ['hold', 'hold-release', 'look-up'])
      expect(await refusal(stranger, `/v1/payouts/${one.id}/${path}`, { reason: 'not mine' })).toBe('not-found');
    expect(await payout(one.id)).toMatchObject({ hold: 'A court order.' });
  });
});

describe('a transfer that is taken back', () => {
  const takeBack = async (id: string, amount?: string): Promise<void> => {
    const [transfer] = transfersFor(id);
    await fetch(`${app.stripe!.url}/v1/transfers/${transfer!.id}/reversals`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_double' },
      body: new URLSearchParams(amount === undefined ? {} : { amount }),
    });
  };
  const balances = async (): Promise<Record<string, string>> => {
    const { rows } = await label.get<Rows<{ account: string; balance: { amount: string } }>>(
      `/v1/agreements/${agreement.id}/balances`,
    );
    return Object.fromEntries(rows.map(({ account: name, balance }) => [name, balance.amount]));
  };

  it('leaves the label owed what it was, and its invoice free for another payout', async () => {
    const before = await balances();
    const invoice = await paidInvoice();
    const one = await planned(invoice);
    await release(one);
    await inState(one.id, 'sent');
    await takeBack(one.id, '1');
    expect(
      await until(
        () => payout(one.id),
        ({ problem }) => problem !== null,
      ),
    ).toMatchObject({ state: 'sent', problem: 'the provider took back 1 of 9500' });
    await takeBack(one.id);
    expect(await inState(one.id, 'failed')).toMatchObject({ reversedAt: '2026-01-05T09:00:00.000Z' });
    const {
      'cash-in-transit': transit,
      'label-payable': payable,
      'marketplace-commission': commission,
    } = await balances();
    expect([transit, payable, commission]).toEqual([
      before['cash-in-transit'],
      before['label-payable'],
      before['marketplace-commission'],
    ]);
    const finance = await operator.get<{ differences: readonly object[] }>(
      '/v1/money-reconciliation?from=2026-01-01&until=2026-01-31',
    );
    // Only the money that this test began with is nobody's.
    expect(finance.differences).toMatchObject([{ kind: 'not-booked', subject: null }]);
    const again = await planned(invoice);
    await release(again);
    await inState(again.id, 'sent');
  });

  it('is taken back from the books also after it has arrived', async () => {
    const [first, second] = [await planned(), await planned()];
    for (const one of [first, second]) await release(one);
    for (const one of [first, second]) await inState(one.id, 'sent');
    // A part of one: that stays known once the rest has arrived.
    await takeBack(second.id, '1');
    await until(
      () => payout(second.id),
      ({ problem }) => problem !== null,
    );
    const before = await balances();
    stripe().runPayouts();
    stripe().arrivePayouts();
    for (const one of [first, second]) await inState(one.id, 'confirmed');
    expect(await payout(second.id)).toMatchObject({ problem: 'the provider took back 1 of 9500' });
    // Money for it is in the account again.
    const third = await planned();
    await release(third);
    await inState(third.id, 'sent');
    await takeBack(first.id);
    await inState(first.id, 'failed');
    const after = await balances();
    expect([Number(after['label-payable']) - Number(before['label-payable'])]).toEqual([0]);
    const kinds = await sql<{ kind: string }>(
      'SELECT kind FROM ledger_transactions WHERE source = $1 ORDER BY booked_at, kind',
      [first.id],
    );
    expect(kinds.map(({ kind }) => kind).sort()).toEqual([
      'payout-confirmed',
      'payout-reversed',
      'payout-sent',
      'payout-unconfirmed',
    ]);
  });
});

describe('every POST of payments and payouts', () => {
  /** Made once a day by a rule of its own, whatever it comes with: settlement-taxes.spec. */
  const elsewhere = ['POST /v1/invoices/:id/quotes'];
  const of: Readonly<
    Record<
      string,
      {
        client: () => ApiClient;
        path: () => Promise<string>;
        body: () => Promise<object>;
        table: string;
        other?: object;
        status?: number;
      }
    >
  > = {
    'POST /v1/payment-accounts': {
      client: () => label,
      path: () => Promise.resolve('/v1/payment-accounts'),
      body: () => Promise.resolve({ payee: `Payee ${randomUUID()}` }),
      table: 'payee_accounts',
      other: { payee: 'Another' },
    },
    'POST /v1/payouts': {
      client: () => label,
      path: () => Promise.resolve('/v1/payouts'),
      body: async () => ({ invoiceIds: [await paidInvoice()] }),
      table: 'payouts',
      other: { payee: 'Another' },
    },
    'POST /v1/payouts/:id/hold': {
      client: () => label,
      path: async () => `/v1/payouts/${(await planned()).id}/hold`,
      body: () => Promise.resolve({ reason: 'Asked for twice.' }),
      table: 'payout_holds',
      other: { reason: 'Something else.' },
    },
    'POST /v1/payouts/:id/hold-release': {
      client: () => colleague,
      path: async () => {
        const { id } = await planned();
        await label.post(`/v1/payouts/${id}/hold`, { reason: 'To be released.' });
        return `/v1/payouts/${id}/hold-release`;
      },
      body: () => Promise.resolve({}),
      table: 'payout_hold_releases',
    },
    'POST /v1/payouts/:id/look-up': {
      client: () => label,
      path: async () => `/v1/payouts/${(await planned()).id}/look-up`,
      body: () => Promise.resolve({}),
      table: 'idempotency_keys',
    },
    'POST /v1/commission-schedules': {
      client: () => operator,
      path: () => Promise.resolve('/v1/commission-schedules'),
      body: () => Promise.resolve(ofNextYear()),
      table: 'commission_schedules',
      other: { rate: '0.03' },
    },
    'POST /v1/commission-schedules/:id/acceptance': {
      client: () => label,
      path: async () => {
        const { id } = await operator.post<{ id: string }>('/v1/commission-schedules', ofNextYear());
        return `/v1/commission-schedules/${id}/acceptance`;
      },
      body: () => Promise.resolve({}),
      table: 'commission_acceptances',
      status: 200,
    },
  };
  let year = 2050;
  const ofNextYear = () => {
    year += 1;
    return { rate: '0.04', from: `${year}-01-01`, until: `${year + 1}-01-01` };
  };

  it('is one of those that are tried here', () => {
    const ours = routesOf(app.app).filter(({ handler }) =>
      /^(Webhooks|Quotes|PaymentAccounts|Payouts|CommissionSchedules)Controller\./.test(handler),
    );
    const posts = ours.filter((route) => isWrite(route) && route.path !== '/v1/stripe/webhooks').map(nameOf);
    expect(posts.sort()).toEqual([...Object.keys(of), ...elsewhere].sort());
  });

  it.each(Object.keys(of))('%s: sent many times at once, cut off and sent again it is done once', async (name) => {
    const { client, path, body, table, other, status = 201 } = of[name]!;
    const [address, sent, key] = [await path(), await body(), randomUUID()];
    const before = await count(table);
    // The first request's connection ends before its answer.
    await cutOff(address, { token: tokenOf(client()), key, body: sent });
    const ask = (under = key, what = sent) =>
      client().request<{ code?: string; faults?: { pointer: string }[] }>('POST', address, { body: what, key: under });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    const last = await until(ask, ({ status }) => status < 300);
    const done = [...answers.filter(({ status }) => status < 300), last];
    expect(new Set(done.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(last.status).toBe(status);
    // While the provider is still at the first order of an account, it refuses an equal one.
    const mayBe = ['409 idempotency-key-in-use', ...(table === 'payee_accounts' ? ['503 not-ready'] : [])];
    for (const { status, body: problem } of answers.filter((answer) => answer.status >= 300))
      expect(mayBe).toContain(`${status} ${problem.code}`);
    expect(await count(table)).toBe(before + 1);
    if (other === undefined) return;
    const changed = await ask(key, { ...sent, ...other });
    expect([changed.status, changed.body.code, changed.body.faults?.map(({ pointer }) => pointer)]).toEqual([
      422,
      'idempotency-key-reused',
      [`/${Object.keys(other)[0]}`],
    ]);
    expect(await count(table)).toBe(before + 1);
  });

  it('a webhook needs no key: its event is kept once', async () => {
    const body = JSON.stringify({
      id: `evt_${randomUUID()}`,
      object: 'event',
      type: 'planet.aligned',
      created: 1,
      data: { object: {} },
    });
    const seconds = Math.floor(app.clock.now().getTime() / 1000);
    const mac = createHmac('sha256', 'whsec_double').update(`${seconds}.${body}`).digest('hex');
    const before = await count('stripe_events');
    const send = () =>
      fetch(`${app.url}/v1/stripe/webhooks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'stripe-signature': `t=${seconds},v1=${mac}` },
        body,
      });
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await count('stripe_events')).toBe(before + 1);
  });

  const tokenOf = (client: ApiClient): string => (client as unknown as { token: string }).token;

  /** Sends a request and ends the connection at once, before anything is answered. */
  async function cutOff(
    path: string,
    { token, key, body }: { token: string; key: string; body: object },
  ): Promise<void> {
    const { hostname, port } = new URL(app.url);
    const text = JSON.stringify(body);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const head = [
      `POST ${path} HTTP/1.1`,
      `host: ${hostname}:${port}`,
      `authorization: Bearer ${token}`,
      `idempotency-key: ${key}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(text)}`,
    ];
    await new Promise<void>((resolve) => socket.write(`${head.join('\r\n')}\r\n\r\n${text}`, () => resolve()));
    await sleep(5);
    socket.destroy();
  }
});

describe('a payout of unknown fate', () => {
  it('is looked up until that is sure, and has failed where no transfer ever was', async () => {
    app.stripe!.faults.inject({ kind: 'stored-error', method: 'POST', path: '^/v1/transfers$', times: 1 });
    const invoice = await paidInvoice();
    const one = await planned(invoice);
    await release(one);
    await inState(one.id, 'unknown');
    const start = app.clock.now().getTime();
    const lookAfter = async (hours: number): Promise<{ state: string; problem: string }> => {
      app.clock.moveTo(new Date(start + hours * 3_600_000));
      await app.app
        .get(SendPayout)
        .execute({ payoutId: one.id })
        .catch((error: Error) => expect(error.name).toBe('NotSettled'));
      return (
        await sql<{ state: string; problem: string }>('SELECT state, problem FROM payouts WHERE id = $1', [one.id])
      )[0]!;
    };
    // The key still gives the old 500; later it is forgotten, and an order under it would be a new one.
    expect(await lookAfter(22)).toMatchObject({ state: 'unknown' });
    expect(await lookAfter(23.5)).toMatchObject({
      problem: expect.stringContaining('looked up once more at 2026-01-07T09:00') as string,
    });
    expect(await lookAfter(47)).toMatchObject({ state: 'unknown' });
    expect(await lookAfter(48)).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('never made') as string,
    });
    expect(transfersFor(one.id)).toEqual([]);
    expect(await sql('SELECT FROM payout_allocations WHERE invoice_id = $1 AND live', [invoice])).toEqual([]);
  });
});
