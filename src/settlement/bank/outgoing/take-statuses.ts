import type { Tx } from '../../../platform/database/tx';
import { lockPayout } from '../../payouts/payouts.repository';
import type { PaymentStatusReport } from '../reading/bank-message';
import { moveToFailed, moveToSent } from './move-payout';
import { endFile, fileOfMessage, lockPaymentFile, payoutsOfFile } from './payment-files.repository';

/** The bank has the payment and means to make it. That it is settled (ACSC) is no booking: entries confirm. */
const accepted = new Set(['ACTC', 'ACCP', 'ACSP', 'ACSC', 'ACWC', 'ACCC']);

interface Told {
  readonly at: Date;
  readonly outcome: { add(what: string): void };
}

/** What the bank answers to a file of ours: its payments are sent, or have failed. Statuses that decide nothing yet change nothing, and a payment in no live file is left to a person. */
export async function takeStatuses(tx: Tx, report: PaymentStatusReport, { at, outcome }: Told): Promise<void> {
  const known = await fileOfMessage(tx, report.originalMessageId);
  const file = known && (await lockPaymentFile(tx, known.id));
  if (file === undefined) return outcome.add('not-ours');
  const payouts = await payoutsOfFile(tx, file.id);
  const ours = new Map(payouts.map((payout) => [payout.end_to_end_id, payout]));
  const named = new Map(report.payments.map((payment) => [payment.endToEndId, payment]));
  for (const id of named.keys()) if (!ours.has(id)) outcome.add('not-ours');
  for (const { payout_id, end_to_end_id, live } of payouts) {
    const { status, reason } = named.get(end_to_end_id) ?? { status: report.groupStatus, reason: report.groupReason };
    const isAccepted = status !== null && accepted.has(status);
    if (!isAccepted && status !== 'RJCT') outcome.add('undecided');
    else if (!live) outcome.add('not-live');
    else outcome.add(await takeStatus(tx, payout_id, { isAccepted, reason, at }));
  }
  if (payouts.length > 0) await endFile(tx, file.id, { ended: 'handed-in', by: 'bank', at });
}

async function takeStatus(
  tx: Tx,
  payoutId: string,
  { isAccepted, reason, at }: { isAccepted: boolean; reason: string | null; at: Date },
): Promise<string> {
  const payout = (await lockPayout(tx, payoutId))!;
  if (isAccepted) {
    if (payout.state !== 'approved') return 'known';
    await moveToSent(tx, payout, at);
    return 'payout-sent';
  }
  // What it has booked out counts more than what it said: it may come back, and says so by an entry.
  if (payout.state !== 'approved' && payout.state !== 'sent') return 'known';
  const problem = `the bank refused it${reason === null ? '' : `: ${reason}`}`;
  await moveToFailed(tx, payout, { problem, at });
  return 'payout-failed';
}
