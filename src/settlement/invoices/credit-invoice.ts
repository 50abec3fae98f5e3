import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { enqueue, type JobPayload } from '../../platform/jobs/jobs';
import { finalEnding } from '../payments/not-settled';
import { Payments } from '../payments/payments';
import { endQuoteJob } from '../payments/quote-payment';
import { quotesOf } from '../payments/quotes.repository';
import { findInvoice, type Invoice, markPaid, receivedOf } from './invoices.repository';
import { nextNumber } from './number-series';
import { tellReceived } from './tell-received';

/** What was taken off an invoice that is not paid. */
export interface InvoiceCredit {
  readonly id: string;
  readonly invoice_id: string;
  readonly agreement_id: string;
  /** What for: the dispute, by the name under which it is booked. */
  readonly source: string;
  readonly amount_minor: bigint;
  /** The value-added tax inside it. */
  readonly vat_minor: bigint;
  /** Of what it is made: base − withheld + VAT. Null of one that is older than what is kept of that. */
  readonly base_minor: bigint | null;
  readonly withheld_minor: bigint | null;
  /** "CRN-2026-000001": in the label's series of credit notes, without gaps. */
  readonly number: string;
  /** In the agreement's time zone. */
  readonly credited_on: string;
  readonly credited_at: Date;
}

/** Oldest first. */
export const creditsOf = (tx: Tx, invoiceId: string): Promise<InvoiceCredit[]> =>
  tx.rows<InvoiceCredit>(
    'SELECT id, invoice_id, agreement_id, source, amount_minor, vat_minor, base_minor, withheld_minor, number, credited_on, credited_at FROM invoice_credits WHERE invoice_id = $1 ORDER BY number',
    [invoiceId],
  );

export const creditedBy = (credits: readonly InvoiceCredit[]): bigint =>
  credits.reduce((sum, { amount_minor }) => sum + amount_minor, 0n);

interface NewCredit {
  readonly source: string;
  /** Above nothing. */
  readonly minor: bigint;
  readonly vatMinor: bigint;
  /** The tax that the platform would have kept back of it, at the label's cost. */
  readonly withheldMinor: bigint;
  /** In the agreement's time zone: the day of the credit note. */
  readonly on: string;
  readonly at: Date;
}

/**
 * Takes something off an unpaid invoice by the next credit note of the label's series, and lets the provider know. The invoice itself never changes; what it was quoted at before can be
 * paid no more. The database refuses what would take off more than it asks for. System code alone.
 */
export async function creditInvoice(
  tx: Tx,
  invoice: Invoice,
  { source, minor, vatMinor, withheldMinor, on, at }: NewCredit,
): Promise<void> {
  const number = await nextNumber(tx, { labelId: invoice.label_id, kind: 'credit-note', day: on });
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO invoice_credits
       (invoice_id, agreement_id, label_id, platform_id, source, amount_minor, vat_minor, base_minor, withheld_minor, number, credited_on, credited_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
    [
      ...[invoice.id, invoice.agreement_id, invoice.label_id, invoice.platform_id, source, minor, vatMinor],
      ...[minor - vatMinor + withheldMinor, withheldMinor, number, on, at],
    ],
  );
  await enqueueCredit(tx, id);
  for (const quote of await quotesOf(tx, invoice.id)) {
    if (quote.ended === null)
      await enqueue(tx, endQuoteJob, { quoteId: quote.id }, `${endQuoteJob} ${quote.id} of more`);
  }
  // What is left may have come in by bank before: then nothing is open any more.
  const received = await receivedOf(tx, invoice.id);
  const taken = creditedBy(await creditsOf(tx, invoice.id));
  if (received === 0n || received + taken !== invoice.amount_minor) return;
  await markPaid(tx, invoice.id, { externalId: invoice.external_id, at });
  const payload = { credit: id, amount: '0', currency: invoice.currency };
  await tellReceived(tx, invoice, { payload, isPaid: true, by: 'credit-invoice', at });
}

const enqueueCredit = (tx: Tx, creditId: string): Promise<void> =>
  enqueue(tx, 'credit-invoice', { creditId }, `credit-invoice ${creditId}`);

/** Credits that came before the provider had their invoice wait for it. */
export async function sendCredits(tx: Tx, invoiceId: string): Promise<void> {
  for (const { id } of await creditsOf(tx, invoiceId)) await enqueueCredit(tx, id);
}

/**
 * Has the provider ask for less by a credit note, also where the rest came in by bank and nothing is open any more in our books. Refused where the payer was faster there: then the whole
 * invoice comes in, and what was held for the dispute is released by it.
 */
@Injectable()
export class CreditInvoice {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly payments: Payments,
  ) {}

  async execute({ creditId = '' }: JobPayload): Promise<void> {
    const { rail } = this.payments;
    const found = await this.database.asSystem((tx) => creditWithInvoice(tx, creditId), 'read');
    if (rail === undefined || found === undefined) return;
    const { credit, invoice } = found;
    const { external_id: externalId } = invoice;
    // What is paid at the rate of a day is asked for by quotes, which end by themselves.
    if (externalId === null || invoice.pay_in !== null) return;
    const order = { creditId, externalId, amountMinor: credit.amount_minor };
    const ending = finalEnding(`credit ${creditId}`, await rail.creditInvoice(order));
    const [action, details] =
      ending.outcome === 'done'
        ? ['invoice.credited', { creditNote: ending.creditNoteId }]
        : ['invoice.credit-refused', { code: ending.code }];
    const by = { system: 'credit-invoice', organizationId: invoice.label_id };
    const at = this.clock.now();
    await this.database.asSystem((tx) => audit(tx, by, { action, subjectId: invoice.id, details, at }));
  }
}

async function creditWithInvoice(tx: Tx, id: string): Promise<{ credit: InvoiceCredit; invoice: Invoice } | undefined> {
  const credit = await tx.first<InvoiceCredit>('SELECT * FROM invoice_credits WHERE id = $1', [id]);
  return credit && { credit, invoice: (await findInvoice(tx, credit.invoice_id))! };
}
