import type { Tx } from '../../platform/database/tx';
import { enqueue } from '../../platform/jobs/jobs';
import { holdAccount } from '../payments/payment-accounts.repository';
import { liveHold } from './payout-holds.repository';
import type { Payout } from './payouts.repository';
import { tellOfPayout } from './tell-of-payout';

/** Has the job look at a payout that is on its way, now. */
export const sendAgain = (tx: Tx, id: string): Promise<void> =>
  enqueue(tx, 'send-payout', { payoutId: id }, `send-payout ${id}`);

/** The account can receive transfers: what waited for that goes on. Gives how many payouts. */
export async function sendWaiting(tx: Tx, account: string): Promise<number> {
  const waiting = await tx.rows<{ id: string }>(
    `SELECT id FROM payouts WHERE account = $1 AND state = 'approved' AND first_attempt_at IS NULL ORDER BY id`,
    [account],
  );
  for (const { id } of waiting) await sendAgain(tx, id);
  return waiting.length;
}

/** Why an approved payout is not sent now; undefined where nothing is in its way. The payout is locked; its account is held, so that news of it waits. */
export async function whyItWaits(tx: Tx, payout: Payout): Promise<string | undefined> {
  const hold = await liveHold(tx, payout.id);
  if (hold !== undefined) return `on hold: ${hold.reason}`;
  const account = await holdAccount(tx, payout.account);
  if (account?.able !== false) return undefined;
  const missing = account.missing.length === 0 ? '' : `; its owner has to give: ${account.missing.join(', ')}`;
  return `the account cannot receive transfers${missing}`;
}

/** Says so, once for each reason. */
export async function keepWaiting(tx: Tx, payout: Payout, { reason, at }: { reason: string; at: Date }): Promise<void> {
  if (payout.problem === reason) return;
  await tx.run('UPDATE payouts SET problem = $2 WHERE id = $1', [payout.id, reason]);
  await tellOfPayout(tx, payout, { action: 'payout.waits', by: 'send-payout', at });
}
