import type { Tx } from '../../platform/database/tx';
import { chargeLateInterest } from '../invoices/charge-late-interest';
import type { InvoiceCredit } from '../invoices/credit-invoice';
import { type Invoice, invoiceForPayment, lockInvoice, markPaid } from '../invoices/invoices.repository';
import { releasePaid } from '../statements/life/release-dispute';
import { numberOf } from '../statements/life/statement-disputes.repository';
import type { ProviderEvent } from './payment-rail';
import { type PaymentQuote, quotedOf, quoteForPayment } from './quotes.repository';
import { allocate, insertReceipt, openOf, type Taking, tellPaid } from './receive-payment';
import { settleAtRate } from './settle-at-rate';
import type { UnfitPayment } from './unfit-payments';

type InvoicePaid = Extract<ProviderEvent, { kind: 'invoice-paid' }>;

/** What a payment is for. */
interface Payable {
  readonly invoice: Invoice;
  /** Where it is paid in another currency: what was asked for on a day. */
  readonly quote: PaymentQuote | undefined;
  /** What is open of the invoice, in its own currency. */
  readonly due: bigint;
  /** What came in for it, in the same: more than is open where the payer was faster than the credit note. */
  readonly covered: bigint;
  readonly credits: readonly InvoiceCredit[];
}

/**
 * The platform has paid an invoice: a receipt, its allocation, the posting, the invoice's new state and what waits for it, together
 * and once. Returns what came of it. A payment that fits no invoice, or not its amount, is kept as an event for a person to look at.
 */
export async function takePayment(tx: Tx, paid: InvoicePaid, { at, onDuePaid }: Taking): Promise<string> {
  const payable = await payableFor(tx, paid);
  if (typeof payable === 'string') return payable;
  const { invoice, quote, covered } = payable;
  const { externalId, amountMinor: minor, currency, paidAt } = paid;
  const receiptId = await insertReceipt(tx, invoice, { externalId, minor, currency, paidAt });
  if (quote) await settleAtRate(tx, { invoice, quote, due: covered, minor, paidAt, at });
  await allocate(tx, { ...invoice, currency, amount_minor: minor }, receiptId, at);
  // What waits for the disputes has been paid with the rest.
  await releasePaid(tx, { agreementId: invoice.agreement_id, sources: paidAllTheSame(payable), at });
  await markPaid(tx, invoice.id, { externalId, at: paidAt });
  await chargeLateInterest(tx, { invoice, minor: covered, paidAt, at });
  const told = { receiptId, minor, currency, isPaid: true, by: 'stripe-event' };
  await tellPaid(tx, invoice, { ...told, at, onDuePaid });
  return 'invoice paid';
}

type ForNothing = UnfitPayment | 'quote withdrawn' | 'invoice credited in full';

/** What the payment is for, held until the transaction ends; or why it is for nothing. */
async function payableFor(tx: Tx, paid: InvoicePaid): Promise<Payable | ForNothing> {
  const quote = await quoteForPayment(tx, paid);
  const invoice = quote
    ? await lockInvoice(tx, quote.invoice_id)
    : await invoiceForPayment(tx, { ...paid, invoiceId: paid.invoiceId ?? null });
  if (invoice === undefined) return 'invoice unknown';
  // A part may have come by bank transfer.
  const { credits, before, open: due } = await openOf(tx, invoice);
  if (paid.amountMinor === 0n && quote) return 'quote withdrawn';
  if (isTakenOff(paid, invoice, due)) return 'invoice credited in full';
  if (invoice.state === 'paid') return 'invoice already paid';
  const { currency } = quote ?? invoice;
  const amounts = quote ? [quote.amount_minor] : [due, ...(before === 0n ? [invoice.amount_minor] : [])];
  if (currency !== paid.currency || !amounts.includes(paid.amountMinor)) return 'amount differs';
  const covered = quote ? quotedOf(quote, invoice) : paid.amountMinor;
  return { invoice, quote, due, covered, credits };
}

/** All of it was taken off at the provider, whatever has become of it here since: that is no payment. */
const isTakenOff = ({ amountMinor }: InvoicePaid, { state }: Invoice, due: bigint): boolean =>
  amountMinor === 0n && (state === 'paid' || due === 0n);

/** For what the credits were that the payment does not know: the latest ones. */
function paidAllTheSame({ due, covered, credits }: Payable): string[] {
  const latest = credits.toSorted((a, b) => numberOf(b.source) - numberOf(a.source));
  let open = due;
  return latest.flatMap(({ source, amount_minor }) => {
    if (open >= covered) return [];
    open += amount_minor;
    return [source];
  });
}
