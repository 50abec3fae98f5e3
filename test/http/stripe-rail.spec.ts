import { createHmac } from 'node:crypto';
import { type RequestFaultKind, type StripeDouble, startStripeDouble } from '../../src/sandbox/stripe';
import { StripeRail } from '../../src/settlement/payments/stripe-rail';

const stripeKey = 'sk_test_rail';
const secrets = ['whsec_platform', 'whsec_connect'];
const start = new Date('2026-02-05T09:00:00Z');
const dayMs = 24 * 60 * 60 * 1000;

let at = start;
let double: StripeDouble;
let rail: StripeRail;

beforeEach(async () => {
  at = start;
  double = await startStripeDouble({ secretKey: stripeKey, webhookSecret: secrets[1]!, now: () => at });
  rail = railWith(stripeKey);
});

afterEach(() => double.close());

function railWith(key: string): StripeRail {
  const endpoint = { protocol: 'http' as const, host: '127.0.0.1', port: double.port };
  return new StripeRail({
    config: { stripeKey: key, webhookSecret: secrets.join(','), endpoint },
    now: () => at,
    timeoutMs: 300,
  });
}

const invoiceOrder = {
  invoiceId: '0198c1d2-0000-7000-8000-000000000001',
  number: 'SEV-2026-0001',
  customer: { reference: 'platform-1', name: 'Volna', email: 'ap@volna.example' },
  amountMinor: 2_200_000n,
  currency: 'USD',
  description: 'Advance and back fee',
  dueDays: 30,
};

async function account(): Promise<string> {
  const opened = await rail.createAccount({ organizationId: 'label-1', name: 'Severnaya', country: 'RU' });
  if (opened.outcome !== 'done') throw new Error(opened.outcome);
  return opened.accountId;
}

const orderTo = (to: string, payoutId = 'payout-1', amountMinor = 1_140_000n) => ({
  payoutId,
  account: to,
  amountMinor,
  currency: 'USD',
});

/** What may happen to a request whose outcome is then unknown. */
const faults: RequestFaultKind[] = [
  'timeout-before-work',
  'timeout-after-work',
  'reset-mid-body',
  'malformed',
  'error-after-work',
];

describe('an invoice at Stripe', () => {
  it('is open under our number over our amount, and made once however often it is ordered', async () => {
    const first = await rail.createInvoice(invoiceOrder);
    expect(first).toMatchObject({ outcome: 'done', externalId: expect.stringMatching(/^in_/) });
    at = new Date(start.getTime() + 3 * dayMs);
    expect(await rail.createInvoice(invoiceOrder)).toEqual(first);
    expect(double.control.invoices()).toEqual([
      expect.objectContaining({
        status: 'open',
        number: 'SEV-2026-0001',
        total: 2_200_000,
        metadata: { invoice_id: invoiceOrder.invoiceId },
      }),
    ]);
  });

  it('finds the customer again under another mail address', async () => {
    await rail.createInvoice(invoiceOrder);
    at = new Date(start.getTime() + 3 * dayMs);
    const customer = { ...invoiceOrder.customer, email: 'new@volna.example' };
    await rail.createInvoice({ ...invoiceOrder, customer });
    expect(double.control.invoices()).toHaveLength(1);
  });

  const steps = ['customers', 'invoices$', 'invoiceitems', 'finalize'];
  it.each(steps.flatMap((step) => faults.map((kind) => [kind, step] as const)))(
    'goes on after %s at %s',
    async (kind, path) => {
      double.faults.inject({ kind, path, method: 'POST', times: 1 });
      expect((await rail.createInvoice(invoiceOrder)).outcome).toBe('unknown');
      expect((await rail.createInvoice(invoiceOrder)).outcome).toBe('done');
      expect(double.control.counters().invoices).toEqual({ draft: 0, open: 1, paid: 0 });
      expect(double.control.invoices()[0]!.lines.data).toHaveLength(1);
    },
  );

  it('is not taken for ours when its amount differs', async () => {
    await rail.createInvoice(invoiceOrder);
    expect(await rail.createInvoice({ ...invoiceOrder, amountMinor: 2_200_001n })).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('not as ordered'),
    });
  });
});

