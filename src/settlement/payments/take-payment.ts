import { getAgreement, type OnDuePaid } from '../../agreements';
import { dayInZone } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { chargeLateInterest } from '../invoices/charge-late-interest';
import { creditedBy, creditsOf, type InvoiceCredit } from '../invoices/credit-invoice';
import { type Invoice, invoiceForPayment, lockInvoice, markPaid, receivedOf } from '../invoices/invoices.repository';
import { tellReceived } from '../invoices/tell-received';
import { post } from '../ledger/ledger';
import { receiptAllocated } from '../ledger/templates';
import { releasePaid } from '../statements/life/release-dispute';
import { numberOf } from '../statements/life/statement-disputes.repository';
import type { ProviderEvent } from './payment-rail';
import { type PaymentQuote, quotedOf, quoteForPayment } from './quotes.repository';
import { settleAtRate } from './settle-at-rate';

type InvoicePaid = Extract<ProviderEvent, { kind: 'invoice-paid' }>;

interface Taking {
  readonly at: Date;
  readonly onDuePaid: OnDuePaid;
}

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
  const receipt = await tx.one<{ id: string }>(
    `INSERT INTO receipts (platform_id, label_id, external_id, amount_minor, currency, received_at)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [invoice.platform_id, invoice.label_id, externalId, minor, currency, paidAt],
  );
  if (quote) await settleAtRate(tx, { invoice, quote, due: covered, minor, paidAt, at });
  await allocate(tx, { ...invoice, currency, amount_minor: minor }, receipt.id, at);
  // What waits for the disputes has been paid with the rest.
  await releasePaid(tx, { agreementId: invoice.agreement_id, sources: paidAllTheSame(payable), at });
  await markPaid(tx, invoice.id, { externalId, at: paidAt });
  await chargeLateInterest(tx, { invoice, minor: covered, paidAt, at });
  const told = { receiptId: receipt.id, minor, currency, isPaid: true, by: 'stripe-event' };
  await tellPaid(tx, invoice, { ...told, at, onDuePaid });
  return 'invoice paid';
}

interface Told extends Taking {
  readonly receiptId: string;
  readonly minor: bigint;
  readonly currency: string;
  /** False: a part of it. */
  readonly isPaid: boolean;
  /** The job that took it. */
  readonly by: string;
}

/** Tells both parties what came in; what waits for the invoice goes on once all of it is there. */
export async function tellPaid(
  tx: Tx,
  invoice: Invoice,
  { receiptId, minor, currency, isPaid, by, at, onDuePaid }: Told,
): Promise<void> {
  const payload = { receipt: receiptId, amount: String(minor), currency };
  await tellReceived(tx, invoice, { payload, isPaid, by, at });
  const { purpose, source } = invoice;
  if (isPaid && (purpose === 'back-fee' || purpose === 'advance')) {
    await onDuePaid.run(tx, { agreement: await getAgreement(tx, invoice.agreement_id), purpose, source, at });
  }
}

/** What the payment is for, held until the transaction ends; or why it is for nothing. */
async function payableFor(tx: Tx, paid: InvoicePaid): Promise<Payable | string> {
  const quote = await quoteForPayment(tx, paid);
  const invoice = quote
    ? await lockInvoice(tx, quote.invoice_id)
    : await invoiceForPayment(tx, { ...paid, invoiceId: paid.invoiceId ?? null });
  if (invoice === undefined) return 'invoice unknown';
  const credits = await creditsOf(tx, invoice.id);
  // A part may have come by bank transfer.
  const before = await receivedOf(tx, invoice.id);
  const due = invoice.amount_minor - creditedBy(credits) - before;
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

/** The receipt, or a part of it, is for the invoice: `invoice.amount_minor` in `invoice.currency`. */
export async function allocate(tx: Tx, invoice: Invoice, receiptId: string, at: Date): Promise<void> {
  await tx.run(
    `INSERT INTO receipt_allocations (receipt_id, invoice_id, agreement_id, label_id, platform_id, amount_minor)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [receiptId, invoice.id, invoice.agreement_id, invoice.label_id, invoice.platform_id, invoice.amount_minor],
  );
  const { time_zone } = await tx.one<{ time_zone: string }>('SELECT time_zone FROM agreements WHERE id = $1', [
    invoice.agreement_id,
  ]);
  await post(tx, {
    agreement: {
      id: invoice.agreement_id,
      labelId: invoice.label_id,
      platformId: invoice.platform_id,
      currency: invoice.currency,
    },
    kind: 'receipt-allocated',
    source: `${receiptId}/${invoice.id}`,
    effectiveOn: dayInZone(at, time_zone),
    at,
    legs: receiptAllocated(invoice.amount_minor),
  });
}
