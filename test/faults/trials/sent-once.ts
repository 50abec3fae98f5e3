import { setTimeout as wait } from 'node:timers/promises';
import type { RequestFaultKind } from '../../../src/sandbox/stripe';
import { seededRandom } from '../../../src/sandbox/stripe/seeded-random';
import { type PaymentRail, StripeRail } from '../../../src/settlement/payments';
import { SendPayout } from '../../../src/settlement/payouts/send-payout';
import { ReconcileMoney } from '../../../src/settlement/reconciliation/reconcile-money';
import { type Bug, mutants } from '../simulator/mutants';
import type { Product } from '../simulator/product';
import { orderAnew, type Provider, railWith } from '../simulator/rails';
import { onACopy, seeBalanced } from './months-of-plays';
import {
  askAndRelease,
  inLanes,
  type InvoiceAmount,
  makeInvoices,
  netOf,
  readyToPay,
  releasedPayouts,
} from './paid-invoices';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

/** Eleven things that can go wrong with an order or a look-up, each as likely as the next. */
const kinds: readonly RequestFaultKind[] = [
  'timeout-before-work',
  'timeout-after-work',
  'reset-mid-body',
  'error-after-work',
  'stored-error',
  'rate-limited',
  'in-flight',
  'malformed',
  'slow',
  'balance-insufficient',
  'account-restricted',
];
const faultRate = 0.3;

/** How long we wait for an answer here, and how much longer a slow one takes: 20 and 80 seconds, in small. */
const patienceMilliseconds = 120;
const slowMilliseconds = 180;

const minute = 60_000;
const hour = 60 * minute;
/** When what is still open is tried again, after the beginning: for five days, closest together where the provider is about to forget. */
const rounds = [
  ...[0, 1, 5, 30].map((minutes) => minutes * minute),
  ...[2, 5, 10, 16, 21, 22.9, 23.1, 24.1, 30, 47, 49, 60, 71, 73, 96, 120].map((hours) => hours * hour),
];
/** Half of the payouts are released in the course of the first day. */
const startingRounds = 9;
const lanes = 8;

interface Sent {
  /** By payout, when it was ordered, by the clock. */
  readonly orders: Map<string, number[]>;
}

/** The product's own rail with little patience, which notes each order. The movements that the books are compared with are waited for as usual. */
const noting =
  (product: Product, { orders }: Sent, inner: NonNullable<Bug['rail']> = (rail) => rail) =>
  (patient: PaymentRail, provider: Provider): PaymentRail => {
    const { hostname, port } = new URL(provider.url);
    const config = {
      stripeKey: provider.secretKey,
      webhookSecret: 'whsec_unused',
      endpoint: { protocol: 'http', host: hostname, port: Number(port) } as const,
    };
    const now = (): Date => product.clock.now();
    const rail = inner(new StripeRail({ config, now, timeoutMs: patienceMilliseconds }), provider);
    return railWith(rail, {
      transfer: (order) => {
        orders.set(order.payoutId, [...(orders.get(order.payoutId) ?? []), now().getTime()]);
        return rail.transfer(order);
      },
      movements: (span) => patient.movements(span),
    });
  };

/** What may be wrong with how payouts are sent, planted between the product and the provider. */
const planted: Readonly<Record<string, Bug>> = {
  'key not derived from the payout': { rail: (rail, provider) => railWith(rail, { transfer: anyKey(provider) }) },
  'unknown sent again without a look': { rail: mutants.find(({ name }) => name === 'blind retry')!.rail! },
  'sent again after the key is forgotten': {
    // The first attempt seems to have been just now, whenever it was.
    tap: {
      changed: ({ text, values }) => ({
        text: text.replace('SELECT * FROM payouts WHERE id = $1 FOR UPDATE', forgetful),
        values,
      }),
    },
  },
};

const forgetful = `SELECT p.*, CASE WHEN first_attempt_at IS NULL THEN NULL ELSE now() + interval '100 years' END AS first_attempt_at
  FROM payouts p WHERE id = $1 FOR UPDATE`;

let keys = 0;
/** Orders under another key each time, as if it were made of anything but the payout. */
const anyKey = (provider: Provider): PaymentRail['transfer'] =>
  orderAnew(provider, { key: () => `any-${(keys += 1)}`, patienceMilliseconds });

/**
 * T3: the provider does the work and then says nothing, or something else, at three of ten requests; whatever is open is tried again for five days. Each payout is transferred at most once, what
 * the product gave up was never transferred, nothing is ordered a day after its first order, and in the end every invoice is paid out. Then bugs are planted, and found.
 */
