import type { Tx } from '../../platform/database/tx';

export interface PaymentAccount {
  readonly owner_id: string;
  readonly rail: 'stripe';
  readonly external_id: string;
  readonly opened_at: Date;
}

export const paymentAccount = (tx: Tx, ownerId: string): Promise<PaymentAccount | undefined> =>
  tx.first<PaymentAccount>('SELECT * FROM payment_accounts WHERE owner_id = $1', [ownerId]);

/** Undefined when the owner has one already. */
export const insertPaymentAccount = (
  tx: Tx,
  { ownerId, externalId, at }: { ownerId: string; externalId: string; at: Date },
): Promise<PaymentAccount | undefined> =>
  tx.first<PaymentAccount>(
    `INSERT INTO payment_accounts (owner_id, rail, external_id, opened_at) VALUES ($1, 'stripe', $2, $3)
     ON CONFLICT DO NOTHING RETURNING *`,
    [ownerId, externalId, at],
  );
