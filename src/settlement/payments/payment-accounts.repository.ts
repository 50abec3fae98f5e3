import type { Tx } from '../../platform/database/tx';

export interface PaymentAccount {
  readonly owner_id: string;
  readonly rail: 'stripe';
  readonly external_id: string;
  readonly opened_at: Date;
  /** Whether the provider lets it receive transfers; null: it was never asked. */
  readonly able: boolean | null;
  /** In the provider's words, what its owner has still to give. */
  readonly missing: readonly string[];
}

/** Whose it is: a payee's, or the owner's own. */
export type AccountOfPayee = PaymentAccount & { readonly payee: string | null };

/** The owner's own account, or that of one of its payees. */
export const paymentAccount = (tx: Tx, ownerId: string, payee: string | null): Promise<PaymentAccount | undefined> =>
  payee === null
    ? tx.first<PaymentAccount>('SELECT * FROM payment_accounts WHERE owner_id = $1', [ownerId])
    : tx.first<PaymentAccount>('SELECT * FROM payee_accounts WHERE owner_id = $1 AND payee = $2', [ownerId, payee]);

export interface NewPaymentAccount {
  readonly ownerId: string;
  readonly payee: string | null;
  readonly externalId: string;
  readonly at: Date;
}

/** Undefined when the owner, or the payee, has one already. */
export const insertPaymentAccount = (
  tx: Tx,
  { ownerId, payee, externalId, at }: NewPaymentAccount,
): Promise<PaymentAccount | undefined> =>
  payee === null
    ? tx.first<PaymentAccount>(
        `INSERT INTO payment_accounts (owner_id, rail, external_id, opened_at) VALUES ($1, 'stripe', $2, $3)
         ON CONFLICT DO NOTHING RETURNING *`,
        [ownerId, externalId, at],
      )
    : tx.first<PaymentAccount>(
        `INSERT INTO payee_accounts (owner_id, payee, rail, external_id, opened_at) VALUES ($1, $2, 'stripe', $3, $4)
         ON CONFLICT DO NOTHING RETURNING *`,
        [ownerId, payee, externalId, at],
      );

/** Own account first, then those of payees by name. */
export const listPaymentAccounts = (tx: Tx, ownerId: string): Promise<AccountOfPayee[]> =>
  tx.rows<AccountOfPayee>(
    `SELECT owner_id, NULL AS payee, rail, external_id, opened_at, able, missing FROM payment_accounts WHERE owner_id = $1
     UNION ALL
     SELECT owner_id, payee, rail, external_id, opened_at, able, missing FROM payee_accounts WHERE owner_id = $1
     ORDER BY payee NULLS FIRST`,
    [ownerId],
  );

export interface AskedState {
  readonly able: boolean;
  readonly missing: readonly string[];
  readonly askedAt: Date;
}

/** Keeps what the provider said of an account, unless something was heard later. Gives how many accounts of ours it is: 0 or 1. */
export async function keepAccountState(
  tx: Tx,
  externalId: string,
  { able, missing, askedAt }: AskedState,
): Promise<number> {
  let known = 0;
  for (const table of ['payment_accounts', 'payee_accounts']) {
    // Also where it stays as it is: whoever reads it to send waits here for what is being heard.
    known += await tx.run(
      `UPDATE ${table} SET able = CASE WHEN later THEN a.able ELSE $2 END, missing = CASE WHEN later THEN a.missing ELSE $3 END,
              asked_at = greatest(a.asked_at, $4)
         FROM (SELECT external_id, able, missing, asked_at, coalesce(asked_at > $4, false) AS later FROM ${table} WHERE external_id = $1 FOR UPDATE) a
        WHERE ${table}.external_id = a.external_id`,
      [externalId, able, missing, askedAt],
    );
  }
  return known;
}

type State = Pick<PaymentAccount, 'able' | 'missing'>;

/** The account, held until the transaction ends: what is heard of it meanwhile waits. */
export const holdAccount = async (tx: Tx, externalId: string): Promise<State | undefined> =>
  (await tx.first<State>('SELECT able, missing FROM payment_accounts WHERE external_id = $1 FOR SHARE', [
    externalId,
  ])) ?? tx.first<State>('SELECT able, missing FROM payee_accounts WHERE external_id = $1 FOR SHARE', [externalId]);

/** The account that a payout goes to next, where the provider has not said yet that it may. */
export const accountToAskAbout = async (tx: Tx, payoutId: string): Promise<string | undefined> =>
  (
    await tx.first<{ account: string }>(
      `SELECT p.account FROM payouts p
        WHERE p.id = $1 AND p.rail = 'stripe' AND p.state = 'approved' AND p.first_attempt_at IS NULL
          AND NOT EXISTS (SELECT FROM payment_accounts a WHERE a.external_id = p.account AND a.able)
          AND NOT EXISTS (SELECT FROM payee_accounts a WHERE a.external_id = p.account AND a.able)`,
      [payoutId],
    )
  )?.account;