describe('a credit of an open invoice', () => {
  const credit = { creditId: '0198c1d2-0000-7000-8000-000000000002', amountMinor: 200_000n };
  let externalId: string;
  beforeEach(async () => {
    const made = await rail.createInvoice(invoiceOrder);
    if (made.outcome !== 'done') throw new Error(made.outcome);
    externalId = made.externalId;
  });

  it.each(faults)('is made once, also when it goes on after %s', async (kind) => {
    double.faults.inject({ kind, path: 'credit_notes', method: 'POST', times: 1 });
    expect((await rail.creditInvoice({ ...credit, externalId })).outcome).toBe('unknown');
    const first = await rail.creditInvoice({ ...credit, externalId });
    // Its idempotency key is forgotten by then.
    at = new Date(start.getTime() + 3 * dayMs);
    expect(await rail.creditInvoice({ ...credit, externalId })).toEqual(first);
    expect(first).toMatchObject({ outcome: 'done', creditNoteId: expect.stringMatching(/^cn_/) });
    expect(double.control.invoices()).toMatchObject([{ status: 'open', amount_remaining: 2_000_000 }]);
    expect(double.control.payInvoice(externalId)).toMatchObject({ amount_paid: 2_000_000 });
  });

  it('is over what remains where that is less, and refused for good where nothing does', async () => {
    await rail.creditInvoice({ ...credit, externalId });
    const beyond = await rail.creditInvoice({ creditId: 'beyond', externalId, amountMinor: 2_200_000n });
    expect(beyond).toMatchObject({ outcome: 'done' });
    expect(double.control.invoices()).toMatchObject([{ status: 'paid', amount_paid: 0 }]);
    expect(await rail.creditInvoice({ creditId: 'beyond', externalId, amountMinor: 2_200_000n })).toEqual(beyond);
    expect(await rail.creditInvoice({ creditId: 'another', externalId, amountMinor: 1n })).toMatchObject({
      outcome: 'refused',
      retryable: false,
    });
  });

  it('looks again where another one was faster than it', async () => {
    const half = (creditId: string) => rail.creditInvoice({ creditId, externalId, amountMinor: 1_500_000n });
    const endings = await Promise.all([half('one'), half('two')]);
    expect(endings.filter(({ outcome }) => outcome === 'refused')).toMatchObject([{ retryable: true }]);
    for (const id of ['one', 'two']) expect(await half(id)).toMatchObject({ outcome: 'done' });
    expect(double.control.invoices()).toMatchObject([{ status: 'paid', amount_paid: 0 }]);
  });
});

describe('a transfer', () => {
  let to: string;
  beforeEach(async () => {
    to = await account();
    double.control.fund(5_000_000, 'usd');
  });

  it('is done once for a payout and can be found by it', async () => {
    expect(await rail.findTransfer({ payoutId: 'payout-1' })).toEqual({ outcome: 'done', transferId: undefined });
    const sent = await rail.transfer(orderTo(to));
    expect(sent).toMatchObject({ outcome: 'done', transferId: expect.stringMatching(/^tr_/) });
    expect(await rail.transfer(orderTo(to))).toEqual(sent);
    expect(await rail.findTransfer({ payoutId: 'payout-1' })).toEqual(sent);
    expect(double.control.transfers()).toHaveLength(1);
    expect(double.control.transfers()[0]).toMatchObject({ amount: 1_140_000, currency: 'usd', destination: to });
  });

  it('is found among more than a page of the same group', async () => {
    const first = await rail.transfer({ ...orderTo(to, 'payout-0', 1n), group: 'run' });
    for (let n = 1; n <= 101; n += 1) await rail.transfer({ ...orderTo(to, `payout-${n}`, 1n), group: 'run' });
    expect(await rail.findTransfer({ payoutId: 'payout-0', group: 'run' })).toEqual(first);
  });

  const unclear: [RequestFaultKind, number][] = [
    ['timeout-before-work', 0],
    ['timeout-after-work', 1],
    ['reset-mid-body', 1],
    ['error-after-work', 1],
    ['stored-error', 0],
    ['stored-error-after-work', 1],
    ['in-flight', 0],
    ['malformed', 1],
  ];

  it.each(unclear)('is unknown after %s, sent in one request, and its look-up tells of %i', async (kind, transfers) => {
    double.faults.inject({ kind, path: 'transfers', method: 'POST' });
    expect((await rail.transfer(orderTo(to))).outcome).toBe('unknown');
    expect(double.faults.struck).toBe(1);
    expect(double.control.transfers()).toHaveLength(transfers);
    expect(await rail.findTransfer({ payoutId: 'payout-1' })).toEqual({
      outcome: 'done',
      transferId: double.control.transfers()[0]?.id,
    });
  });

  it('is unknown when the answer takes too long', async () => {
    double.faults.inject({ kind: 'slow', delayMs: 1000, path: 'transfers', times: 1 });
    expect(await rail.transfer(orderTo(to))).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('timeout'),
    });
  });

  it('is unknown when nobody answers at all', async () => {
    const closed = railWith(stripeKey);
    await double.close();
    expect((await closed.transfer(orderTo(to))).outcome).toBe('unknown');
    double = await startStripeDouble({ secretKey: stripeKey, webhookSecret: secrets[1]!, now: () => at });
  });

  it('is unknown when its key was used for another order', async () => {
    await rail.transfer(orderTo(to));
    expect((await rail.transfer(orderTo(to, 'payout-1', 7n))).outcome).toBe('unknown');
    expect(double.control.transfers()).toHaveLength(1);
  });

  it('is refused for good or for now, and says which', async () => {
    expect(await rail.transfer(orderTo(to, 'rich', 5_000_001n))).toMatchObject({
      outcome: 'refused',
      code: 'balance_insufficient',
      retryable: false,
    });
    expect(await rail.transfer(orderTo('acct_nobody', 'lost'))).toMatchObject({
      outcome: 'refused',
      code: 'resource_missing',
      retryable: false,
    });
    expect(await railWith('sk_test_wrong').transfer(orderTo(to))).toMatchObject({
      outcome: 'refused',
      retryable: true,
    });
    double.faults.inject({ kind: 'rate-limited', times: 1 });
    expect(await rail.transfer(orderTo(to))).toMatchObject({ outcome: 'refused', code: 'rate_limit', retryable: true });
    double.control.restrictAccount(to);
    expect(await rail.transfer(orderTo(to))).toMatchObject({
      outcome: 'refused',
      code: 'insufficient_capabilities_for_transfer',
    });
    expect(double.control.transfers()).toHaveLength(0);
  });

  it('lowers what we hold', async () => {
    await rail.transfer(orderTo(to));
    expect(await rail.balance()).toEqual({
      outcome: 'done',
      balances: [{ currency: 'USD', availableMinor: 3_860_000n, pendingMinor: 0n }],
    });
  });

  it('is known again from the payout that carried it, also when an earlier one failed', async () => {
    const ids: string[] = [];
    const send = async (payoutId: string) => {
      const sent = await rail.transfer(orderTo(to, payoutId, 100n));
      if (sent.outcome === 'done') ids.push(sent.transferId);
    };
    await send('a');
    await send('b');
    const [failing] = double.control.runPayouts();
    expect(await rail.transfersOfPayout({ account: to, payoutId: failing!.id })).toEqual({
      outcome: 'done',
      transferIds: [ids[1], ids[0]],
    });
    double.control.failPayout(failing!.id);
    await send('c');
    const [payout] = double.control.runPayouts();
    const behind = await rail.transfersOfPayout({ account: to, payoutId: payout!.id });
    expect(behind.outcome === 'done' && [...behind.transferIds].sort()).toEqual([...ids].sort());
  });
});