export const sentOnce: ServiceTrial = {
  name: 'T3',
  about: 'the provider does the work, then fails',
  unit: 'payouts',
  sizes: { brief: 1_000, usual: 1_000, full: 10_000 },
  run: async (product, { size, seed, say }: Order): Promise<Verdict> => {
    const found = new Found();
    const figures = await fiveDays(product, { size, seed, found });
    const bugs: Record<string, number> = {};
    for (const [name, bug] of Object.entries(planted)) {
      const ofBug = new Found();
      await fiveDays(product, { size: 100, seed, found: ofBug, bug, isEager: true });
      bugs[name] = ofBug.list.length;
      say(`${name}: ${ofBug.list[0] ?? 'not found'}`);
      if (ofBug.list.length === 0) found.add(`planted and not found: ${name}`);
    }
    return { ...figures, bugs, found: found.list };
  },
};

interface Plan {
  readonly size: number;
  readonly seed: number;
  readonly found: Found;
  /** Whatever failed is tried again at once, while the provider may still be at it, and more of its answers are slow, or fail for good. */
  readonly isEager?: boolean;
  readonly bug?: Bug;
}

async function fiveDays(product: Product, { size, seed, found, isEager = false, bug }: Plan): Promise<object> {
  const sent: Sent = { orders: new Map() };
  const days = async (): Promise<object> => {
    const random = seededRandom(seed);
    const began = product.clock.now().getTime();
    const account = await readyToPay(product);
    const invoices = await makeInvoices(product, size, 'paid');
    const ids = await releasedPayouts(product, invoices, account);
    const startsIn = new Map(
      ids.map((id) => [id, random() < 0.5 ? 0 : Math.floor(random() * startingRounds)] as const),
    );
    if (isEager) {
      const order = { path: '^/v1/transfers$', method: 'POST' as const, seed };
      product.stripe.faults.inject({ ...order, kind: 'slow', probability: 0.2, delayMs: slowMilliseconds });
      // What fails under its key for as long as the provider knows that: nothing else is open for more than a day.
      product.stripe.faults.inject({ ...order, kind: 'stored-error', probability: 0.1, seed: seed + 1 });
    }
    goWrong(product, seed);
    for (const [number, after] of rounds.entries()) {
      product.clock.moveTo(new Date(began + after));
      await tryAll(product, { random, again: isEager ? 1 : 0.25, isDue: (id) => (startsIn.get(id) ?? 0) <= number });
      await askAgain(product);
      // What the provider is still at ends before days go by.
      await wait(slowMilliseconds);
    }
    const { struck } = product.stripe.faults;
    const open = await states(product);
    await inPeace(product);
    await look(product, { invoices, sent, found });
    const orders = [...sent.orders.values()].reduce((sum, { length }) => sum + length, 0);
    return { orders, faults: struck, afterFiveDays: open, inTheEnd: await states(product) };
  };
  return onACopy(product, days, { ...bug, rail: noting(product, sent, bug?.rail) });
}

function goWrong({ stripe }: Product, seed: number): void {
  for (const [at, kind] of kinds.entries()) {
    const each = faultRate / kinds.length;
    // One after the other is drawn: of what the ones before have left.
    const probability = each / (1 - at * each);
    // Only an order can be refused for want of money.
    const method = kind === 'balance-insufficient' || kind === 'account-restricted' ? { method: 'POST' as const } : {};
    const delayMs = kind === 'slow' ? slowMilliseconds : 0;
    stripe.faults.inject({ kind, path: '^/v1/transfers$', probability, delayMs, seed: seed * 100 + at, ...method });
  }
}

/** Every open payout is tried; a tenth by two workers at once, and a fourth of what failed at once again. */
async function tryAll(
  product: Product,
  { random, again, isDue }: { random: () => number; again: number; isDue: (id: string) => boolean },
): Promise<void> {
  const open = await product.look<{ id: string }>(
    `SELECT id FROM payouts WHERE state IN ('approved', 'unknown') ORDER BY id`,
  );
  const send = (id: string): Promise<boolean> =>
    product
      .service(SendPayout)
      .execute({ payoutId: id })
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && error.name === 'NotSettled') return false;
          throw error;
        },
      );
  await inLanes(
    open.filter(({ id }) => isDue(id)),
    lanes,
    async ({ id }) => {
      const twice = random() < 0.1;
      const [done] = await Promise.all([send(id), ...(twice ? [send(id)] : [])]);
      if (!done && random() < again) await send(id);
    },
  );
}

