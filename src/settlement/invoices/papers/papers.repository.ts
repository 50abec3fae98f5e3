import type { VatCategory } from '../../../documents';
import { latestDetails } from '../../../parties';
import type { Tx } from '../../../platform/database/tx';
import type { Invoice } from '../invoices.repository';
import type { MakeUp } from './make-up';

/** What an invoice says beyond its amount, as it was on the day of issue. */
export interface InvoicePaper {
  /** In the agreement's time zone. */
  readonly issued_on: string;
  /** Versions of invoicing details; null: nothing was stated by then. */
  readonly seller_details: number | null;
  readonly buyer_details: number | null;
  readonly vat_category: VatCategory;
  readonly vat_percent: string | null;
  readonly vat_reason: string | null;
  readonly base_minor: bigint;
  readonly held_minor: bigint;
  readonly withheld_minor: bigint;
}

/** Keeps it, in the transaction that issues the invoice. System code alone. Throws where the parts do not come to the invoice's amount. */
export async function insertPaper(
  tx: Tx,
  invoice: Invoice,
  { issuedOn, madeUp: { tax, baseMinor, heldMinor, withheldMinor } }: { issuedOn: string; madeUp: MakeUp },
): Promise<void> {
  if (baseMinor - heldMinor - withheldMinor + invoice.vat_minor !== invoice.amount_minor) {
    throw new Error(`the parts of invoice ${invoice.number} do not come to its amount`);
  }
  const seller = await latestDetails(tx, invoice.label_id);
  const buyer = await latestDetails(tx, invoice.platform_id);
  await tx.run(
    `INSERT INTO invoice_papers
       (invoice_id, agreement_id, label_id, platform_id, issued_on, seller_details, buyer_details, vat_category, vat_percent, vat_reason, base_minor, held_minor, withheld_minor)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ...[invoice.id, invoice.agreement_id, invoice.label_id, invoice.platform_id, issuedOn],
      ...[seller?.version ?? null, buyer?.version ?? null, tax.category, tax.percent, tax.reason],
      ...[baseMinor, heldMinor, withheldMinor],
    ],
  );
}

/** Undefined for an invoice that is older than papers. */
export const findPaper = (tx: Tx, invoiceId: string): Promise<InvoicePaper | undefined> =>
  tx.first<InvoicePaper>('SELECT * FROM invoice_papers WHERE invoice_id = $1', [invoiceId]);
