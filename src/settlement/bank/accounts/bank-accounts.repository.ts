import type { Tx } from '../../../platform/database/tx';

/** An account at a bank, as it is kept: an IBAN, or another number with what names its bank. */
export interface AccountAtBank {
  readonly currency: string;
  readonly holder: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly iban: string | null;
  readonly account: string | null;
  readonly bic: string | null;
  readonly bank_code: string | null;
}

/** One of the marketplace's own. */
export interface BankAccount extends AccountAtBank {
  readonly id: string;
  readonly operator_id: string;
  readonly opened_at: Date;
}

export const listBankAccounts = (tx: Tx): Promise<BankAccount[]> =>
  tx.rows<BankAccount>('SELECT * FROM bank_accounts ORDER BY opened_at, id');

export const findBankAccount = (tx: Tx, id: string): Promise<BankAccount | undefined> =>
  tx.first<BankAccount>('SELECT * FROM bank_accounts WHERE id = $1', [id]);

/** By its number and currency, as a bank's file names it. */
export const accountOfNumber = (tx: Tx, number: string, currency: string): Promise<BankAccount | undefined> =>
  tx.first<BankAccount>('SELECT * FROM bank_accounts WHERE coalesce(iban, account) = $1 AND currency = $2', [
    number,
    currency,
  ]);

/** The number as people are shown it: what names the bank, and the account there. */
export const accountText = ({ iban, account, bic, bank_code }: AccountAtBank): string =>
  iban ?? `${bank_code ?? bic} ${account}`;
