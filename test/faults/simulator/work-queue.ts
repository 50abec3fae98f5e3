import { dyingAt } from './deaths';
import { transfersOf } from './money-commands';
import { forgetJob, runJob, waitingJobs, type WaitingJob } from './queue';
import { learnClose } from './closing';
import type { ReferenceInvoice, ReferencePayout } from './reference';
import { Differs, type Simulation, textOf } from './simulation';

const providerFaults = [
  'timeout-before-work',
  'timeout-after-work',
  'reset-mid-body',
  'error-after-work',
  'stored-error',
  'stored-error-after-work',
  'rate-limited',
  'in-flight',
  'malformed',
] as const;

/** Takes any waiting job, not the oldest. Processes die over it, and the provider has its bad moments. */
export async function takeJob(simulation: Simulation): Promise<void> {
  const jobs = await waitingJobs(simulation.product);
  if (jobs.length === 0) return;
  const job = simulation.pick(jobs);
  const { faults } = simulation.product.stripe;
  const callsProvider = job.task === 'send-payout' || job.task === 'send-invoice';
  if (callsProvider && simulation.chance(0.4)) {
    const kind = simulation.pick(job.task === 'send-invoice' ? providerFaults.slice(0, 4) : providerFaults);
    const path = job.task === 'send-payout' ? '/v1/transfers$' : '/v1/invoice';
    faults.inject({ kind, method: 'POST', path, times: 1, delayMs: 3 });
    simulation.count(`provider: ${kind}`);
  }
  const dies = simulation.chance(0.25);
  const twice = !dies && simulation.chance(0.2);
  if (dies) await dying(simulation, job);
  else await (twice ? twiceAtOnce(simulation, job) : once(simulation, job));
  faults.clear();
}

async function once(simulation: Simulation, job: WaitingJob): Promise<void> {
  const ending = await runJob(simulation.product, job).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  await ended(simulation, job, ending);
}

/** Two workers have the same job, as after a lease that ran out. */
async function twiceAtOnce(simulation: Simulation, job: WaitingJob): Promise<void> {
  const endings = await Promise.allSettled([runJob(simulation.product, job), runJob(simulation.product, job)]);
  const failed = endings.find((ending) => ending.status === 'rejected');
  simulation.count(`twice at once: ${job.task}`);
  await ended(
    simulation,
    job,
    failed && { error: failed.reason as unknown },
    endings.some(({ status }) => status === 'fulfilled'),
  );
}

async function dying(simulation: Simulation, job: WaitingJob): Promise<void> {
  let failure: { error: unknown } | undefined;
  const died = await dyingAt(simulation, 25, () => runJob(simulation.product, job)).catch((error: unknown) => {
    failure = { error };
    return false;
  });
  if (!died) return ended(simulation, job, failure);
  if (await isDone(simulation, job)) await apply(simulation, job);
}

/** A job that failed waits on, and must have had a reason that is not ours; one that is done has done it. */
async function ended(
  simulation: Simulation,
  job: WaitingJob,
  failure: { readonly error: unknown } | undefined,
  oneWasDone = false,
): Promise<void> {
  if (failure !== undefined && !isExcused(simulation, job, failure.error))
    throw new Differs(`${job.task} failed: ${textOf(failure.error)}`, { cause: failure.error });
  simulation.count(`${job.task}${failure === undefined ? '' : ': again later'}`);
  if (failure === undefined) {
    await apply(simulation, job);
    return forgetJob(simulation.product, job);
  }
  if (oneWasDone || (await isDone(simulation, job))) await apply(simulation, job);
}

/** The provider may be out of reach; and what became of a transfer may be told before we know of the transfer. */
function isExcused(simulation: Simulation, job: WaitingJob, error: unknown): boolean {
  if (error instanceof Error && error.name === 'NotSettled') return true;
  const about = simulation.events.get(job.payload['eventId'] ?? '')?.about;
  if (about === undefined || about.kind === 'paid') return false;
  return arriving(simulation, about.payouts).some(({ state }) => state === 'approved');
}