/** What the provider refused, or never made, is asked for again by the label, and released by its second person. */
async function askAgain(product: Product): Promise<void> {
  const free = await product.look<{ id: string }>(
    `SELECT DISTINCT invoice_id AS id FROM payout_allocations a
      WHERE NOT EXISTS (SELECT FROM payout_allocations b WHERE b.invoice_id = a.invoice_id AND b.live) ORDER BY 1`,
  );
  await inLanes(free, lanes, ({ id }) => askAndRelease(product, id));
}

/** Nothing fails any more, and days go by until nothing is open. */
async function inPeace(product: Product): Promise<void> {
  product.stripe.faults.clear();
  for (let day = 0; day < 5; day += 1) {
    await tryAll(product, { random: () => 1, again: 0, isDue: () => true });
    await askAgain(product);
    product.clock.moveTo(new Date(product.clock.now().getTime() + 24 * hour));
  }
  await tryAll(product, { random: () => 1, again: 0, isDue: () => true });
}

const states = async (product: Product): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await product.look<{ state: string; count: number }>(
        'SELECT state, count(*)::int AS count FROM payouts GROUP BY state ORDER BY state',
      )
    ).map(({ state, count }) => [state, count]),
  );

interface Seen {
  readonly invoices: readonly InvoiceAmount[];
  readonly sent: Sent;
  readonly found: Found;
}

async function look(product: Product, { invoices, sent, found }: Seen): Promise<void> {
  const transfers = Map.groupBy(product.stripe.control.transfers(), ({ metadata }) => metadata['payout_id'] ?? '');
  const payouts = await product.look<{ id: string; invoice: string; state: string; net_minor: string }>(
    `SELECT p.id, a.invoice_id AS invoice, p.state, p.net_minor FROM payouts p JOIN payout_allocations a ON a.payout_id = p.id`,
  );
  for (const { id, state, net_minor } of payouts) {
    const amounts = (transfers.get(id) ?? []).map(({ amount }) => String(amount));
    if (amounts.length > 1) found.add(`a payout was transferred ${amounts.length} times`);
    if (state === 'failed' && amounts.length > 0) found.add('a payout was given up, and its transfer exists');
    if (state === 'sent' && amounts[0] !== net_minor)
      found.add(`${net_minor} were to be transferred, not ${amounts[0]}`);
    if (state !== 'sent' && state !== 'failed') found.add(`a payout is still ${state}`);
  }
  for (const [, times] of sent.orders) {
    if (times.some((at) => at - times[0]! >= 24 * hour))
      found.add('a payout was ordered again a day after its first order');
  }
  const paid = Map.groupBy(
    payouts.filter(({ state }) => state === 'sent'),
    ({ invoice }) => invoice,
  );
  const lost = invoices.filter(({ id }) => paid.get(id) === undefined).length;
  const doubled = [...paid.values()].filter(({ length }) => length > 1).length;
  if (lost > 0) found.add(`${lost} invoices were never paid out`);
  if (doubled > 0) found.add(`${doubled} invoices were paid out more than once`);
  await seeBooks(product, invoices, found);
}

/** The books say the same as the provider, to the last minor unit. */
async function seeBooks(product: Product, invoices: readonly InvoiceAmount[], found: Found): Promise<void> {
  await seeBalanced(product, found);
  const [books] = await product.look<{ sent: string; owed: string }>(
    `SELECT coalesce(-sum(amount_minor) FILTER (WHERE account = 'cash-in-transit'), 0)::text AS sent,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'payout-sent' AND account = 'label-payable'), 0)::text AS owed
       FROM ledger_postings p JOIN ledger_transactions t ON t.agreement_id = p.agreement_id AND t.id = p.transaction_id`,
  );
  const sum = (of: (invoice: InvoiceAmount) => bigint): string =>
    String(invoices.reduce((total, invoice) => total + of(invoice), 0n));
  found.same(
    'booked as sent',
    books!.sent,
    sum(({ gross }) => netOf(gross)),
  );
  found.same(
    'booked as owed no more',
    books!.owed,
    sum(({ gross }) => gross),
  );
  const until = new Date(product.clock.now().getTime() + 24 * hour);
  const from = new Date(until.getTime() - 30 * 24 * hour);
  const { differences } = await product.service(ReconcileMoney).execute({ from, until });
  // The money that was put there to begin with is nobody's invoice.
  found.same('differences with the provider', differences.length, 1);
}
