import type { Tx } from '../../platform/database/tx';
import { bookShares } from './book-shares';
import type { Payout } from './payouts.repository';
import { problemAfter } from './taken-back';
import { tellOfPayout } from './tell-of-payout';

/** A payout of the provider to the label's bank, and our transfers that it carried. */
export interface Arrival {
  readonly providerPayoutId: string;
  readonly transferIds: readonly string[];
  readonly at: Date;
}

const byTransfer = (tx: Tx, transferIds: readonly string[]): Promise<Payout[]> =>
  tx.rows<Payout>('SELECT * FROM payouts WHERE transfer_id = ANY($1::text[]) ORDER BY id FOR UPDATE', [transferIds]);

/** Whether a transfer to this account may exist that we have not noted yet: its arrival must wait for the note. */
export async function transfersOpen(tx: Tx, account: string): Promise<boolean> {
  const { open } = await tx.one<{ open: boolean }>(
    `SELECT EXISTS (SELECT FROM payouts WHERE account = $1 AND state IN ('approved', 'unknown') AND first_attempt_at IS NOT NULL) AS open`,
    [account],
  );
  return open;
}

/** The money has reached the bank: every payout it carried is confirmed, once. Returns how many of the transfers are ours. */
export async function confirmPayouts(tx: Tx, { providerPayoutId, transferIds, at }: Arrival): Promise<number> {
  const payouts = await byTransfer(tx, transferIds);
  for (const payout of payouts.filter(({ state }) => state === 'sent')) {
    await tx.run(
      `UPDATE payouts SET state = 'confirmed', provider_payout_id = $2, confirmed_at = $3, problem = $4 WHERE id = $1`,
      [payout.id, providerPayoutId, at, problemAfter(payout.problem, null)],
    );
    await bookShares(tx, payout, 'confirmed', at);
    await tellOfPayout(tx, payout, { action: 'payout.confirmed', ...told(providerPayoutId), at });
  }
  return payouts.length;
}

/**
 * The bank sent it back. The money is still the label's, in its account at the provider, which pays it out again: noted, not reversed.
 * News comes in any order: a refusal that a later payout has already made good is no news.
 */
export async function noteBankRefusal(tx: Tx, arrival: Arrival, problem: string): Promise<number> {
  const payouts = await byTransfer(tx, arrival.transferIds);
  const concerned = payouts.filter(
    ({ state, provider_payout_id, reversed_at }) =>
      reversed_at === null && (state === 'sent' || provider_payout_id === arrival.providerPayoutId),
  );
  for (const payout of concerned) {
    await tx.run('UPDATE payouts SET provider_payout_id = $2, problem = $3 WHERE id = $1', [
      payout.id,
      arrival.providerPayoutId,
      problemAfter(payout.problem, problem),
    ]);
    await tellOfPayout(tx, payout, {
      action: 'payout.bank-refused',
      ...told(arrival.providerPayoutId),
      at: arrival.at,
    });
  }
  return payouts.length;
}

const told = (providerPayout: string) => ({ by: 'stripe-event', details: { providerPayout } });