const arriving = ({ reference }: Simulation, ids: readonly string[]): ReferencePayout[] =>
  reference.payouts.filter(({ id }) => ids.includes(id));

/** What a job that is done means for the books. */
async function apply(simulation: Simulation, { task, payload }: WaitingJob): Promise<void> {
  const { reference } = simulation;
  const ofAgreement = () =>
    reference.deals.find(({ place }) => simulation.worldDeal(place).agreementId === payload['agreementId'])!;
  switch (task) {
    case 'close-period':
      return learnClose(simulation.product, ofAgreement(), {
        agreementId: payload['agreementId']!,
        month: payload['month']!,
      });
    case 'post-dues':
      return ofAgreement().postDues();
    case 'send-invoice':
      return opened(await invoiceOf(simulation, payload['invoiceId']!));
    case 'send-payout':
      return transferred(simulation, payload['payoutId']!);
    default:
      return heard(simulation, payload['eventId']!);
  }
}

function opened(invoice: ReferenceInvoice): void {
  if (invoice.state === 'issued') invoice.state = 'open';
}

async function invoiceOf(simulation: Simulation, id: string): Promise<ReferenceInvoice> {
  const ids = await simulation.invoiceIds(simulation.reference.invoices);
  const invoice = simulation.reference.invoices[ids.indexOf(id)];
  if (invoice === undefined) throw new Differs(`nobody issued the invoice ${id}`);
  return invoice;
}

/** The transfer is looked for where it is made: at the provider. */
async function transferred(simulation: Simulation, id: string): Promise<void> {
  const { reference, product, restricted } = simulation;
  const payout = reference.payouts.find((one) => one.id === id);
  if (payout === undefined) throw new Differs(`nobody asked for the payout ${id}`);
  const transfers = transfersOf(simulation, payout);
  if (transfers.length > 1) throw new Differs(`the payout ${id} was transferred ${transfers.length} times`);
  if (transfers.length === 1) return reference.sent(payout);
  if (payout.state !== 'approved') return;
  // Refused for good, or not there after two days: the provider has none of it either way.
  const [failed] = await product.look<{ first_attempt_at: Date }>(
    `SELECT first_attempt_at FROM payouts WHERE id = $1 AND state = 'failed'`,
    [id],
  );
  if (failed === undefined) return;
  const hours = (product.clock.now().getTime() - failed.first_attempt_at.getTime()) / 3_600_000;
  if (!restricted && hours < 48) throw new Differs(`the payout ${id} failed, and nothing had refused it`);
  reference.ended(payout, 'failed');
}

function heard(simulation: Simulation, id: string): void {
  const about = simulation.events.get(id)?.about;
  if (about?.kind === 'paid') simulation.reference.received(about.invoice);
  if (about?.kind !== 'arrived') return;
  for (const payout of arriving(simulation, about.payouts)) simulation.reference.confirmed(payout);
}

/** Whether a job whose process died, or whose twin failed, is done: asked in the database. */
async function isDone({ product }: Simulation, { task, payload }: WaitingJob): Promise<boolean> {
  const question: Readonly<Record<string, readonly [string, string | undefined]>> = {
    'close-period': [`SELECT FROM operations WHERE id = $1 AND state = 'done'`, payload['operationId']],
    'send-invoice': [`SELECT FROM invoices WHERE id = $1 AND state <> 'issued'`, payload['invoiceId']],
    'send-payout': [
      `SELECT FROM payouts WHERE id = $1 AND state IN ('sent', 'confirmed', 'failed')`,
      payload['payoutId'],
    ],
    'stripe-event': ['SELECT FROM stripe_events WHERE id = $1 AND processed_at IS NOT NULL', payload['eventId']],
  };
  const [text, id] = question[task] ?? [];
  // Payments of fixed days are looked at as a whole: done again, at once, in peace.
  if (text === undefined) return runJob(product, { task, payload }).then(() => true);
  return (await product.look(text, [id])).length > 0;
}

/** A job after all faults are over. Only a provider that keeps answering an old order with its old error may still be in the way. */
export async function takeJobInPeace(simulation: Simulation, job: WaitingJob): Promise<void> {
  await once(simulation, job);
}
