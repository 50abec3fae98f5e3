import type { Tx } from '../../platform/database/tx';
import { holdAccount } from '../payments/payment-accounts.repository';
import { liveHold } from './payout-holds.repository';
import type { Payout } from './payouts.repository';
import { sendPayoutJob } from './send-payout-jobs';
import { tellOfPayout } from './tell-of-payout';

/**
 * Why an approved payout is not sent now, in words: `on-hold` and `account-unable` of `payout-waits.ts`, for whoever is about to send it. Undefined where nothing is in its way. The payout is locked; its
 * account is held, so that news of it waits.
 */
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
  await tellOfPayout(tx, payout, { action: 'payout.waits', by: sendPayoutJob, at });
}
