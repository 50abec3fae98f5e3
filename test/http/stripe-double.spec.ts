import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { type RequestFaultKind, type StripeDouble, startStripeDouble } from '../../src/sandbox/stripe';
import { sharedFile } from '../support/shared-files';

const secretKey = 'sk_test_double';
const webhookSecret = 'whsec_double';
const dayMs = 24 * 60 * 60 * 1000;
const start = new Date('2026-02-05T09:00:00Z');

let at = start;
let double: StripeDouble;
let stripe: Stripe;
const opened: { close(): Promise<void> }[] = [];

async function open(more: Partial<Parameters<typeof startStripeDouble>[0]> = {}): Promise<StripeDouble> {
  const started = await startStripeDouble({ secretKey, webhookSecret, now: () => at, ...more });
  opened.push(started);
  return started;
}

function libraryFor(port: number, key = secretKey): Stripe {
  return new Stripe(key, {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    timeout: 2000,
    telemetry: false,
  });
}

beforeEach(async () => {
  at = start;
  double = await open();
  stripe = libraryFor(double.port);
});

afterEach(async () => {
  for (const closing of opened.splice(0).reverse()) await closing.close();
});

/** A receiver of webhooks on loopback that answers with `status` and remembers what came. */
async function receiver(status = () => 200) {
  const received: { body: string; signature: string }[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ body: Buffer.concat(chunks).toString(), signature: String(request.headers['stripe-signature']) });
      response.writeHead(status()).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))) });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`, received };
}

const idsOf = (received: { body: string }[]) => received.map(({ body }) => (JSON.parse(body) as { id: string }).id);

async function connectedAccount(): Promise<string> {
  return (await stripe.accounts.create({ country: 'RU', capabilities: { transfers: { requested: true } } })).id;
}

async function openInvoice(amount = 2_200_000): Promise<Stripe.Invoice> {
  const customer = await stripe.customers.create({ name: 'Volna' });
  const draft = await stripe.invoices.create({
    customer: customer.id,
    currency: 'usd',
    collection_method: 'send_invoice',
    days_until_due: 30,
    number: 'SEV-2026-0001',
  });
  await stripe.invoiceItems.create({
    customer: customer.id,
    invoice: draft.id,
    amount,
    currency: 'usd',
    description: 'Advance',
  });
  return stripe.invoices.finalizeInvoice(draft.id);
}

describe('money through the double', () => {
  it('takes an invoice from draft to open to paid, and the bank’s payment onto the balance', async () => {
    const invoice = await openInvoice();
    expect(invoice).toMatchObject({
      status: 'open',
      number: 'SEV-2026-0001',
      total: 2_200_000,
      amount_remaining: 2_200_000,
    });
    expect(invoice.due_date).toBe(Date.parse('2026-03-07T09:00:00Z') / 1000);
    double.control.payInvoice(invoice.id);
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
      status: 'paid',
      amount_paid: 2_200_000,
      amount_remaining: 0,
    });
    expect((await stripe.balance.retrieve()).available).toEqual([
      expect.objectContaining({ amount: 2_200_000, currency: 'usd' }),
    ]);
    const [transaction] = (await stripe.balanceTransactions.list({ expand: ['data.source'] })).data;
    expect(transaction).toMatchObject({
      type: 'charge',
      amount: 2_200_000,
      fee: 0,
      net: 2_200_000,
      source: { object: 'charge', paid: true },
    });
    expect(() => double.control.payInvoice(invoice.id)).toThrow('already paid');
  });

  it('does not count an invoice that was paid out of band as money on the balance', async () => {
    const invoice = await openInvoice();
    await stripe.invoices.pay(invoice.id, { paid_out_of_band: true });
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('paid');
    expect((await stripe.balance.retrieve()).available[0]?.amount).toBe(0);
  });

  it('refuses a transfer beyond the balance and lets the exact rest go', async () => {
    const destination = await connectedAccount();
    double.control.fund(1000, 'USD');
    await expect(stripe.transfers.create({ amount: 1001, currency: 'usd', destination })).rejects.toMatchObject({
      statusCode: 400,
      code: 'balance_insufficient',
    });
    await stripe.transfers.create({ amount: 1000, currency: 'usd', destination });
    expect((await stripe.balance.retrieve()).available[0]?.amount).toBe(0);
    await expect(stripe.transfers.create({ amount: 1, currency: 'eur', destination })).rejects.toMatchObject({
      code: 'balance_insufficient',
    });
  });

  it('leads from a payout of the connected account back to the transfer', async () => {
    const stripeAccount = await connectedAccount();
    double.control.fund(5000, 'usd');
    const transfer = await stripe.transfers.create({
      amount: 3000,
      currency: 'usd',
      destination: stripeAccount,
      transfer_group: 'g1',
    });
    const [payout] = double.control.runPayouts();
    expect(payout).toMatchObject({ amount: 3000, status: 'pending', automatic: true });
    const rows = (
      await stripe.balanceTransactions.list({ payout: payout!.id, expand: ['data.source'] }, { stripeAccount })
    ).data;
    expect(rows.map(({ type, net }) => [type, net])).toEqual([
      ['payout', -3000],
      ['payment', 3000],
    ]);
    expect(rows[1]?.source).toMatchObject({ id: transfer.destination_payment, source_transfer: transfer.id });
    double.control.sendPayouts();
    expect((await stripe.payouts.retrieve(payout!.id, {}, { stripeAccount })).status).toBe('in_transit');
    double.control.arrivePayouts();
    expect((await stripe.payouts.retrieve(payout!.id, {}, { stripeAccount })).status).toBe('paid');
    expect(double.control.runPayouts()).toEqual([]);
  });

  it('pays by hand as well, but ties no transactions to it', async () => {
    const stripeAccount = await connectedAccount();
    double.control.fund(5000, 'usd');
    await stripe.transfers.create({ amount: 3000, currency: 'usd', destination: stripeAccount });
    const payout = await stripe.payouts.create({ amount: 1000, currency: 'usd' }, { stripeAccount });
    expect(payout).toMatchObject({ status: 'pending', automatic: false });
    await expect(stripe.balanceTransactions.list({ payout: payout.id }, { stripeAccount })).rejects.toMatchObject({
      statusCode: 400,
    });
    expect(double.control.runPayouts().map(({ amount }) => amount)).toEqual([2000]);
  });

  it('gives the amount of a failed payout back to the account', async () => {
    const stripeAccount = await connectedAccount();
    double.control.fund(700, 'usd');
    await stripe.transfers.create({ amount: 700, currency: 'usd', destination: stripeAccount });
    const [payout] = double.control.runPayouts();
    expect(double.control.failPayout(payout!.id)).toMatchObject({ status: 'failed', failure_code: 'account_closed' });
    expect((await stripe.balance.retrieve({}, { stripeAccount })).available[0]?.amount).toBe(700);
  });

  it('takes a transfer back in parts, never more than there is', async () => {
    const stripeAccount = await connectedAccount();
    double.control.fund(900, 'usd');
    const transfer = await stripe.transfers.create({ amount: 900, currency: 'usd', destination: stripeAccount });
    await stripe.transfers.createReversal(transfer.id, { amount: 400 });
    await expect(stripe.transfers.createReversal(transfer.id, { amount: 501 })).rejects.toMatchObject({
      statusCode: 400,
    });
    await stripe.transfers.createReversal(transfer.id);
    expect(await stripe.transfers.retrieve(transfer.id)).toMatchObject({ amount_reversed: 900, reversed: true });
    expect((await stripe.balance.retrieve()).available[0]?.amount).toBe(900);
    expect((await stripe.balance.retrieve({}, { stripeAccount })).available[0]?.amount).toBe(0);
  });

  it('refuses a transfer to a restricted account', async () => {
    const destination = await connectedAccount();
    double.control.fund(10, 'usd');
    double.control.restrictAccount(destination);
    await expect(stripe.transfers.create({ amount: 10, currency: 'usd', destination })).rejects.toMatchObject({
      code: 'insufficient_capabilities_for_transfer',
    });
  });
});

describe('lists', () => {
  it('pages newest first, both ways, and says whether more follows', async () => {
    const destination = await connectedAccount();
    double.control.fund(100, 'usd');
    const ids: string[] = [];
    for (let amount = 1; amount <= 5; amount += 1) {
      ids.unshift(
        (
          await stripe.transfers.create({
            amount,
            currency: 'usd',
            destination,
            transfer_group: amount % 2 ? 'odd' : 'even',
          })
        ).id,
      );
    }
    const first = await stripe.transfers.list({ limit: 2 });
    expect([first.data.map(({ id }) => id), first.has_more]).toEqual([ids.slice(0, 2), true]);
    const last = await stripe.transfers.list({ limit: 3, starting_after: ids[1]! });
    expect([last.data.map(({ id }) => id), last.has_more]).toEqual([ids.slice(2), false]);
    const before = await stripe.transfers.list({ limit: 2, ending_before: ids[3]! });
    expect([before.data.map(({ id }) => id), before.has_more]).toEqual([ids.slice(1, 3), true]);
    const odd = [];
    for await (const transfer of stripe.transfers.list({ transfer_group: 'odd', limit: 1 })) odd.push(transfer.amount);
    expect(odd).toEqual([5, 3, 1]);
    await expect(stripe.transfers.list({ limit: 101 })).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe('refusals', () => {
  it.each([
    ['a wrong key', 401, () => libraryFor(double.port, 'sk_test_other').balance.retrieve()],
    ['another’s account', 403, () => stripe.balance.retrieve({}, { stripeAccount: 'acct_none' })],
    ['an unknown object', 404, () => stripe.transfers.retrieve('tr_none')],
    ['a missing parameter', 400, () => stripe.transfers.create({ currency: 'usd', destination: 'acct_x' })],
    ['a broken amount', 400, () => stripe.transfers.create({ amount: 1.5, currency: 'usd', destination: 'acct_x' })],
    ['a negative amount', 400, () => stripe.transfers.create({ amount: -1, currency: 'usd', destination: 'acct_x' })],
    [
      'an unknown destination',
      400,
      () => stripe.transfers.create({ amount: 1, currency: 'usd', destination: 'acct_x' }),
    ],
    ['an unknown parameter', 400, () => stripe.customers.create({ nmae: 'x' } as Stripe.CustomerCreateParams)],
    [
      'a position of nobody’s invoice',
      404,
      () => stripe.invoiceItems.create({ customer: 'cus_x', invoice: 'in_x', amount: 1, currency: 'usd' }),
    ],
    ['an unknown address', 404, () => stripe.products.list()],
  ])('answers %s with %i', async (_, statusCode, call) => {
    await expect(call()).rejects.toMatchObject({ statusCode });
  });

  it('refuses to deliver anywhere but to this machine', () => {
    for (const url of [
      'http://example.com/hook',
      'https://127.0.0.1/hook',
      'http://127.0.0.1.example.com/',
      'http://10.0.0.1/',
    ]) {
      expect(() => double.setWebhookUrl(url)).toThrow('only');
    }
  });
});

describe('idempotency keys', () => {
  const pay = (destination: string, idempotencyKey: string, amount = 100) =>
    stripe.transfers.create({ amount, currency: 'usd', destination }, { idempotencyKey });
  let destination: string;

  beforeEach(async () => {
    destination = await connectedAccount();
    double.control.fund(1000, 'usd');
  });

  it('answers a repeated key with the first answer and moves nothing', async () => {
    const first = await pay(destination, 'k');
    const second = await pay(destination, 'k');
    expect(second).toEqual(first);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(double.control.transfers()).toHaveLength(1);
  });

  it('refuses the same key with other parameters', async () => {
    await pay(destination, 'k');
    await expect(pay(destination, 'k', 101)).rejects.toMatchObject({ statusCode: 400, type: 'StripeIdempotencyError' });
    expect(double.control.transfers()).toHaveLength(1);
  });

  it('refuses an equal request while the first is under way', async () => {
    double.faults.inject({ kind: 'slow', delayMs: 200, times: 1, path: 'transfers' });
    const [first, second] = await Promise.allSettled([pay(destination, 'k'), pay(destination, 'k')]);
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
    const refused = [first, second].find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ statusCode: 409 });
    expect(double.control.transfers()).toHaveLength(1);
  });

  it('remembers a refusal that came from the work, and forgets one that came from validation', async () => {
    await expect(pay(destination, 'poor', 5000)).rejects.toMatchObject({ code: 'balance_insufficient' });
    await expect(pay('acct_none', 'typo')).rejects.toMatchObject({ code: 'resource_missing' });
    double.control.fund(9000, 'usd');
    await expect(pay(destination, 'poor', 5000)).rejects.toMatchObject({ code: 'balance_insufficient' });
    await expect(pay(destination, 'typo')).resolves.toMatchObject({ amount: 100 });
  });

  it('forgets a key after 24 hours, so that a blind repetition would pay twice', async () => {
    await pay(destination, 'k');
    at = new Date(start.getTime() + dayMs - 1);
    await pay(destination, 'k');
    expect(double.control.transfers()).toHaveLength(1);
    at = new Date(start.getTime() + dayMs);
    await pay(destination, 'k');
    expect(double.control.transfers()).toHaveLength(2);
  });

  const effects: [RequestFaultKind, number, number][] = [
    // kind, transfers after the faulty request, transfers after the same key again
    ['timeout-before-work', 0, 1],
    ['timeout-after-work', 1, 1],
    ['reset-mid-body', 1, 1],
    ['error-after-work', 1, 1],
    ['malformed', 1, 1],
    ['rate-limited', 0, 1],
    ['in-flight', 0, 1],
  ];

  it.each(effects)('after %s there are %i transfers, after the same key again %i', async (kind, after, again) => {
    double.faults.inject({ kind, times: 1, path: 'transfers' });
    await expect(directly(destination)).rejects.toThrow();
    expect(double.control.transfers()).toHaveLength(after);
    expect((await directly(destination)).status).toBe(200);
    expect(double.control.transfers()).toHaveLength(again);
  });

  it.each([
    ['stored-error', 0],
    ['stored-error-after-work', 1],
  ] as const)('%s stays the answer of its key, with %i transfers', async (kind, transfers) => {
    double.faults.inject({ kind, times: 1, path: 'transfers' });
    await expect(pay(destination, 'k')).rejects.toMatchObject({ statusCode: 500 });
    await expect(pay(destination, 'k')).rejects.toMatchObject({ statusCode: 500 });
    expect(double.control.transfers()).toHaveLength(transfers);
  });

  /** Without the library, which repeats a request on a closed connection by itself. */
  async function directly(to: string): Promise<{ status: number }> {
    const answer = await fetch(`${double.url}/v1/transfers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secretKey}`, 'idempotency-key': 'direct' },
      body: new URLSearchParams({ amount: '100', currency: 'usd', destination: to }),
    });
    const body = (await answer.json()) as { error?: { message: string } };
    if (body.error) throw new Error(body.error.message);
    return { status: answer.status };
  }
});

describe('webhooks', () => {
  it('are signed so that the official library accepts them, and carry the event as it is listed', async () => {
    const { url, received } = await receiver();
    double.setWebhookUrl(url);
    const invoice = await openInvoice();
    double.control.payInvoice(invoice.id);
    await double.control.webhooksSettled();
    expect(received).toHaveLength(1);
    const { body, signature } = received[0]!;
    const event = stripe.webhooks.constructEvent(body, signature, webhookSecret, 300, undefined, at.getTime());
    expect(event).toMatchObject({ type: 'invoice.paid', data: { object: { id: invoice.id, status: 'paid' } } });
    expect((await stripe.events.retrieve(event.id)).type).toBe('invoice.paid');
    expect(() =>
      stripe.webhooks.constructEvent(`${body} `, signature, webhookSecret, 300, undefined, at.getTime()),
    ).toThrow();
    expect(() =>
      stripe.webhooks.constructEvent(body, signature, webhookSecret, 300, undefined, at.getTime() + 301_000),
    ).toThrow();
  });

  it('name the connected account', async () => {
    const { url, received } = await receiver();
    double.setWebhookUrl(url);
    const account = await connectedAccount();
    double.control.fund(5, 'usd');
    await stripe.transfers.create({ amount: 5, currency: 'usd', destination: account });
    double.control.runPayouts();
    double.control.arrivePayouts();
    await double.control.webhooksSettled();
    expect(received.map(({ body }) => JSON.parse(body) as object)).toEqual([
      expect.objectContaining({ type: 'payout.paid', account }),
    ]);
  });

  it('are repeated with the same id until they are accepted', async () => {
    let refusals = 2;
    const { url, received } = await receiver(() => (refusals-- > 0 ? 500 : 204));
    const patient = await open({ webhookUrl: url, webhookRetryDelaysMs: [5, 5, 5], webhookTypes: ['invoice.created'] });
    stripe = libraryFor(patient.port);
    await openInvoice();
    await patient.control.webhooksSettled();
    expect(idsOf(received)).toHaveLength(3);
    expect(new Set(idsOf(received)).size).toBe(1);
    expect(patient.control.counters().webhooks).toMatchObject({ delivered: 1, refused: 2, pending: 0 });
  });

  it('wait for an address, and stop after the last attempt until told again', async () => {
    const impatient = await open({ webhookRetryDelaysMs: [], webhookTypes: ['invoice.created'] });
    stripe = libraryFor(impatient.port);
    await openInvoice();
    let status = 307;
    const { url, received } = await receiver(() => status);
    impatient.setWebhookUrl(url);
    await impatient.control.webhooksSettled();
    expect([received.length, impatient.control.counters().webhooks.pending]).toEqual([1, 1]);
    status = 200;
    impatient.control.deliverAgain();
    await impatient.control.webhooksSettled();
    expect([received.length, impatient.control.counters().webhooks.pending]).toEqual([2, 0]);
  });

  it('come repeatedly and in another order, or not at all, when told so', async () => {
    const { url, received } = await receiver();
    const wild = await open({ webhookTypes: ['transfer.created'], webhookUrl: url });
    stripe = libraryFor(wild.port);
    wild.faults.setWebhooks({ repeatMax: 5, shuffle: true, seed: 7 });
    wild.control.fund(1000, 'usd');
    const destination = await connectedAccount();
    const transfers = await Promise.all(
      Array.from({ length: 8 }, () => stripe.transfers.create({ amount: 1, currency: 'usd', destination })),
    );
    await wild.control.webhooksSettled();
    const ids = idsOf(received);
    expect(new Set(ids).size).toBe(transfers.length);
    expect(ids.length).toBeGreaterThan(transfers.length);
    const listed = (await stripe.events.list({ type: 'transfer.created', limit: 100 })).data
      .map(({ id }) => id)
      .reverse();
    expect([...new Set(ids)]).not.toEqual(listed);
    wild.faults.setWebhooks({ lose: 1 });
    await stripe.transfers.create({ amount: 1, currency: 'usd', destination });
    await wild.control.webhooksSettled();
    expect(received).toHaveLength(ids.length);
    expect(wild.control.counters().webhooks).toMatchObject({ lost: 1, pending: 1 });
  });
});

describe('faults by chance', () => {
  it('strike the same requests again with the same seed', async () => {
    const pattern = async (seed: number) => {
      const one = await open();
      one.faults.inject({ kind: 'rate-limited', probability: 0.3, seed });
      const library = libraryFor(one.port);
      const struck: boolean[] = [];
      for (let request = 0; request < 30; request += 1) {
        struck.push(
          await library.balance.retrieve().then(
            () => false,
            () => true,
          ),
        );
      }
      expect(one.faults.struck).toBe(struck.filter(Boolean).length);
      return struck;
    };
    const first = await pattern(42);
    expect(first).toContain(true);
    expect(first).toContain(false);
    expect(await pattern(42)).toEqual(first);
    expect(await pattern(43)).not.toEqual(first);
  });
});

describe('state in a file', () => {
  it('survives a restart: money, keys and deliveries that are still owed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stripe-double-'));
    opened.push({ close: () => Promise.resolve(rmSync(folder, { recursive: true })) });
    const dataFile = join(folder, 'stripe.json');
    const before = await open({ dataFile });
    stripe = libraryFor(before.port);
    const destination = await connectedAccount();
    const invoice = await openInvoice();
    before.control.payInvoice(invoice.id);
    const transfer = await stripe.transfers.create(
      { amount: 10, currency: 'usd', destination },
      { idempotencyKey: 'k' },
    );
    const saved = readFileSync(dataFile, 'utf8');
    expect(saved).toContain(transfer.id);
    await before.close();
    const { url, received } = await receiver();
    const after = await open({ dataFile, webhookUrl: url });
    stripe = libraryFor(after.port);
    const again = await stripe.transfers.create({ amount: 10, currency: 'usd', destination }, { idempotencyKey: 'k' });
    expect(again.id).toBe(transfer.id);
    expect((await stripe.balance.retrieve()).available[0]?.amount).toBe(2_199_990);
    await after.control.webhooksSettled();
    expect(received.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(['invoice.paid']);
  });
});

describe('control over HTTP', () => {
  const call = (
    path: string,
    { method = 'POST', key = secretKey, body = {} }: { method?: string; key?: string; body?: object } = {},
  ) =>
    fetch(`${double.url}/_control/${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
    });

  it('lets another process play bank', async () => {
    const { url, received } = await receiver();
    await call('webhooks', { body: { url } });
    const invoice = await openInvoice();
    expect((await call(`invoices/${invoice.id}/pay`)).status).toBe(200);
    const destination = await connectedAccount();
    await stripe.transfers.create({ amount: 10, currency: 'usd', destination });
    expect(await (await call('payouts/run')).json()).toMatchObject({ payouts: [{ amount: 10 }] });
    await call('payouts/arrive');
    await double.control.webhooksSettled();
    expect(received).toHaveLength(2);
    expect(await (await call('counters', { method: 'GET' })).json()).toMatchObject({
      transfers: 1,
      payouts: 1,
      invoices: { paid: 1 },
    });
  });

  it('injects and clears faults, and moves the clock', async () => {
    await call('faults', { body: { kind: 'rate-limited' } });
    await expect(stripe.balance.retrieve()).rejects.toMatchObject({ statusCode: 429 });
    await call('faults', { method: 'DELETE' });
    await call('clock', { body: { now: '2026-05-01T00:00:00Z' } });
    expect((await stripe.customers.create({ name: 'x' })).created).toBe(Date.parse('2026-05-01T00:00:00Z') / 1000);
    expect((await call('faults', { body: { kind: 'earthquake' } })).status).toBe(400);
    expect((await call('nothing')).status).toBe(404);
  });

  it('obeys nobody without the key', async () => {
    expect((await call('payouts/run', { key: 'sk_wrong' })).status).toBe(401);
  });
});

