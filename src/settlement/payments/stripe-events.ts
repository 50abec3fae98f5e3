import type Stripe from 'stripe';
import { minorFrom } from './minor-units';
import type { ProviderEvent } from './payment-rail';

/** Reads the fields we act on. The payload's signature was checked; its shape is checked here. */
export function providerEvent(event: Stripe.Event): ProviderEvent {
  const common = {
    id: event.id,
    type: event.type,
    account: event.account,
    createdAt: instant(event.created),
  };
  switch (event.type) {
    case 'invoice.paid':
      return { ...common, ...paidInvoice(event.data.object, event.created) };
    case 'payout.paid':
      return { ...common, kind: 'payout-paid', payoutId: event.data.object.id };
    case 'payout.failed': {
      const { id, failure_code: code, failure_message: message } = event.data.object;
      return {
        ...common,
        kind: 'payout-failed',
        payoutId: id,
        code: code ?? 'unknown',
        message: message ?? 'no reason given',
      };
    }
    case 'transfer.reversed': {
      const { id, metadata, amount, amount_reversed: reversed } = event.data.object;
      return {
        ...common,
        kind: 'transfer-reversed',
        transferId: id,
        payoutId: metadata.payout_id,
        amountMinor: minorFrom(amount),
        reversedMinor: minorFrom(reversed),
      };
    }
    case 'account.updated':
      return { ...common, kind: 'account-updated', accountId: event.data.object.id };
    default:
      return { ...common, kind: 'other' };
  }
}

function paidInvoice(invoice: Stripe.Invoice, eventCreated: number) {
  return {
    kind: 'invoice-paid' as const,
    externalId: invoice.id,
    invoiceId: invoice.metadata?.invoice_id,
    amountMinor: minorFrom(invoice.amount_paid),
    currency: invoice.currency.toUpperCase(),
    paidAt: instant(invoice.status_transitions.paid_at ?? eventCreated),
  };
}

function instant(unixSeconds: number): Date {
  return new Date(unixSeconds * 1000);
}
