import type { AccordoRequest } from '../../../src/platform/auth/allow';
import { Approvals } from '../../../src/platform/approvals/approvals';
import { WebhooksController } from '../../../src/settlement/payments/webhooks.controller';
import { RequestPayout } from '../../../src/settlement/payouts/request-payout';
import type { Person, Product, ProviderEvent } from './product';
import type { ReferenceInvoice, ReferencePayout } from './reference';
import { Differs, type KnownEvent, type Simulation } from './simulation';

/** The platform's bank pays an invoice that the provider has, also one that we do not know yet that it has. */
export async function pay(simulation: Simulation): Promise<void> {
  const open = simulation.product.stripe.control.invoices().filter(({ status }) => status === 'open');
  if (open.length === 0) return;
  simulation.product.stripe.control.payInvoice(simulation.pick(open).id);
  simulation.count('paid');
  await hearAll(simulation);
}

/** The provider pays out to the label's bank; the bank takes it, or returns what is under way. */
export async function bank(simulation: Simulation): Promise<void> {
  const { control } = simulation.product.stripe;
  const { underway } = simulation;
  const next = simulation.below(3);
  if (next === 0 || underway.length === 0) runPayouts(simulation);
  else if (next === 1) {
    control.arrivePayouts();
    simulation.over.push(...underway.splice(0));
  } else {
    const [returned] = underway.splice(simulation.below(underway.length), 1);
    control.failPayout(returned!.providerPayout);
    for (const payout of returned!.payouts) simulation.carried.delete(payout);
    simulation.over.push(returned!);
  }
  simulation.count('bank');
  await hearAll(simulation);
}

/** What the provider's payouts carry is told by its transfers: all that none has carried yet. */
export function runPayouts(simulation: Simulation): void {
  const { control } = simulation.product.stripe;
  const waiting = control.transfers().filter(({ metadata }) => !simulation.carried.has(metadata['payout_id'] ?? ''));
  for (const { id, currency } of control.runPayouts()) {
    const payouts = waiting.filter((transfer) => transfer.currency === currency).map(payoutOf);
    simulation.underway.push({ providerPayout: id, payouts });
    for (const payout of payouts) simulation.carried.add(payout);
  }
}

const payoutOf = ({ metadata }: { readonly metadata: Record<string, string> }): string => metadata['payout_id'] ?? '';

/** Events that the provider announced since, in the reference's words. */
export function hearAll(simulation: Simulation): Promise<void> {
  const { product, reference } = simulation;
  const carriages = [...simulation.underway, ...simulation.over];
  return simulation.hear(async ({ type, data: { object } }: ProviderEvent) => {
    if (type === 'invoice.paid') {
      const rows = await product.look<{ agreement: string; purpose: string; source: string }>(
        'SELECT agreement_id AS agreement, purpose, source FROM invoices WHERE id = $1',
        [object.metadata?.['invoice_id']],
      );
      const [row] = rows;
      const invoice = reference.invoices.find(
        (one) =>
          simulation.worldDeal(one.deal).agreementId === row?.agreement &&
          one.purpose === row.purpose &&
          one.source === row.source,
      );
      if (invoice === undefined) throw new Differs(`the provider has an invoice that nobody issued: ${object.id}`);
      return { kind: 'paid', invoice };
    }
    if (type !== 'payout.paid' && type !== 'payout.failed') return undefined;
    const carriage = carriages.find(({ providerPayout }) => providerPayout === object.id);
    return { kind: type === 'payout.paid' ? 'arrived' : 'returned', payouts: carriage?.payouts ?? [] };
  });
}

/** A webhook, as the provider sends it or as somebody else does: again, late, out of order, twice at once. */
export async function deliver(simulation: Simulation): Promise<void> {
  const events = [...simulation.events.values()];
  if (events.length === 0) return;
  const waiting = events.filter(({ delivered }) => !delivered);
  const event = simulation.pick(waiting.length > 0 && simulation.chance(0.8) ? waiting : events);
  if (simulation.chance(0.15))
    return simulation.refused('forged webhook', 'signature-invalid', () => receive(simulation, event, 'whsec_forged'));
  const copies = simulation.chance(0.3) ? 2 : 1;
  await simulation.accepted('webhook', () =>
    Promise.all(Array.from({ length: copies }, () => receive(simulation, event))),
  );
  event.delivered = true;
}

