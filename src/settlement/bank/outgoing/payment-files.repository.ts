import type { Tx } from '../../../platform/database/tx';
import { holdReason } from '../../payouts/payout-holds.repository';
import { detailsReplaced } from '../accounts/bank-details.repository';

/** Payments of one account that a bank is asked to make, in one file that never changes. */
export interface PaymentFile {
  readonly id: string;
  readonly account_id: string;
  readonly message_id: string;
  readonly currency: string;
  readonly payouts: number;
  readonly total_minor: bigint;
  readonly execute_on: string;
  readonly file_sha256: string;
  readonly bytes: bigint;
  readonly made_by: string;
  readonly made_at: Date;
  /** Null: nobody has said yet whether the bank has it. */
  readonly ended: 'handed-in' | 'withdrawn' | null;
  readonly ended_at: Date | null;
}

/** What the bank carries with a payment from end to end: the payout's id, so that it is the same in whichever file. */
export const endToEndIdOf = (payoutId: string): string => payoutId.replaceAll('-', '').toUpperCase();

export const fileOfMessage = (tx: Tx, messageId: string): Promise<PaymentFile | undefined> =>
  tx.first<PaymentFile>('SELECT * FROM payment_files WHERE message_id = $1', [messageId]);

export const findPaymentFile = (tx: Tx, id: string): Promise<PaymentFile | undefined> =>
  tx.first<PaymentFile>('SELECT * FROM payment_files WHERE id = $1', [id]);

/** As findPaymentFile, and nobody else ends it until the transaction is over. For the system. */
export const lockPaymentFile = (tx: Tx, id: string): Promise<PaymentFile | undefined> =>
  tx.first<PaymentFile>('SELECT * FROM payment_files WHERE id = $1 FOR UPDATE', [id]);

export const listPaymentFiles = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<PaymentFile[]> =>
  tx.rows<PaymentFile>(
    `SELECT * FROM payment_files WHERE $2::timestamptz IS NULL OR (made_at, id) < ($2, $3::uuid) ORDER BY made_at DESC, id DESC LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

export interface FiledPayout {
  readonly payout_id: string;
  readonly end_to_end_id: string;
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly live: boolean;
  readonly state: string;
  readonly problem: string | null;
  /** The label has agreed on other details since the file was made. */
  readonly details_replaced: boolean;
  /** Why somebody holds it back; null: nobody does. */
  readonly hold_reason: string | null;
}

/** The payouts of a file as they stand. For the system: payouts are their labels' own. */
export const payoutsOfFile = (tx: Tx, fileId: string): Promise<FiledPayout[]> =>
  tx.rows<FiledPayout>(
    `SELECT f.payout_id, f.end_to_end_id, f.amount_minor, f.currency, f.live, p.state, p.problem, ${holdReason('p.id')} AS hold_reason,
            ${detailsReplaced} AS details_replaced
       FROM payment_file_payouts f JOIN payouts p ON p.id = f.payout_id
       JOIN bank_details d ON d.id = p.bank_details_id JOIN bank_details_agreed a ON a.details_id = d.id
      WHERE f.file_id = $1 ORDER BY f.payout_id`,
    [fileId],
  );

export const endFile = (
  tx: Tx,
  id: string,
  { ended, by, at }: { ended: 'handed-in' | 'withdrawn'; by: string; at: Date },
): Promise<number> =>
  tx.run('UPDATE payment_files SET ended = $2, ended_by = $3, ended_at = $4 WHERE id = $1 AND ended IS NULL', [
    id,
    ended,
    by,
    at,
  ]);

/** The payout may be in another file. */
export const leaveFile = (tx: Tx, payoutId: string): Promise<number> =>
  tx.run('UPDATE payment_file_payouts SET live = false WHERE payout_id = $1 AND live', [payoutId]);
