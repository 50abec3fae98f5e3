import { getAgreement, type OnDuePaid } from '../../agreements';
import { dayInZone } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { creditedBy, creditsOf, type InvoiceCredit } from '../invoices/credit-invoice';
import { type Invoice, receivedOf } from '../invoices/invoices.repository';
import { tellReceived } from '../invoices/tell-received';
import { post } from '../ledger/ledger';
import { receiptAllocated } from '../ledger/templates';

/** What taking in money for an invoice has in common, whether it comes through the provider (`take-payment.ts`) or by bank (`bank/receipts/use-receipt.ts`). */
export interface Taking {
  readonly at: Date;
  readonly onDuePaid: OnDuePaid;
}

/** What was taken off an invoice, what came in for it before, and what is open of it. The caller holds the invoice. */
export async function openOf(
  tx: Tx,
  { id, amount_minor }: Invoice,
): Promise<{ readonly credits: readonly InvoiceCredit[]; readonly before: bigint; readonly open: bigint }> {
  const credits = await creditsOf(tx, id);
  const before = await receivedOf(tx, id);
  return { credits, before, open: amount_minor - creditedBy(credits) - before };
}

interface NewReceipt {
  readonly externalId: string;
  readonly minor: bigint;
  readonly currency: string;
  readonly paidAt: Date;
}

/** Keeps what came in from the invoice's platform for its label; gives the receipt's id. */
export async function insertReceipt(
  tx: Tx,
  { platform_id, label_id }: Invoice,
  { externalId, minor, currency, paidAt }: NewReceipt,
): Promise<string> {
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO receipts (platform_id, label_id, external_id, amount_minor, currency, received_at)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
    [platform_id, label_id, externalId, minor, currency, paidAt],
  );
  return id;
}

/** The receipt, or a part of it, is for the invoice: `invoice.amount_minor` in `invoice.currency`. */
export async function allocate(tx: Tx, invoice: Invoice, receiptId: string, at: Date): Promise<void> {
  await tx.run(
    `INSERT INTO receipt_allocations (receipt_id, invoice_id, agreement_id, label_id, platform_id, amount_minor)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [receiptId, invoice.id, invoice.agreement_id, invoice.label_id, invoice.platform_id, invoice.amount_minor],
  );
  await post(tx, {
    agreement: {
      id: invoice.agreement_id,
      labelId: invoice.label_id,
      platformId: invoice.platform_id,
      currency: invoice.currency,
    },
    kind: 'receipt-allocated',
    source: `${receiptId}/${invoice.id}`,
    effectiveOn: dayInZone(at, await zoneOf(tx, invoice)),
    at,
    legs: receiptAllocated(invoice.amount_minor),
  });
}

/** The time zone of the invoice's agreement. */
export async function zoneOf(tx: Tx, { agreement_id }: Invoice): Promise<string> {
  const { time_zone } = await tx.one<{ time_zone: string }>('SELECT time_zone FROM agreements WHERE id = $1', [
    agreement_id,
  ]);
  return time_zone;
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
