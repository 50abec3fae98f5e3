import type { Tx } from '../../platform/database/tx';
import { uuidKey } from '../../platform/http/paging';
import type { ProviderEvent } from '../payments';
import { bookShares } from './book-shares';
import { lockPayout, releaseInvoices } from './payouts.repository';
import { takenBackNote, withTakenBack } from './taken-back';
import { tellOfPayout } from './tell-of-payout';

type TransferReversed = Extract<ProviderEvent, { kind: 'transfer-reversed' }>;

/**
 * A transfer of ours was taken back at the provider: its payout has failed, the label is owed the money again, and its invoices are free for another one. A part that is taken
 * back is noted for a person: the comparison with the provider tells it until the rest follows. Gives what came of it. Throws where we have not noted the transfer yet.
 */
export async function reversePayout(tx: Tx, event: TransferReversed, at: Date): Promise<string> {
  const { payoutId = '', transferId, amountMinor, reversedMinor } = event;
  const payout = uuidKey.test(payoutId) ? await lockPayout(tx, payoutId) : undefined;
  if (payout?.state === 'approved' || payout?.state === 'unknown')
    throw new Error(`${transferId} was taken back and is not noted yet: later`);
  if (payout === undefined || payout.transfer_id !== transferId) return 'transfer unknown';
  if (payout.reversed_at !== null) return 'already taken back';
  if (reversedMinor < amountMinor) {
    const problem = withTakenBack(payout.problem, reversedMinor, amountMinor);
    await tx.run('UPDATE payouts SET problem = $2 WHERE id = $1', [payout.id, problem]);
    return takenBackNote(reversedMinor, amountMinor);
  }
  if (payout.state === 'confirmed') await bookShares(tx, payout, 'unconfirmed', at);
  await bookShares(tx, payout, 'reversed', at);
  await tx.run(`UPDATE payouts SET state = 'failed', reversed_at = $2, problem = $3 WHERE id = $1`, [
    payout.id,
    event.createdAt,
    'the provider took the transfer back',
  ]);
  await releaseInvoices(tx, payout.id);
  const details = { transfer: transferId };
  await tellOfPayout(tx, payout, { action: 'payout.reversed', by: 'stripe-event', details, at });
  return 'payout taken back';
}
