import type { Tx } from '../../platform/database/tx';
import { enqueue, enqueueLater } from '../../platform/jobs/jobs';

export const sendPayoutJob = 'send-payout';

const keyOf = (id: string): string => `${sendPayoutJob} ${id}`;

/** Has the job look at a payout that is released, now. */
export const askToSend = (tx: Tx, id: string): Promise<void> => enqueue(tx, sendPayoutJob, { payoutId: id }, keyOf(id));

/** The same at a moment to come, in place of any sooner one. */
export const askToSendLater = (tx: Tx, id: string, when: { readonly at: Date; readonly now: Date }): Promise<void> =>
  enqueueLater(tx, sendPayoutJob, { payoutId: id }, { key: keyOf(id), ...when });

/** The account can receive transfers: what waited for that goes on. Gives how many payouts. */
export async function sendWaiting(tx: Tx, account: string): Promise<number> {
  const waiting = await tx.rows<{ id: string }>(
    `SELECT id FROM payouts WHERE account = $1 AND state = 'approved' AND first_attempt_at IS NULL ORDER BY id`,
    [account],
  );
  for (const { id } of waiting) await askToSend(tx, id);
  return waiting.length;
}
