import type Stripe from 'stripe';
import { page, pagingParameters } from '../lists';
import type { Call, Route } from '../world';

/** Which payment paid which invoice: neither of them names the other. */
export const invoicePaymentRoutes: readonly Route[] = [
  { method: 'GET', path: '/v1/invoice_payments', parameters: [...pagingParameters, 'invoice', 'payment'], run: list },
];

function list({ world, owner, parameters, path }: Call): object {
  const intent = parameters.has('payment') ? parameters.branch('payment').text('payment_intent') : undefined;
  const invoice = parameters.text('invoice');
  const rows = world.store
    .list('charges', owner)
    .filter(({ metadata, payment_intent }) => metadata.invoice !== undefined && payment_intent !== null)
    .filter((charge) => intent === undefined || charge.payment_intent === intent)
    .filter(({ metadata }) => invoice === undefined || metadata.invoice === invoice)
    .map(paymentOf);
  return page(rows, parameters, path);
}

function paymentOf({ id, amount, created, currency, metadata, payment_intent }: Stripe.Charge): Stripe.InvoicePayment {
  return {
    id: id.replace('ch_', 'inpay_'),
    object: 'invoice_payment',
    amount_paid: amount,
    amount_requested: amount,
    created,
    currency,
    invoice: metadata.invoice ?? '',
    is_default: true,
    livemode: false,
    payment: { type: 'payment_intent', payment_intent: String(payment_intent) },
    status: 'paid',
    status_transitions: { canceled_at: null, paid_at: created },
  };
}
