import type { LivingAgreement } from '../../agreements';
import { receivedOf, withLowerCounts } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { type KeptReadings, otherSource } from '../../usage';
import { post } from '../ledger/ledger';
import { disputeHeld } from '../ledger/templates';
import { type CloseInput, rateClose } from '../statements/rate-close';
import { type Dispute, type Hold, insertHold, partOf } from './disputes.repository';

interface Closing {
  readonly agreement: LivingAgreement;
  /** The close by the shares that nobody else states. */
  readonly input: CloseInput;
  /** What the label gets by it. */
  readonly left: bigint;
  /** The open ones of the month, by their numbers. */
  readonly disputes: readonly Dispute[];
}

/**
 * What a close holds for each open dispute of its month: what the label gets less what it would get with the lower of both counts in the
 * disputed part, by the same close and at the same rates: its tax is taken off, and VAT is invoiced whole with the statement. One dispute after the other, so that nothing is held twice; never less than nothing.
 */
export async function holdsOf(
  tx: Tx,
  readings: KeptReadings,
  { agreement, input, left: received, disputes }: Closing,
): Promise<readonly Hold[]> {
  if (disputes.length === 0) return [];
  let { usage } = input.usage;
  let left = received;
  const other = await otherSource(tx, readings, agreement, input.month);
  return disputes.map((dispute): Hold => {
    const before = usage;
    usage = withLowerCounts(before, other.usage, partOf(dispute));
    const of = { number: dispute.number, otherReports: other.reportIds, otherPosition: other.position };
    // Rating a month again takes as long as closing it.
    if (usage.every((sum, at) => sum === before[at])) return { ...of, minor: 0n };
    const lower = receivedOf(rateClose({ ...input, usage: { ...input.usage, usage } }).settled);
    const minor = left > lower ? left - lower : 0n;
    left -= minor;
    return { ...of, minor };
  });
}

export const heldBy = (holds: readonly Hold[]): bigint => holds.reduce((sum, { minor }) => sum + minor, 0n);

/** Books what is held, after the statement and its royalties. */
export async function bookHolds(
  tx: Tx,
  agreement: LivingAgreement,
  { month, holds, effectiveOn, at }: { month: string; holds: readonly Hold[]; effectiveOn: string; at: Date },
): Promise<void> {
  for (const hold of holds) {
    await insertHold(tx, agreement, { month, hold, at });
    const [source, legs] = [String(hold.number), disputeHeld(hold.minor)];
    await post(tx, { agreement, kind: 'dispute-held', source, effectiveOn, at, legs });
  }
}
