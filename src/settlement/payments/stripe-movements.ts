import type Stripe from 'stripe';
import { minorFrom } from './minor-units';
import type { Movement, MovementSubject, Span } from './payment-rail';

/** Every balance transaction of our own account in the span, each with what it was for as far as Stripe ties it to something of ours. */
export async function balanceMovements(stripe: Stripe, { from, until }: Span): Promise<Movement[]> {
  const created = { gte: unixSeconds(from), lt: unixSeconds(until) };
  const found: Movement[] = [];
  for await (const one of stripe.balanceTransactions.list({ created, expand: ['data.source'], limit: 100 })) {
    found.push({
      id: one.id,
      type: one.type,
      at: new Date(one.created * 1000),
      amountMinor: minorFrom(one.amount),
      feeMinor: minorFrom(one.fee),
      currency: one.currency.toUpperCase(),
      subject: await subjectOf(stripe, one.source),
    });
  }
  return found;
}

/** Rounded up: Stripe's instants are whole seconds, and none of them may fall into two spans that meet. */
const unixSeconds = (at: Date): number => Math.ceil(at.getTime() / 1000);

async function subjectOf(
  stripe: Stripe,
  source: Stripe.BalanceTransaction['source'],
): Promise<MovementSubject | undefined> {
  if (source === null || typeof source === 'string') return undefined;
  if (source.object === 'charge') return invoiceOf(stripe, source);
  if (source.object === 'transfer') return payoutOf(source, 'payout');
  if (source.object !== 'transfer_reversal') return undefined;
  const { transfer } = source;
  const reversed = typeof transfer === 'string' ? await stripe.transfers.retrieve(transfer) : transfer;
  return payoutOf(reversed, 'payout-reversal');
}

/** A charge does not name its invoice; the payment that both share does. */
async function invoiceOf(
  stripe: Stripe,
  { payment_intent: intent }: Stripe.Charge,
): Promise<MovementSubject | undefined> {
  if (intent === null) return undefined;
  const payment = { type: 'payment_intent', payment_intent: typeof intent === 'string' ? intent : intent.id } as const;
  const { data } = await stripe.invoicePayments.list({ payment, limit: 1 });
  const [found] = data;
  if (found === undefined) return undefined;
  return { kind: 'invoice', id: typeof found.invoice === 'string' ? found.invoice : found.invoice.id };
}

function payoutOf({ metadata }: Stripe.Transfer, kind: MovementSubject['kind']): MovementSubject | undefined {
  const id = metadata.payout_id;
  return id === undefined ? undefined : { kind, id };
}
