import type { CalendarDate } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { uuidKey } from '../../platform/http/paging';
import type { Invoice } from '../invoices/invoices.repository';
import type { UsableRate } from '../rates/rate-uses.repository';

/** What an invoice that is paid in another currency comes to on a day. */
export interface PaymentQuote {
  readonly id: string;
  readonly invoice_id: string;
  readonly agreement_id: string;
  /** 1, 2, 3 of the invoice. */
  readonly number: number;
  readonly day: CalendarDate;
  readonly rate: UsableRate;
  readonly amount_minor: bigint;
  /** The value-added tax inside it. */
  readonly vat_minor: bigint;
  readonly currency: string;
  /** What was open of the invoice then, in its own currency; null: all of it. */
  readonly due_minor: bigint | null;
  readonly asked_at: Date;
  /** The provider's invoice. */
  readonly external_id: string | null;
  /** `withdrawn`: another one has taken its place, or nothing of its day can be on its way any more. */
  readonly ended: 'withdrawn' | 'paid' | null;
}

export const findQuote = (tx: Tx, id: string): Promise<PaymentQuote | undefined> =>
  tx.first<PaymentQuote>('SELECT * FROM payment_quotes WHERE id = $1', [id]);

export const quotesOf = (tx: Tx, invoiceId: string): Promise<PaymentQuote[]> =>
  tx.rows<PaymentQuote>('SELECT * FROM payment_quotes WHERE invoice_id = $1 ORDER BY number', [invoiceId]);

/** What of the invoice it is about, in the invoice's currency. */
export const quotedOf = ({ due_minor }: PaymentQuote, { amount_minor }: Pick<Invoice, 'amount_minor'>): bigint =>
  due_minor ?? amount_minor;

/** The quote that the provider's message is about: by our id where it carries one, else by the provider's. */
export const quoteForPayment = (
  tx: Tx,
  { invoiceId, externalId }: { readonly invoiceId: string | undefined; readonly externalId: string },
): Promise<PaymentQuote | undefined> =>
  tx.first<PaymentQuote>('SELECT * FROM payment_quotes WHERE external_id = $2 OR id = $1::uuid', [
    uuidKey.test(invoiceId ?? '') ? invoiceId! : null,
    externalId,
  ]);

type NewQuote = Pick<
  PaymentQuote,
  'day' | 'rate' | 'amount_minor' | 'vat_minor' | 'currency' | 'due_minor' | 'asked_at'
> & {
  readonly askedBy: string;
};

/** The caller holds the invoice, so that numbers have no gaps. */
export const insertQuote = (tx: Tx, invoice: Invoice, quote: NewQuote): Promise<PaymentQuote> =>
  tx.one<PaymentQuote>(
    `INSERT INTO payment_quotes (invoice_id, agreement_id, label_id, platform_id, number, day, rate, amount_minor, vat_minor, currency, asked_by, asked_at, due_minor)
     SELECT $1, $2, $3, $4, coalesce(max(number), 0) + 1, $5, $6, $7, $8, $9, $10, $11, $12 FROM payment_quotes WHERE invoice_id = $1 RETURNING *`,
    [
      ...[invoice.id, invoice.agreement_id, invoice.label_id, invoice.platform_id],
      ...[quote.day, JSON.stringify(quote.rate), quote.amount_minor, quote.vat_minor, quote.currency],
      ...[quote.askedBy, quote.asked_at, quote.due_minor],
    ],
  );

export const noteQuoteSent = (tx: Tx, id: string, externalId: string): Promise<number> =>
  tx.run('UPDATE payment_quotes SET external_id = $2 WHERE id = $1 AND external_id IS NULL', [id, externalId]);

/** Ends it, once; a payment ends even one that was withdrawn, for the money is there. */
export const endQuote = (tx: Tx, id: string, ended: 'withdrawn' | 'paid', at: Date): Promise<number> =>
  tx.run(
    `UPDATE payment_quotes SET ended = $2, ended_at = $3 WHERE id = $1 AND (ended IS NULL OR ($2 = 'paid' AND ended <> 'paid'))`,
    [id, ended, at],
  );
