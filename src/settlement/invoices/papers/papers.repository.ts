import type { VatCategory } from '../../../documents';
import { detailsInForce } from '../../../parties';
import { often, type Tx } from '../../../platform/database/tx';
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
  const { label_id: seller, platform_id: buyer } = invoice;
  const details = await detailsInForce(tx, [seller, buyer]);
  await tx.run(
    often(`INSERT INTO invoice_papers
       (invoice_id, agreement_id, label_id, platform_id, issued_on, seller_details, buyer_details, vat_category, vat_percent, vat_reason, base_minor, held_minor, withheld_minor)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`),
    [
      ...[invoice.id, invoice.agreement_id, seller, buyer, issuedOn],
      ...[details.get(seller) ?? null, details.get(buyer) ?? null, tax.category, tax.percent, tax.reason],
      ...[baseMinor, heldMinor, withheldMinor],
    ],
  );
}

/** Undefined for an invoice that is older than papers. */
export const findPaper = (tx: Tx, invoiceId: string): Promise<InvoicePaper | undefined> =>
  tx.first<InvoicePaper>('SELECT * FROM invoice_papers WHERE invoice_id = $1', [invoiceId]);
