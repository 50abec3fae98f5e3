import { seededRandom, shuffled } from '../../../src/sandbox/stripe/seeded-random';
import { DomainError } from '../../../src/platform/errors/domain-error';
import { receiveSigned } from '../simulator/money-commands';
import type { Bug } from '../simulator/mutants';
import type { Product } from '../simulator/product';
import { forgetJob, runJob, waitingJobs, type WaitingJob } from '../simulator/queue';
import { onACopy, seeBalanced } from './months-of-plays';
import { inLanes, makeInvoices, readyToPay, releasedPayouts } from './paid-invoices';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

type Told = readonly string[];

/** So many events come of one invoice that is paid and one payout that is sent, arrives, fails or is taken back. */
const eventsOfALife = 6.7;
const lanes = 8;
const minute = 60_000;

/** An event is worked on as often as it is delivered, and an invoice that is paid may be paid again: nobody looks at what came in for it. */
const twiceProcessed: Bug = {
  sql: 'ALTER TABLE receipts DROP CONSTRAINT receipts_external_id_key',
  tap: {
    answered: ({ text }, rows) => {
      if (text.includes('FROM stripe_events WHERE id = $1')) for (const row of rows) row['processed_at'] = null;
      if (text.includes('FROM invoices WHERE external_id = $2'))
        for (const row of rows) Object.assign(row, { state: 'open' });
      if (text.includes('FROM receipt_allocations WHERE invoice_id = $1')) for (const row of rows) row['minor'] = 0n;
    },
  },
};

/** Marked as done, and what it was about forgotten: of one that came before its time. */
const earlyForgotten: Bug = {
  tap: {
    changed: ({ text, values }) => ({
      text: text.includes(`state IN ('approved', 'unknown') AND first_attempt_at IS NOT NULL`)
        ? 'SELECT $1::text IS NULL AS open'
        : text,
      values,
    }),
  },
};

/**
 * T4: invoices are paid and payouts sent, arrive, come back and are taken back at the provider's double. What it announced of that is delivered once and in order to one copy of the world; to
 * another one 1 to 5 times each, shuffled, eight at a time, with forged ones between. Both come to the same. Then bugs are planted, and found.
 */
export const eventsInAnyOrder: ServiceTrial = {
  name: 'T4',
  about: 'the provider’s events come in any order, several times, and forged',
  unit: 'events',
  sizes: { brief: 500, usual: 500, full: 5_000 },
  run: async (product, { size, seed, say }: Order): Promise<Verdict> => {
    const found = new Found();
    const inOrder = await lives(product, { size, seed, isShuffled: false, found });
    const anyhow = await lives(product, { size, seed, isShuffled: true, found });
    found.same('the end', anyhow.end, inOrder.end);
    const bugs: Record<string, number> = {};
    const small = { size: 200, seed, isShuffled: true } as const;
    const right = await lives(product, { ...small, isShuffled: false, found });
    for (const [name, bug] of Object.entries({
      'a webhook processed twice': twiceProcessed,
      'an early one forgotten': earlyForgotten,
    })) {
      const ofBug = new Found();
      const { end } = await lives(product, { ...small, found: ofBug, bug });
      ofBug.same('the end', end, right.end);
      bugs[name] = ofBug.list.length;
      say(`${name}: ${ofBug.list[0]?.slice(0, 200) ?? 'not found'}`);
      if (ofBug.list.length === 0) found.add(`planted and not found: ${name}`);
    }
    const { end: _, ...figures } = anyhow;
    return { ...figures, bugs, found: found.list };
  },
};

interface Plan {
  readonly size: number;
  readonly seed: number;
  readonly isShuffled: boolean;
  readonly found: Found;
  readonly bug?: Bug;
}

interface Lived {
  readonly end: Told;
  readonly told: number;
  readonly delivered: number;
  readonly forged: number;
}

