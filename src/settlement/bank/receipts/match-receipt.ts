import type { OnDuePaid } from '../../../agreements';
import type { Tx } from '../../../platform/database/tx';
import { idsOfReference, invoiceNumbersIn, referencesIn } from '../accounts/payment-reference';
import {
  type BankReceipt,
  invoicesInRange,
  invoicesOfNumbers,
  lockReceipt,
  type OpenInvoice,
  type SuspenseReason,
  suspenseOf,
} from './receipts.repository';
import { useForInvoice } from './use-receipt';

/**
 * Finds what a receipt is for by what its payer wrote, and books it; what is left stays on suspense with the reason. Once: what somebody has looked at is not matched again. Returns
 * "matched", "in-part" or "on-suspense".
 */
export async function matchReceipt(
  tx: Tx,
  entryId: string,
  { at, onDuePaid }: { at: Date; onDuePaid: OnDuePaid },
): Promise<'matched' | 'in-part' | 'on-suspense' | 'known'> {
  const receipt = await lockReceipt(tx, entryId);
  if (receipt === undefined || receipt.reason !== null || receipt.allocated_minor > 0n) return 'known';
  const found = await invoicesNamed(tx, receipt);
  const invoices = typeof found === 'string' ? [] : found;
  let current = receipt;
  for (const { id, open_minor } of invoices) {
    // Of several, each gets what is open of it and no other's part.
    const most = invoices.length > 1 ? { most: open_minor } : {};
    const used = await useForInvoice(tx, current, { invoiceId: id, ...most, at, onDuePaid, proposalId: null });
    current = { ...current, allocated_minor: current.allocated_minor + used };
  }
  const left = suspenseOf(current);
  if (left === 0n) return 'matched';
  const reason: SuspenseReason = typeof found === 'string' ? found : 'more-than-open';
  await tx.run('UPDATE bank_receipts SET reason = $2 WHERE entry_id = $1', [entryId, reason]);
  return current.allocated_minor > 0n ? 'in-part' : 'on-suspense';
}

/** The numbers of invoices that a receipt names. */
export const numbersNamed = ({ remittance, creditor_references, end_to_end_id }: BankReceipt): string[] =>
  invoiceNumbersIn([remittance, ...creditor_references, end_to_end_id ?? ''].join(' '));

/** What a receipt is for, each of one party and with something open; or why that is not certain enough. */
async function invoicesNamed(tx: Tx, receipt: BankReceipt): Promise<readonly OpenInvoice[] | SuspenseReason> {
  const byReference = await invoicesOfReferences(tx, receipt);
  const found = byReference.length > 0 ? byReference : await invoicesOfOneParty(tx, receipt);
  if (typeof found === 'string') return found;
  if (found.length === 0) return 'reference-unknown';
  if (found.some(({ currency }) => currency !== receipt.currency)) return 'currency-differs';
  if (found.some(({ pay_in }) => pay_in !== null)) return 'paid-at-a-rate';
  const open = found.filter(({ state, open_minor }) => state !== 'paid' && open_minor > 0n);
  if (open.length === 0) return 'invoice-paid';
  if (found.length === 1) return found;
  // A part of several: nobody can say of which.
  const sum = open.reduce((total, { open_minor }) => total + open_minor, 0n);
  return open.length === found.length && sum === receipt.amount_minor ? found : 'several-invoices';
}

async function invoicesOfReferences(tx: Tx, receipt: BankReceipt): Promise<OpenInvoice[]> {
  const { creditor_references, remittance, end_to_end_id } = receipt;
  const texts = [...creditor_references, ...referencesIn(remittance), ...referencesIn(end_to_end_id ?? '')];
  const found = new Map<string, OpenInvoice>();
  for (const text of new Set(texts.map((one) => one.replace(/\s/g, '')))) {
    const ids = idsOfReference(text);
    for (const invoice of ids === undefined ? [] : await invoicesInRange(tx, ids)) found.set(invoice.id, invoice);
  }
  return [...found.values()];
}

/**
 * By their numbers, which each label gives for itself: where two labels have the same, the one whose platform's name is that of the payer. What is paid already counts too: the payer may
 * mean just that one.
 */
async function invoicesOfOneParty(tx: Tx, receipt: BankReceipt): Promise<OpenInvoice[] | SuspenseReason> {
  const all = await invoicesOfNumbers(tx, numbersNamed(receipt));
  if (all === undefined) return 'reference-ambiguous';
  const found: OpenInvoice[] = [];
  for (const number of new Set(all.map((invoice) => invoice.number))) {
    const same = all.filter((invoice) => invoice.number === number);
    const own = same.length === 1 ? same : same.filter((invoice) => isPayer(invoice, receipt.counterparty));
    if (own.length !== 1) return 'reference-ambiguous';
    found.push(own[0]!);
  }
  return found;
}

const isPayer = ({ payer, payer_legal }: OpenInvoice, counterparty: string | null): boolean =>
  counterparty !== null && [payer, payer_legal ?? payer].map(plain).includes(plain(counterparty));

const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
