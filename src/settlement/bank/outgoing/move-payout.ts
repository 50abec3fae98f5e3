import type { Tx } from '../../../platform/database/tx';
import { bookShares } from '../../payouts/book-shares';
import { type Payout, releaseInvoices } from '../../payouts/payouts.repository';
import { tellOfPayout } from '../../payouts/tell-of-payout';
import { endToEndIdOf, leaveFile } from './payment-files.repository';

/** The bank has the payment: the claim is met, the money is in transit. The caller holds the payout, which is approved. */
export async function moveToSent(tx: Tx, payout: Payout, at: Date): Promise<void> {
  const { id } = payout;
  await tx.run(
    `UPDATE payouts SET state = 'sent', transfer_id = $2, first_attempt_at = coalesce(first_attempt_at, $3), sent_at = $3, problem = NULL WHERE id = $1`,
    [id, endToEndIdOf(id), at],
  );
  await bookShares(tx, payout, 'sent', at);
  await tell(tx, payout, 'payout.sent', at);
}

/** The bank has booked it out. The caller holds the payout, which is sent. */
export async function moveToConfirmed(tx: Tx, payout: Payout, at: Date): Promise<void> {
  await tx.run(`UPDATE payouts SET state = 'confirmed', confirmed_at = $2, problem = NULL WHERE id = $1`, [
    payout.id,
    at,
  ]);
  await bookShares(tx, payout, 'confirmed', at);
  await tell(tx, payout, 'payout.confirmed', at);
}

/**
 * The bank will not pay it, or it has come back: what was booked of it is turned round, and its invoices may be paid out again. The caller holds the payout, as it stands: approved, sent or
 * confirmed.
 */
export async function moveToFailed(
  tx: Tx,
  payout: Payout,
  { problem, at }: { problem: string; at: Date },
): Promise<void> {
  const { id, state } = payout;
  await tx.run(`UPDATE payouts SET state = 'failed', problem = $2 WHERE id = $1`, [id, problem]);
  if (state === 'sent') await bookShares(tx, payout, 'refused', at);
  if (state === 'confirmed') await bookShares(tx, payout, 'returned', at);
  await releaseInvoices(tx, id);
  await leaveFile(tx, id);
  await tell(tx, payout, state === 'confirmed' ? 'payout.returned' : 'payout.failed', at);
}

/** Something about it that a person must look at; nothing moves. */
export async function noteProblem(tx: Tx, payout: Payout, problem: string, at: Date): Promise<void> {
  if (payout.problem === problem) return;
  await tx.run('UPDATE payouts SET problem = $2 WHERE id = $1', [payout.id, problem]);
  await tell(tx, payout, 'payout.bank-differs', at);
}

const tell = (tx: Tx, payout: Payout, action: string, at: Date): Promise<void> =>
  tellOfPayout(tx, payout, { action, by: 'bank-file', details: { endToEndId: endToEndIdOf(payout.id) }, at });