async function lives(product: Product, { size, seed, isShuffled, found, bug }: Plan): Promise<Lived> {
  const live = async (): Promise<Lived> => {
    await happens(product, Math.ceil(size / eventsOfALife));
    const events = product.stripe.control.events().map((event) => JSON.stringify(event));
    const random = seededRandom(seed);
    const copies = (event: string): string[] => Array.from({ length: 1 + Math.floor(random() * 5) }, () => event);
    const deliveries = isShuffled ? shuffled(events.flatMap(copies), random) : events;
    let forged = 0;
    await inLanes(deliveries, isShuffled ? lanes : 1, async (event) => {
      await receiveSigned(product, product.signed(event));
      if (random() < 0.2) forged += await forge(product, event, { random, found });
      if (random() < 0.5) await workOff(product, { random, isShuffled, found });
    });
    await comesToRest(product, { random, isShuffled, found });
    found.same('events kept', (await product.look('SELECT FROM stripe_events')).length, events.length);
    await seeBalanced(product, found);
    return { end: await endOf(product), told: events.length, delivered: deliveries.length, forged };
  };
  return onACopy(product, live, bug);
}

/** What happens at the provider, before anybody hears of it. */
async function happens(product: Product, count: number): Promise<void> {
  const { control, faults } = product.stripe;
  const account = await readyToPay(product);
  const open = await makeInvoices(product, count, 'issued');
  const payouts = await releasedPayouts(product, await makeInvoices(product, count, 'paid'), account);
  for (const [at, { id }] of open.entries()) {
    await runJob(product, { task: 'send-invoice', payload: { invoiceId: id } });
    const bill = control.invoices().find(({ metadata }) => metadata?.['invoice_id'] === id);
    control.payInvoice(bill!.id);
    // Some transfers are made, and their answer is lost: their arrival is told before we know of them.
    if (at % 7 === 3) faults.inject({ kind: 'timeout-after-work', path: '^/v1/transfers$', method: 'POST', times: 1 });
    await runJob(product, { task: 'send-payout', payload: { payoutId: payouts[at]! } }).catch(notSettled);
    bankMoves(product, at);
    if (at % 9 === 5) await takenBack(product, payouts[at]!);
    if (at % 25 === 11) {
      control.restrictAccount(account);
      control.onboardAccount(account);
    }
    product.clock.moveTo(new Date(product.clock.now().getTime() + minute));
  }
  control.runPayouts();
  control.arrivePayouts();
}

/** A transfer is on its way to the bank at once, and arrives or comes back; or it waits for the next one. */
function bankMoves({ stripe: { control } }: Product, at: number): void {
  if (at % 9 === 5) return;
  const [payout] = control.runPayouts();
  if (payout === undefined) return;
  if (at % 4 === 1) control.failPayout(payout.id);
  else control.arrivePayouts();
}

async function takenBack(product: Product, payoutId: string): Promise<void> {
  const transfer = product.stripe.control.transfers().find(({ metadata }) => metadata['payout_id'] === payoutId);
  await product.atTheProvider(`/v1/transfers/${transfer!.id}/reversals`, {});
}

