import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { type StripeDouble, startStripeDouble } from '../../src/sandbox/stripe';
import { stripeApiVersion } from '../../src/settlement/payments/stripe-client';
import { StripeRail } from '../../src/settlement/payments/stripe-rail';

/** What both sides are asked: our double, and Stripe's test mode where a key for it is given. */
interface FarSide {
  readonly rail: StripeRail;
  /** An account that can receive transfers; absent: there is none. */
  readonly account: string | undefined;
  /** Puts money on our balance that can be sent at once. */
  fund(minor: number): Promise<void>;
  close(): Promise<void>;
}

const webhookSecret = 'whsec_contract';
const testKey = process.env['ACCORDO_STRIPE_TEST_KEY'];
/** An account of that platform that has been onboarded by hand. */
const testAccount = process.env['ACCORDO_STRIPE_TEST_ACCOUNT'];

async function withDouble(): Promise<FarSide> {
  const secretKey = 'sk_test_contract';
  const double: StripeDouble = await startStripeDouble({ secretKey, webhookSecret, now: () => new Date() });
  const endpoint = { protocol: 'http', host: '127.0.0.1', port: double.port } as const;
  const config = { stripeKey: secretKey, webhookSecret, endpoint };
  const rail = new StripeRail({ config, now: () => new Date() });
  const opened = await rail.createAccount({ organizationId: randomUUID(), name: 'Able', country: 'DE' });
  return {
    rail,
    account: opened.outcome === 'done' ? opened.accountId : undefined,
    fund: (minor) => Promise.resolve(double.control.fund(minor, 'usd')),
    close: () => double.close(),
  };
}

function inTestMode(stripeKey: string): FarSide {
  if (!stripeKey.startsWith('sk_test_')) throw new Error('ACCORDO_STRIPE_TEST_KEY must be a key of the test mode');
  const stripe = new Stripe(stripeKey, { apiVersion: stripeApiVersion, telemetry: false });
  return {
    rail: new StripeRail({ config: { stripeKey, webhookSecret }, now: () => new Date() }),
    account: testAccount,
    fund: async (minor) =>
      void (await stripe.charges.create({ amount: minor, currency: 'usd', source: 'tok_bypassPending' })),
    close: () => Promise.resolve(),
  };
}

const farSides: [string, () => Promise<FarSide>][] = [['the double', withDouble]];
if (testKey !== undefined) farSides.push(['Stripe’s test mode', () => Promise.resolve(inTestMode(testKey))]);

describe.each(farSides)('the rail with %s', (_, open) => {
  let far: FarSide;
  beforeAll(async () => {
    far = await open();
  }, 30_000);
  afterAll(() => far?.close());

  const invoice = () => ({
    invoiceId: randomUUID(),
    number: `T-${randomUUID().slice(0, 18)}`,
    customer: { reference: `contract-${randomUUID()}`, name: 'Volna' },
    amountMinor: 12_345n,
    currency: 'USD',
    description: 'Contract of the rail',
    dueDays: 30,
  });

  it('makes an invoice once under our number, and takes a credit off it once', async () => {
    const order = invoice();
    const first = await far.rail.createInvoice(order);
    expect(first).toMatchObject({ outcome: 'done', externalId: expect.stringMatching(/^in_/) as string });
    expect(await far.rail.createInvoice(order)).toEqual(first);
    if (first.outcome !== 'done') return;
    const credit = { creditId: randomUUID(), externalId: first.externalId, amountMinor: 345n };
    const credited = await far.rail.creditInvoice(credit);
    expect(credited).toMatchObject({ outcome: 'done', creditNoteId: expect.stringMatching(/^cn_/) as string });
    expect(await far.rail.creditInvoice(credit)).toEqual(credited);
  }, 60_000);

  it('opens an account once, says how it stands and makes links to onboard it', async () => {
    const order = { organizationId: randomUUID(), name: 'Contract', country: 'DE' };
    const opened = await far.rail.createAccount(order);
    expect(await far.rail.createAccount(order)).toEqual(opened);
    if (opened.outcome !== 'done') throw new Error(JSON.stringify(opened));
    expect(await far.rail.accountState(opened.accountId)).toMatchObject({
      outcome: 'done',
      able: expect.any(Boolean) as boolean,
      missing: expect.any(Array) as string[],
    });
    const link = await far.rail.accountLink({
      ...{
        account: opened.accountId,
        returnUrl: 'https://label.example/back',
        refreshUrl: 'https://label.example/again',
      },
    });
    expect(link).toMatchObject({ outcome: 'done', url: expect.stringMatching(/^https:/) as string });
  }, 60_000);

  it('transfers once under the payout’s key, finds it, and refuses what is another order under that key', async () => {
    if (far.account === undefined) return;
    await far.fund(1_000);
    const order = { payoutId: randomUUID(), account: far.account, amountMinor: 100n, currency: 'USD' };
    expect(await far.rail.findTransfer(order)).toEqual({ outcome: 'done', transferId: undefined });
    const sent = await far.rail.transfer(order);
    expect(sent).toMatchObject({ outcome: 'done', transferId: expect.stringMatching(/^tr_/) as string });
    expect(await far.rail.transfer(order)).toEqual(sent);
    expect(await far.rail.findTransfer(order)).toEqual(sent);
    expect((await far.rail.transfer({ ...order, amountMinor: 101n })).outcome).toBe('unknown');
  }, 60_000);

  it('refuses for good what the balance does not reach for, and an account that is not there', async () => {
    const order = { payoutId: randomUUID(), amountMinor: 99_999_999_999n, currency: 'USD' };
    expect(await far.rail.transfer({ ...order, account: 'acct_nobody' })).toMatchObject({
      outcome: 'refused',
      retryable: false,
    });
    if (far.account === undefined) return;
    expect(await far.rail.transfer({ ...order, payoutId: randomUUID(), account: far.account })).toMatchObject({
      outcome: 'refused',
      code: 'balance_insufficient',
    });
  }, 60_000);
});

(testKey === undefined ? it.skip : it)('Stripe’s test mode is asked too where ACCORDO_STRIPE_TEST_KEY is set', () => {
  expect(farSides).toHaveLength(2);
});
