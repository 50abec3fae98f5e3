import type { Tx } from '../../platform/database/tx';

export interface PaymentAccount {
  readonly owner_id: string;
  readonly rail: 'stripe';
  readonly external_id: string;
  readonly opened_at: Date;
}

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