/** Signed by somebody else or for another endpoint, too old, or changed: each is refused. Gives how many were sent. */
async function forge(
  product: Product,
  event: string,
  { random, found }: { random: () => number; found: Found },
): Promise<number> {
  const signed = product.signed(event);
  const old = product.signature(event, product.clock.now().getTime() - 6 * minute);
  const forgeries = [
    product.signed(event, 'whsec_other_endpoint'),
    { ...signed, signature: old },
    { ...signed, rawBody: Buffer.from(event.replace('"evt_', '"evt_forged')) },
    { ...signed, signature: signed.signature.replace('v1=', 'v0=') },
    { ...signed, signature: '' },
  ];
  const forgery = forgeries[Math.floor(random() * forgeries.length)]!;
  const outcome = await receiveSigned(product, forgery).then(
    () => 'taken',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
  if (outcome !== 'signature-invalid') found.add(`a forged event was ${outcome}`);
  return 1;
}

interface Working {
  readonly random: () => number;
  readonly isShuffled: boolean;
  readonly found: Found;
}

/** Some of what waits is done: in turn, or any of it, now and then by two workers at once. */
async function workOff(product: Product, { random, isShuffled, found }: Working): Promise<void> {
  const jobs = (await waitingJobs(product)).filter(({ task }) => task === 'stripe-event');
  const some = isShuffled ? shuffled(jobs, random).slice(0, 3) : jobs;
  for (const job of some) {
    const twice = isShuffled && random() < 0.2;
    const done = await Promise.all([work(product, job, found), ...(twice ? [work(product, job, found)] : [])]);
    if (done.every(Boolean)) await forgetJob(product, job);
  }
}

/** Everything that is left is done, also what waits for our own note of a transfer. */
async function comesToRest(product: Product, working: Working): Promise<void> {
  const { found } = working;
  for (let round = 0; round < 4; round += 1) {
    const jobs = await waitingJobs(product);
    const own = jobs.filter(({ task }) => task === 'send-payout');
    await inLanes(await unknownPayouts(product), 1, ({ id }) =>
      runJob(product, { task: 'send-payout', payload: { payoutId: id } }).catch(notSettled),
    );
    for (const job of own) await forgetJob(product, job);
    const events = jobs.filter(({ task }) => task === 'stripe-event');
    await inLanes(
      working.isShuffled ? shuffled(events, working.random) : events,
      working.isShuffled ? lanes : 1,
      async (job) => {
        if (await work(product, job, found)) await forgetJob(product, job);
      },
    );
  }
  const left = await product.look('SELECT FROM stripe_events WHERE processed_at IS NULL');
  if (left.length > 0) found.add(`${left.length} events were never worked on`);
}

const unknownPayouts = (product: Product): Promise<{ id: string }[]> =>
  product.look<{ id: string }>(`SELECT id FROM payouts WHERE state IN ('approved', 'unknown') ORDER BY id`);

/** Whether it is done. It may have to wait until a transfer is noted; nothing else keeps it. */
async function work(product: Product, job: WaitingJob, found: Found): Promise<boolean> {
  try {
    await runJob(product, job);
    return true;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!text.endsWith('later')) found.add(`${job.task} failed: ${text}`);
    return false;
  }
}

function notSettled(error: unknown): void {
  if (!(error instanceof Error && error.name === 'NotSettled')) throw error;
}

/** All that the money came to, without ids and instants, which are another each time. */
async function endOf(product: Product): Promise<Told> {
  const rows = await product.look<{ said: string }>(
    `SELECT format('%s is %s, %s receipts of %s', i.number, i.state, count(r.receipt_id), coalesce(sum(r.amount_minor), 0)) AS said
       FROM invoices i LEFT JOIN receipt_allocations r ON r.invoice_id = i.id WHERE i.number LIKE 'TRIAL-%' GROUP BY i.id
     UNION ALL
     SELECT format('payout of %s is %s, %s, %s, its invoice is %s', i.number, p.state, coalesce(p.problem, 'well'),
                   CASE WHEN p.reversed_at IS NULL THEN 'not taken back' ELSE 'taken back' END, CASE WHEN a.live THEN 'bound' ELSE 'free' END)
       FROM payouts p JOIN payout_allocations a ON a.payout_id = p.id JOIN invoices i ON i.id = a.invoice_id
     UNION ALL
     SELECT format('%s holds %s %s', account, sum(amount_minor), currency) FROM ledger_postings GROUP BY account, currency
     UNION ALL
     -- What was taken back may have arrived before, or not: it depends on what was told first, and comes to the same.
     SELECT format('%s: %s', CASE kind WHEN 'payout-unconfirmed' THEN 'payout-confirmed' ELSE kind END,
                   sum(CASE kind WHEN 'payout-unconfirmed' THEN -1 ELSE 1 END))
       FROM ledger_transactions GROUP BY CASE kind WHEN 'payout-unconfirmed' THEN 'payout-confirmed' ELSE kind END
     UNION ALL
     SELECT format('the account is able: %s', able) FROM payment_accounts
     UNION ALL
     SELECT format('%s events of %s', count(*), type) FROM stripe_events GROUP BY type`,
  );
  return rows.map(({ said }) => said).sort();
}
