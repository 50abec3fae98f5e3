import type { Tx } from '../../../platform/database/tx';
import { type Invoice, openOfInvoice } from '../../invoices/invoices.repository';

/** Money that came in by bank transfer. What of it is for nobody yet is on suspense. */
export interface BankReceipt {
  readonly entry_id: string;
  readonly account_id: string;
  readonly statement_id: string;
  readonly reference: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  /** The day on which the bank booked it. */
  readonly received_on: string;
  readonly allocated_minor: bigint;
  readonly to_return_minor: bigint;
  /** Why not all of it is for somebody; null: all is, or nobody has looked yet. */
  readonly reason: string | null;
  readonly end_to_end_id: string | null;
  readonly creditor_references: readonly string[];
  readonly remittance: string;
  readonly counterparty: string | null;
}

/** Why something stays on suspense. */
export const suspenseReasons = [
  'reference-unknown',
  'reference-ambiguous',
  'several-invoices',
  'invoice-paid',
  'currency-differs',
  'paid-at-a-rate',
  'more-than-open',
] as const;
export type SuspenseReason = (typeof suspenseReasons)[number];

export const suspenseOf = ({
  amount_minor,
  allocated_minor,
  to_return_minor,
}: Pick<BankReceipt, 'amount_minor' | 'allocated_minor' | 'to_return_minor'>): bigint =>
  amount_minor - allocated_minor - to_return_minor;

const withEntry = `SELECT r.*, e.account_id, e.statement_id, e.reference, e.end_to_end_id, e.creditor_references, e.remittance, e.counterparty
  FROM bank_receipts r JOIN bank_entries e ON e.id = r.entry_id`;

export const findReceipt = (tx: Tx, entryId: string): Promise<BankReceipt | undefined> =>
  tx.first<BankReceipt>(`${withEntry} WHERE r.entry_id = $1`, [entryId]);

/** As findReceipt, and nobody else uses it until the transaction ends. For the system. */
export async function lockReceipt(tx: Tx, entryId: string): Promise<BankReceipt | undefined> {
  await tx.run('SELECT FROM bank_receipts WHERE entry_id = $1 FOR NO KEY UPDATE', [entryId]);
  return findReceipt(tx, entryId);
}

export const listReceipts = (
  tx: Tx,
  { suspense, limit, after }: { suspense: boolean; limit: number; after: readonly string[] | undefined },
): Promise<BankReceipt[]> =>
  tx.rows<BankReceipt>(
    `${withEntry}
      WHERE ($2::date IS NULL OR (r.received_on, r.entry_id) > ($2, $3::uuid))
        AND (NOT $4 OR r.allocated_minor + r.to_return_minor < r.amount_minor)
      ORDER BY r.received_on, r.entry_id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null, suspense],
  );

export interface ReceiptUse {
  readonly entry_id: string;
  readonly number: number;
  readonly amount_minor: bigint;
  /** Null: it is to be returned. */
  readonly invoice_id: string | null;
  readonly proposal_id: string | null;
  readonly used_at: Date;
}

export const usesOfReceipts = (tx: Tx, entryIds: readonly string[]): Promise<ReceiptUse[]> =>
  tx.rows<ReceiptUse>(
    `SELECT entry_id, number, amount_minor, invoice_id, proposal_id, used_at FROM bank_receipt_uses
      WHERE entry_id = ANY($1::uuid[]) ORDER BY entry_id, number`,
    [entryIds],
  );

export type OpenInvoice = Pick<
  Invoice,
  'id' | 'number' | 'label_id' | 'platform_id' | 'currency' | 'pay_in' | 'state' | 'due_on'
> & {
  readonly open_minor: bigint;
  /** The platform's name, and the one in its register. */
  readonly payer: string;
  readonly payer_legal: string | null;
};

const openColumns = `SELECT i.id, i.number, i.label_id, i.platform_id, i.currency, i.pay_in, i.state, i.due_on, ${openOfInvoice} AS open_minor,
    coalesce(o.name, '') AS payer, d.legal_name AS payer_legal
  FROM invoices i LEFT JOIN organizations o ON o.id = i.platform_id LEFT JOIN organization_details d ON d.organization_id = o.id`;

export const openInvoice = (tx: Tx, id: string): Promise<OpenInvoice | undefined> =>
  tx.first<OpenInvoice>(`${openColumns} WHERE i.id = $1`, [id]);

export const invoicesInRange = (tx: Tx, { from, to }: { from: string; to: string }): Promise<OpenInvoice[]> =>
  tx.rows<OpenInvoice>(`${openColumns} WHERE i.id BETWEEN $1 AND $2 ORDER BY i.id LIMIT 2`, [from, to]);

/** More invoices of the same numbers than anybody chooses among. */
const sameNumbersMax = 200;

/** Undefined: they are too many to know them all. */
export async function invoicesOfNumbers(tx: Tx, numbers: readonly string[]): Promise<OpenInvoice[] | undefined> {
  const rows = await tx.rows<OpenInvoice>(
    `${openColumns} WHERE i.number = ANY($1::text[]) ORDER BY i.number, i.id LIMIT ${sameNumbersMax + 1}`,
    [numbers],
  );
  return rows.length > sameNumbersMax ? undefined : rows;
}

/** Unpaid invoices of the currency that a receipt may be for: those of these numbers, and those of which just so much is open. */
export const suggestedInvoices = (
  tx: Tx,
  { currency, minor, numbers }: { currency: string; minor: bigint; numbers: readonly string[] },
): Promise<OpenInvoice[]> =>
  tx.rows<OpenInvoice>(
    `${openColumns} WHERE i.state <> 'paid' AND i.currency = $1 AND i.pay_in IS NULL
        AND (i.number = ANY($3::text[]) OR ${openOfInvoice} = $2)
      ORDER BY i.number = ANY($3::text[]) DESC, i.due_on, i.id LIMIT 10`,
    [currency, minor, numbers],
  );
