import { dayInZone } from '../../../kernel';
import { audit } from '../../../platform/audit/audit';
import type { Tx } from '../../../platform/database/tx';
import { publish } from '../../../platform/outbox/outbox';
import { post } from '../../ledger/ledger';
import { type Leg, payoutConfirmed, payoutRefused, payoutReturned, type PaidOut } from '../../ledger/templates';
import { sentPosting } from '../../payouts/send-payout';
import { type Payout, releaseInvoices, sharesOf } from '../../payouts/payouts.repository';
import { endToEndIdOf, leaveFile } from './payment-files.repository';

/** The bank has the payment: the claim is met, the money is in transit. The caller holds the payout, which is approved. */
export async function moveToSent(tx: Tx, payout: Payout, at: Date): Promise<void> {
  const { id } = payout;
  await tx.run(
    `UPDATE payouts SET state = 'sent', transfer_id = $2, first_attempt_at = coalesce(first_attempt_at, $3), sent_at = $3, problem = NULL WHERE id = $1`,
    [id, endToEndIdOf(id), at],
  );
  for (const share of await sharesOf(tx, id)) {
    const posting = sentPosting(share);
    await post(tx, { agreement: share, ...posting, source: id, effectiveOn: dayInZone(at, share.timeZone), at });
  }
  await tellOfPayout(tx, payout, { action: 'payout.sent', at });
}

/** The bank has booked it out. The caller holds the payout, which is sent. */
export async function moveToConfirmed(tx: Tx, payout: Payout, at: Date): Promise<void> {
  await tx.run(`UPDATE payouts SET state = 'confirmed', confirmed_at = $2, problem = NULL WHERE id = $1`, [
    payout.id,
    at,
  ]);
  await postShares(tx, payout, { kind: 'payout-confirmed', legs: payoutConfirmed, at });
  await tellOfPayout(tx, payout, { action: 'payout.confirmed', at });
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
  if (state === 'sent') await postShares(tx, payout, { kind: 'payout-refused', legs: payoutRefused, at });
  if (state === 'confirmed') await postShares(tx, payout, { kind: 'payout-returned', legs: payoutReturned, at });
  await releaseInvoices(tx, id);
  await leaveFile(tx, id);
  await tellOfPayout(tx, payout, { action: state === 'confirmed' ? 'payout.returned' : 'payout.failed', at });
}

/** Something about it that a person must look at; nothing moves. */
export async function noteProblem(tx: Tx, payout: Payout, problem: string, at: Date): Promise<void> {
  if (payout.problem === problem) return;
  await tx.run('UPDATE payouts SET problem = $2 WHERE id = $1', [payout.id, problem]);
  await tellOfPayout(tx, payout, { action: 'payout.bank-differs', at });
}

interface SharePosting {
  readonly kind: string;
  readonly legs: (share: PaidOut & { readonly payee: number | null }) => Leg[];
  readonly at: Date;
}

async function postShares(tx: Tx, { id }: Payout, { kind, legs, at }: SharePosting): Promise<void> {
  for (const share of await sharesOf(tx, id)) {
    const effectiveOn = dayInZone(at, share.timeZone);
    await post(tx, { agreement: share, kind, source: id, effectiveOn, at, legs: legs(share) });
  }
}

async function tellOfPayout(
  tx: Tx,
  { id, owner_id }: Payout,
  { action, at }: { action: string; at: Date },
): Promise<void> {
  const payload = { endToEndId: endToEndIdOf(id) };
  await audit(tx, { system: 'bank-file', organizationId: owner_id }, { action, subjectId: id, details: payload, at });
  await publish(tx, { to: [owner_id], topic: action, subjectId: id, payload, at });
}