const fixturesFile = sharedFile('data/stripe/fixtures3.json');
const withFixtures = existsSync(fixturesFile) ? describe : describe.skip;

withFixtures('beside Stripe’s own sample answers', () => {
  it('has the keys the product reads, with the JSON types of the samples', async () => {
    const { resources: samples } = JSON.parse(readFileSync(fixturesFile, 'utf8')) as {
      resources: Record<string, Record<string, unknown>>;
    };
    const stripeAccount = await connectedAccount();
    const invoice = await openInvoice();
    double.control.payInvoice(invoice.id);
    const transfer = await stripe.transfers.create({ amount: 500, currency: 'usd', destination: stripeAccount });
    const reversal = await stripe.transfers.createReversal(transfer.id, { amount: 1 });
    const [payout] = double.control.runPayouts();
    const ours: [string, object, string[]][] = [
      [
        'account',
        await stripe.accounts.retrieve(stripeAccount),
        ['country', 'capabilities', 'metadata', 'payouts_enabled', 'created'],
      ],
      ['customer', await stripe.customers.retrieve(String(invoice.customer)), ['metadata', 'created', 'livemode']],
      [
        'invoice',
        await stripe.invoices.retrieve(invoice.id),
        [
          'amount_paid',
          'total',
          'currency',
          'customer',
          'status',
          'metadata',
          'lines',
          'status_transitions',
          'due_date',
        ],
      ],
      ['balance', await stripe.balance.retrieve(), ['available', 'pending']],
      [
        'balance_transaction',
        (await stripe.balanceTransactions.list()).data[0]!,
        ['amount', 'fee', 'net', 'currency', 'source', 'type', 'status'],
      ],
      [
        'transfer',
        await stripe.transfers.retrieve(transfer.id),
        [
          'amount',
          'currency',
          'destination',
          'destination_payment',
          'metadata',
          'reversals',
          'reversed',
          'balance_transaction',
        ],
      ],
      [
        'payout',
        await stripe.payouts.retrieve(payout!.id, {}, { stripeAccount }),
        ['amount', 'arrival_date', 'automatic', 'currency', 'status', 'balance_transaction', 'type'],
      ],
      ['transfer_reversal', reversal, ['amount', 'currency', 'transfer', 'created', 'metadata']],
      ['event', (await stripe.events.list()).data[0]!, ['created', 'data', 'type', 'livemode', 'pending_webhooks']],
    ];
    for (const [name, object, keys] of ours) {
      const answer = object as Record<string, unknown>;
      const identity = name === 'balance' ? ['object'] : ['object', 'id'];
      const shape = (source: Record<string, unknown>) =>
        Object.fromEntries([...identity, ...keys].map((key) => [key, jsonType(source[key])]));
      expect([name, shape(answer)]).toEqual([name, shape(samples[name]!)]);
      expect(answer.object).toBe(name);
    }
  });
});

function jsonType(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}
