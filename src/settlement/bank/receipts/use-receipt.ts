import { calendarDateOf, startOfDayInZone } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { chargeLateInterest } from '../../invoices/charge-late-interest';
import { creditedBy } from '../../invoices/credit-invoice';
import { type Invoice, lockInvoice, markPaid } from '../../invoices/invoices.repository';
import { allocate, insertReceipt, openOf, type Taking, tellPaid, zoneOf } from '../../payments/receive-payment';
import { releasePaid, stillDisputed } from '../../statements/life/release-dispute';
import { type BankReceipt, suspenseOf } from './receipts.repository';
import { askToTakeOff } from './take-off-jobs';

interface Using extends Taking {
  /** Who said so; null: it was matched. */
  readonly proposalId: string | null;
}

/**
 * Gives an invoice what is on suspense of a receipt, or so much of it: at most what is open. The caller holds the receipt. Books what a payment through the provider books; a part leaves the invoice open
 * for the rest, and bears interest of its own where it is late. Returns what was used: nothing where nothing is open.
 */
export async function useForInvoice(
  tx: Tx,
  receipt: BankReceipt,
  { invoiceId, most, ...using }: Using & { readonly invoiceId: string; readonly most?: bigint },
): Promise<bigint> {
  const invoice = await lockInvoice(tx, invoiceId);
  if (invoice === undefined || invoice.state === 'paid') return 0n;
  if (invoice.currency !== receipt.currency || invoice.pay_in !== null) return 0n;
  const { minor, open, before, released } = await fitting(tx, invoice, least(suspenseOf(receipt), most));
  if (minor <= 0n) return 0n;
  const paidAt = startOfDayInZone(calendarDateOf(receipt.received_on), await zoneOf(tx, invoice));
  const receiptId = await keepUse(tx, receipt, { ...using, invoice, minor, paidAt });
  await allocate(tx, { ...invoice, amount_minor: minor }, receiptId, using.at);
  const sources = released.map(({ source }) => source);
  await releasePaid(tx, { agreementId: invoice.agreement_id, sources, at: using.at });
  const isPaid = minor >= open;
  if (isPaid) await markPaid(tx, invoice.id, { externalId: invoice.external_id, at: paidAt });
  const part = isPaid && before === 0n ? {} : { receiptId };
  await chargeLateInterest(tx, { invoice, minor, paidAt, at: using.at, ...part });
  if (invoice.external_id !== null) await askToTakeOff(tx, receiptId);
  await tellPaid(tx, invoice, { receiptId, minor, currency: invoice.currency, isPaid, by: 'bank-receipt', ...using });
  return minor;
}

/** How much of what is there the invoice gets, and what is open of it; and what was taken off for disputes that are paid with it. The caller holds the invoice. */
async function fitting(tx: Tx, invoice: Invoice, there: bigint) {
  const { credits, before, open } = await openOf(tx, invoice);
  // The payer was faster than the credit note: as with the provider, what waits for a dispute is paid with the rest. What a dispute took off for good is not, nor what was invoiced anew.
  const disputed = before === 0n ? await stillDisputed(tx, credits) : [];
  const whole = open + creditedBy(disputed);
  if (disputed.length > 0 && (there === whole || there === invoice.amount_minor))
    return { minor: whole, open, before, released: disputed };
  return { minor: least(there, open), open, before, released: [] };
}

/** Marks what is on suspense, or so much of it, as to be returned to whoever sent it. The caller holds the receipt. */
export async function useForReturn(
  tx: Tx,
  receipt: BankReceipt,
  { minor, proposalId, at }: { minor: bigint; proposalId: string; at: Date },
): Promise<void> {
  await tx.run('UPDATE bank_receipts SET to_return_minor = to_return_minor + $2 WHERE entry_id = $1', [
    receipt.entry_id,
    minor,
  ]);
  await insertUse(tx, receipt.entry_id, { minor, receiptId: null, invoiceId: null, proposalId, at });
}

const least = (amount: bigint, most: bigint | undefined): bigint =>
  most === undefined || amount < most ? amount : most;

async function keepUse(
  tx: Tx,
  { entry_id, currency }: BankReceipt,
  { invoice, minor, paidAt, proposalId, at }: Using & { invoice: Invoice; minor: bigint; paidAt: Date },
): Promise<string> {
  const { number } = await tx.one<{ number: number }>(
    'SELECT count(*)::int + 1 AS number FROM bank_receipt_uses WHERE entry_id = $1',
    [entry_id],
  );
  const externalId = `bank:${entry_id}/${number}`;
  const receiptId = await insertReceipt(tx, invoice, { externalId, minor, currency, paidAt });
  await tx.run('UPDATE bank_receipts SET allocated_minor = allocated_minor + $2 WHERE entry_id = $1', [
    entry_id,
    minor,
  ]);
  await insertUse(tx, entry_id, { minor, receiptId, invoiceId: invoice.id, proposalId, at });
  return receiptId;
}

interface NewUse {
  readonly minor: bigint;
  readonly receiptId: string | null;
  readonly invoiceId: string | null;
  readonly proposalId: string | null;
  readonly at: Date;
}

const insertUse = (tx: Tx, entryId: string, { minor, receiptId, invoiceId, proposalId, at }: NewUse): Promise<number> =>
  tx.run(
    `INSERT INTO bank_receipt_uses (entry_id, number, amount_minor, receipt_id, invoice_id, proposal_id, used_at)
     SELECT $1, count(*) + 1, $2, $3, $4, $5, $6 FROM bank_receipt_uses WHERE entry_id = $1`,
    [entryId, minor, receiptId, invoiceId, proposalId, at],
  );
