import type { Tx } from '../../../platform/database/tx';
import { enqueue } from '../../../platform/jobs/jobs';

export const takeOffAtProviderJob = 'bank-paid-at-provider';

/** Has the provider ask for no more of an invoice that it has than what is open: a job for each part that came by bank. */
export async function takeOffPaid(tx: Tx, invoiceId: string): Promise<void> {
  const rows = await tx.rows<{ id: string }>(
    'SELECT receipt_id AS id FROM bank_receipt_uses WHERE invoice_id = $1 ORDER BY used_at, receipt_id',
    [invoiceId],
  );
  for (const { id } of rows) await askToTakeOff(tx, id);
}

export const askToTakeOff = (tx: Tx, receiptId: string): Promise<void> =>
  enqueue(tx, takeOffAtProviderJob, { receiptId }, `${takeOffAtProviderJob} ${receiptId}`);
