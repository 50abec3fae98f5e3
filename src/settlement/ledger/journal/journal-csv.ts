import { moneyText } from '../../../kernel';
import { csvRow } from '../../../platform/http/csv';
import type { Account } from '../templates';
import type { Codes } from './chart';
import type { JournalTransaction } from './journal.repository';

export const journalHeader = csvRow([
  'bookedAt',
  'effectiveOn',
  'agreementId',
  'transactionId',
  'kind',
  'source',
  'account',
  'code',
  'debit',
  'credit',
  'currency',
  'payee',
]);

/** A row for each leg: debits and credits in columns of their own, the other one empty. */
export const journalRows = (transaction: JournalTransaction, codes: Codes): string =>
  transaction.legs
    .map(({ account, minor, payee }) => {
      const amount = BigInt(minor);
      const text = moneyText({ minor: amount < 0n ? -amount : amount, currency: transaction.currency });
      return csvRow([
        transaction.booked_at.toISOString(),
        transaction.effective_on,
        transaction.agreement_id,
        transaction.id,
        transaction.kind,
        transaction.source,
        account,
        codes[account as Account] ?? '',
        amount > 0n ? text : '',
        amount > 0n ? '' : text,
        transaction.currency,
        payee === undefined ? '' : String(payee),
      ]);
    })
    .join('');