describe('an event from Stripe', () => {
  const signed = (body: string, secret: string, time = at) => {
    const seconds = Math.floor(time.getTime() / 1000);
    return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
  };
  const eventOf = (type: string, object: object, account?: string) =>
    JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type,
      created: 1_770_282_000,
      data: { object },
      ...(account ? { account } : {}),
    });

  it('is read when either endpoint’s secret signed it', () => {
    const body = eventOf('payout.paid', { id: 'po_1' }, 'acct_1');
    for (const secret of secrets) {
      expect(rail.verifyWebhook(Buffer.from(body), signed(body, secret))).toEqual({
        outcome: 'done',
        event: {
          id: 'evt_1',
          type: 'payout.paid',
          account: 'acct_1',
          createdAt: new Date(1_770_282_000_000),
          kind: 'payout-paid',
          payoutId: 'po_1',
        },
      });
    }
  });

  it('is refused when forged, changed, expired or unsigned', () => {
    const body = eventOf('payout.paid', { id: 'po_1' }, 'acct_1');
    const good = signed(body, secrets[0]!);
    const old = signed(body, secrets[0]!, new Date(at.getTime() - 301_000));
    for (const [text, signature] of [
      [body, signed(body, 'whsec_other')],
      [`${body} `, good],
      [body, old],
      [body, undefined],
      [body, ''],
      [body, 't=1,v1='],
    ] as const) {
      expect(rail.verifyWebhook(text, signature)).toMatchObject({ outcome: 'refused', code: 'signature-invalid' });
    }
  });

  it('of a paid invoice names our invoice and the exact amount', async () => {
    await rail.createInvoice(invoiceOrder);
    const invoice = double.control.payInvoice(double.control.invoices()[0]!.id);
    expect(rail.readEvent(eventOf('invoice.paid', invoice))).toMatchObject({
      kind: 'invoice-paid',
      externalId: invoice.id,
      invoiceId: invoiceOrder.invoiceId,
      amountMinor: 2_200_000n,
      currency: 'USD',
      paidAt: at,
    });
  });

  it('of a failed payout says why, and of a kind we do not know is told apart', () => {
    const failed = { id: 'po_1', failure_code: 'account_closed', failure_message: 'Closed.' };
    expect(rail.readEvent(eventOf('payout.failed', failed, 'acct_1'))).toMatchObject({
      kind: 'payout-failed',
      payoutId: 'po_1',
      code: 'account_closed',
    });
    expect(rail.readEvent(eventOf('planet.aligned', {}))).toMatchObject({ kind: 'other', type: 'planet.aligned' });
  });
});
