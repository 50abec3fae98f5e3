import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { often, type Tx } from '../../platform/database/tx';
import { enqueue, enqueueLater } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { calendarDateOf, dayAfter, dayInZone, startOfDayInZone, type Terms } from '../../kernel';
import type { Books } from '../ledger/ledger';
import type { Invoice, Purpose } from './invoices.repository';
import { nextNumber } from './number-series';
import { type MakeUp, untaxed, wholeOf } from './papers/make-up';
import { insertPaper } from './papers/papers.repository';

export const watchInvoiceJob = 'watch-invoice';

export interface InvoiceOrder {
  /** Its currency is the invoice's. */
  readonly agreement: Books & { readonly timeZone: string };
  readonly purpose: Purpose;
  /** What is invoiced, once: the advance's id, the month. */
  readonly source: string;
  readonly minor: bigint;
  /** The value-added tax inside it. Absent: none. */
  readonly vatMinor?: bigint;
  /** Of what the amount is made. Absent: of itself, and the agreement names no VAT. */
  readonly madeUp?: MakeUp;
  /** The terms' exchange: an invoice that is paid at the rate of the day of payment stands in their currency, and is sent once it is quoted. */
  readonly exchange: Terms['exchange'];
  /** Days until it is due, by the terms. */
  readonly dueDays: number;
  readonly at: Date;
  readonly by: Actor | { readonly system: string; readonly organizationId: string };
}

/**
 * Issues an invoice to the platform in the label's name, under the next number of the label's own series, and sends it on its way.
 * The number is taken in the caller's transaction: rolled back with it, so the series has no gaps.
 */
export async function issueInvoice(tx: Tx, order: InvoiceOrder): Promise<Invoice> {
  const { agreement, purpose, at } = order;
  const invoice = await tx.asSystem(() => insertInvoice(tx, order));
  const details = { amount: String(invoice.amount_minor), currency: invoice.currency, purpose };
  await watchDueDay(tx, invoice, agreement.timeZone, at);
  if (invoice.pay_in === null)
    await enqueue(tx, 'send-invoice', { invoiceId: invoice.id }, `send-invoice ${invoice.id}`);
  await audit(tx, order.by, { action: 'invoice.issued', subjectId: invoice.id, details, at });
  await publish(tx, {
    to: [agreement.labelId, agreement.platformId],
    topic: 'invoice.issued',
    subjectId: invoice.id,
    payload: details,
    at,
  });
  return invoice;
}

/** Somebody looks on the day after it was due. */
async function watchDueDay(tx: Tx, { id, due_on }: Invoice, timeZone: string, now: Date): Promise<void> {
  const wake = startOfDayInZone(dayAfter(calendarDateOf(due_on), 1), timeZone);
  await enqueueLater(tx, watchInvoiceJob, { invoiceId: id }, { key: `${watchInvoiceJob} ${id}`, at: wake, now });
}

async function insertInvoice(tx: Tx, order: InvoiceOrder): Promise<Invoice> {
  const { agreement, purpose, source, minor, vatMinor = 0n, exchange, dueDays, at } = order;
  const today = dayInZone(at, agreement.timeZone);
  const isPaidAtRate = exchange?.rateOf === 'payment';
  const invoice = await tx.one<Invoice>(
    often(`INSERT INTO invoices (agreement_id, label_id, platform_id, purpose, source, number, amount_minor, currency, state, issued_at, due_on, vat_minor, pay_in, pay_rate_of)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'issued', $9, $10::date + $11::int, $12, $13, $14) RETURNING *`),
    [
      agreement.id,
      agreement.labelId,
      agreement.platformId,
      purpose,
      source,
      await nextNumber(tx, { labelId: agreement.labelId, kind: 'invoice', day: today }),
      minor,
      agreement.currency,
      at,
      today,
      dueDays,
      vatMinor,
      isPaidAtRate ? exchange.payIn : null,
      isPaidAtRate ? exchange.source : null,
    ],
  );
  await insertPaper(tx, invoice, { issuedOn: today, madeUp: order.madeUp ?? wholeOf(untaxed, minor) });
  return invoice;
}
