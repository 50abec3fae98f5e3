import type { Tx } from '../../../platform/database/tx';
import { lockPayout, type Payout } from '../../payouts/payouts.repository';
import { moveToConfirmed, moveToFailed, moveToSent, noteProblem } from './move-payout';
import { endToEndIdOf } from './payment-files.repository';

/** What entries of one kind and direction say of a payment. */
interface Told {
  readonly direction: 'credit' | 'debit';
  readonly times: number;
  /** Over another amount, or in another currency, than was ordered. */
  readonly differs: boolean;
}

/** What the bank's entries say of a payment, by their direction. A statement and a notification tell of the same money: where there is a statement, it counts. */
async function booked(tx: Tx, { id, net_minor, currency }: Payout): Promise<ReadonlyMap<Told['direction'], Told>> {
  const told = await tx.rows<Told>(
    `SELECT e.direction, count(*)::int AS times, bool_or((e.amount_minor, e.currency) <> ($2, $3)) AS differs
       FROM bank_entries e
      WHERE e.end_to_end_id = $1
        AND e.account_id IN (SELECT f.account_id FROM payment_files f JOIN payment_file_payouts p ON p.file_id = f.id WHERE p.payout_id = $4)
      GROUP BY e.direction, e.kind ORDER BY e.kind`,
    [endToEndIdOf(id), net_minor, currency, id],
  );
  // "notification" comes before "statement".
  return new Map(told.map((one) => [one.direction, one]));
}

/**
 * Brings a payout to where all entries about it together put it, whatever order they came in: booked out, it is confirmed, and one that came back after that has failed. What fits neither is
 * noted for a person. Returns what came of it.
 */
export async function settleByBank(tx: Tx, payoutId: string, at: Date): Promise<string> {
  const found = await lockPayout(tx, payoutId);
  if (found === undefined) return 'not-ours';
  const told = await booked(tx, found);
  const [debit, credit] = [told.get('debit'), told.get('credit')];
  const differs = (problem: string): Promise<string> =>
    noteProblem(tx, found, problem, at).then(() => 'payout-differs');
  if (debit === undefined) return differs('the bank says that it came back, and has not booked it out');
  if (debit.differs) return differs('the bank booked out another amount');
  if (debit.times > 1) return differs('the bank booked it out more than once');
  let payout = found;
  if (payout.state === 'approved') {
    await moveToSent(tx, payout, at);
    payout = { ...payout, state: 'sent' };
  }
  const isNew = payout.state === 'sent';
  if (isNew) {
    await moveToConfirmed(tx, payout, at);
    payout = { ...payout, state: 'confirmed' };
  }
  if (payout.state !== 'confirmed') {
    // Confirmed and then returned it has been before; else it was refused, and yet paid.
    return payout.confirmed_at === null ? differs('the bank booked it out although it had refused it') : 'known';
  }
  if (credit === undefined) return isNew ? 'payout-confirmed' : 'known';
  if (credit.differs || credit.times > 1) return differs('another amount came back than was paid');
  await moveToFailed(tx, payout, { problem: 'the bank sent it back', at });
  return 'payout-returned';
}
