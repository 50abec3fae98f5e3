import type { Terms } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { uuidKey } from '../../platform/http/paging';

export const purposes = ['advance', 'guarantee', 'minimum-fee', 'back-fee', 'royalties', 'late-interest'] as const;
export type Purpose = (typeof purposes)[number];

/** An invoice in the label's name. `issued`: in the books; `open`: with the provider for collection; `paid`: money received. */
export interface Invoice {
  readonly id: string;
  readonly agreement_id: string;
  readonly label_id: string;
  readonly platform_id: string;
  readonly purpose: Purpose;
  readonly source: string;
  readonly number: string;
  readonly amount_minor: bigint;
  /** The value-added tax inside it. */
  readonly vat_minor: bigint;
  readonly currency: string;
  /** In which other currency it is paid, at the rate of the day of payment, and whose rate that is; null: as it stands. */
  readonly pay_in: string | null;
  readonly pay_rate_of: NonNullable<Terms['exchange']>['source'] | null;
  readonly state: 'issued' | 'open' | 'paid';
  readonly issued_at: Date;
  readonly due_on: string;
  readonly external_id: string | null;
  /** When it was first handed to the provider, whether that has answered or not: from then on it may have it. */
  readonly send_attempted_at: Date | null;
  readonly paid_at: Date | null;
}

export type InvoiceWithCredits = Invoice & { readonly credited_minor: bigint; readonly credited_vat_minor: bigint };

const creditedOf = (column: string): string =>
  `(SELECT coalesce(sum(c.${column}), 0)::bigint FROM invoice_credits c WHERE c.invoice_id = i.id)`;

/** In SQL: what was taken off invoice `i`, and the value-added tax inside that. */
export const credited = creditedOf('amount_minor');
export const creditedVat = creditedOf('vat_minor');

/** In SQL: what is still to be paid of invoice `i`, which is not paid yet. What is paid at the rate of a day comes in whole, so that its other currency is never taken off. */
export const openOfInvoice = `(i.amount_minor - ${credited}
  - (SELECT coalesce(sum(r.amount_minor), 0)::bigint FROM receipt_allocations r WHERE r.invoice_id = i.id))`;

const withCredits = `SELECT i.*, ${credited} AS credited_minor, ${creditedVat} AS credited_vat_minor FROM invoices i`;

export const findInvoice = (tx: Tx, id: string): Promise<InvoiceWithCredits | undefined> =>
  tx.first<InvoiceWithCredits>(`${withCredits} WHERE id = $1`, [id]);

/** As findInvoice, and nobody else decides on its payment until the transaction ends. */
export async function lockInvoice(tx: Tx, id: string): Promise<InvoiceWithCredits | undefined> {
  // Who may see it may hold it; only the system may write it.
  if ((await findInvoice(tx, id)) === undefined) return undefined;
  await tx.asSystem(() => tx.one('SELECT FROM invoices WHERE id = $1 FOR NO KEY UPDATE', [id]));
  return findInvoice(tx, id);
}

export const listInvoices = (
  tx: Tx,
  limit: number,
  after: readonly string[] | undefined,
): Promise<InvoiceWithCredits[]> =>
  tx.rows<InvoiceWithCredits>(
    `${withCredits} WHERE $2::timestamptz IS NULL OR (issued_at, id) > ($2, $3::uuid) ORDER BY issued_at, id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

export const royaltiesInvoice = (tx: Tx, agreementId: string, source: string): Promise<Invoice | undefined> =>
  tx.first<Invoice>(
    `SELECT * FROM invoices WHERE agreement_id = $1 AND purpose = 'royalties' AND source = $2 FOR NO KEY UPDATE`,
    [agreementId, source],
  );

/** The invoice that the provider's message is about: by our id where it carries one, else by the provider's. */
export const invoiceForPayment = (
  tx: Tx,
  { invoiceId, externalId }: { invoiceId: string | null; externalId: string },
): Promise<Invoice | undefined> =>
  tx.first<Invoice>(
    'SELECT * FROM invoices WHERE external_id = $2 OR (id = $1::uuid AND external_id IS NULL) FOR NO KEY UPDATE',
    // The provider's metadata is free text.
    [uuidKey.test(invoiceId ?? '') ? invoiceId : null, externalId],
  );

/** It is about to be handed to the provider. */
export const noteAttempt = (tx: Tx, id: string, at: Date): Promise<number> =>
  tx.run('UPDATE invoices SET send_attempted_at = $2 WHERE id = $1 AND send_attempted_at IS NULL', [id, at]);

/** The provider has it. A payment that was faster than our own note of this stays. Undefined: it was noted before. */
export const markOpen = (
  tx: Tx,
  id: string,
  externalId: string,
): Promise<{ readonly state: Invoice['state'] } | undefined> =>
  tx.first(
    `UPDATE invoices SET state = CASE state WHEN 'issued' THEN 'open' ELSE state END, external_id = $2
      WHERE id = $1 AND external_id IS NULL RETURNING state`,
    [id, externalId],
  );

export const markPaid = (
  tx: Tx,
  id: string,
  { externalId, at }: { externalId: string | null; at: Date },
): Promise<number> =>
  tx.run(`UPDATE invoices SET state = 'paid', external_id = $2, paid_at = $3 WHERE id = $1`, [id, externalId, at]);

/** What has come in for an invoice. */
export async function receivedOf(tx: Tx, invoiceId: string): Promise<bigint> {
  const { minor } = await tx.one<{ minor: bigint }>(
    'SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM receipt_allocations WHERE invoice_id = $1',
    [invoiceId],
  );
  return minor;
}