export const receive = ({ product }: Simulation, { payload }: KnownEvent, secret?: string): Promise<unknown> =>
  receiveSigned(product, product.signed(payload, secret));

/** Bytes and a signature, as they come over the network. */
export const receiveSigned = (
  product: Product,
  { rawBody, signature }: ReturnType<Product['signed']>,
): Promise<unknown> => {
  const request = { rawBody, headers: { 'stripe-signature': signature } } as unknown as AccordoRequest;
  return product.service(WebhooksController).receive(request);
};

/** Asks for invoices to be paid out: such as are payable and others, once or twice at once. */
export async function askForPayout(simulation: Simulation): Promise<void> {
  const { reference } = simulation;
  if (simulation.account === undefined) return;
  const payable = reference.invoices.filter((invoice) => reference.isPayable([invoice]));
  const from = payable.length > 0 && simulation.chance(0.8) ? payable : reference.invoices;
  const chosen = [...new Set([simulation.pick(from), ...(simulation.chance(0.4) ? [simulation.pick(from)] : [])])];
  const invoiceIds = await simulation.invoiceIds(chosen);
  const ask = () =>
    simulation.product.as('label', (tx, actor) =>
      simulation.product.service(RequestPayout).execute(tx, actor, { invoiceIds }),
    );
  if (!reference.isPayable(chosen)) return simulation.refused('payout', 'invoice-not-payable', ask);
  const payout = await (simulation.chance(0.5)
    ? simulation.accepted('payout', ask)
    : simulation.onceOfTwo('payout', 'invoice-not-payable', ask));
  planned(simulation, payout, chosen);
}

interface Planned {
  readonly id: string;
  readonly gross_minor: bigint;
  readonly commission_minor: bigint;
}

function planned(simulation: Simulation, payout: Planned, chosen: readonly ReferenceInvoice[]): void {
  simulation.reference.planned(payout.id, chosen);
  const { gross, commission } = simulation.reference.payouts.at(-1)!;
  if (gross !== payout.gross_minor || commission !== payout.commission_minor)
    throw new Differs(
      `a payout of ${gross} with ${commission} commission is ${payout.gross_minor} with ${payout.commission_minor}`,
    );
}

/** Somebody decides: the second person, or the one who asked; once, or twice at once. */
export async function decide(simulation: Simulation): Promise<void> {
  const { payouts } = simulation.reference;
  if (payouts.length === 0) return;
  const open = payouts.filter(({ state }) => state === 'planned');
  const payout = simulation.pick(open.length > 0 && simulation.chance(0.85) ? open : payouts);
  const decision = simulation.chance(0.9) ? 'approved' : 'rejected';
  const person: Person = simulation.chance(0.8) ? 'colleague' : 'label';
  const [approval] = await simulation.product.look<{ id: string }>(
    `SELECT id FROM approvals WHERE action = 'payout.release' AND subject_id = $1`,
    [payout.id],
  );
  const ask = () =>
    simulation.product.as(person, (tx, actor) =>
      simulation.product.service(Approvals).decide(tx, actor, approval!.id, decision),
    );
  if (payout.state !== 'planned') return simulation.refused('decision', 'approval-decided', ask);
  if (person === 'label') return simulation.refused('decision', 'approval-needs-second-person', ask);
  await (simulation.chance(0.7)
    ? simulation.accepted('decision', ask)
    : simulation.onceOfTwo('decision', 'approval-decided', ask));
  if (decision === 'rejected') simulation.reference.ended(payout, 'rejected');
  else payout.state = 'approved';
}

/** Late in a seed the provider closes the label's account to further transfers: it says so, definitely, each time. */
export function restrict(simulation: Simulation): Promise<void> {
  if (simulation.late && !simulation.restricted) {
    simulation.product.stripe.control.restrictAccount(simulation.account!);
    simulation.restricted = true;
    simulation.count('account restricted');
  }
  return Promise.resolve();
}

/** What the provider has for a payout. */
export const transfersOf = (simulation: Simulation, { id }: ReferencePayout): number[] =>
  simulation.product.stripe.control
    .transfers()
    .filter(({ metadata }) => metadata['payout_id'] === id)
    .map(({ amount }) => amount);
