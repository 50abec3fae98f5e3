import type { LivingAgreement } from '../../agreements';
import { allocateShares, ratio, type RatedPeriod, receivedOf, withUndisputedShares } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { enqueue } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { post } from '../ledger/ledger';
import { disputeHeld } from '../ledger/templates';
import { type CloseInput, rateClose } from '../statements/rate-close';
import { insertRightsHolds, type RightsHold, stillHeld } from './conflict-holds.repository';
import type { DisputedShares } from './disputed-shares';
import { type Loss, lossesOf } from './losses';
import { undisputedCorrection } from './undisputed-correction';

interface Closing {
  readonly input: CloseInput;
  readonly rated: RatedPeriod;
  /** What the label gets. */
  readonly received: bigint;
  readonly disputed: DisputedShares;
  /** What is held of earlier periods already, by their first months. */
  readonly heldBefore: ReadonlyMap<string, bigint>;
}

/** What is held, and what that leaves: the close without it, and what the label gets. */
interface Undisputed {
  readonly holds: readonly RightsHold[];
  readonly input: CloseInput;
  readonly left: bigint;
}

/**
 * What a close holds for open conflicts: what the label gets less what it would get by the shares that nobody else states, by the same close and at the same rates. It is rated once for all of them; what comes of it is
 * spread over the pieces by what they lose, so the parts are the whole. Never less than nothing.
 */
export function rightsHoldsOf({ input, rated, received, disputed, heldBefore }: Closing): Undisputed {
  const nothing = { holds: [], input, left: received };
  if (disputed.size === 0) return nothing;
  const own = disputed.get(input.month) ?? [];
  const record = input.usage.usage;
  const usage = withUndisputedShares(record, own);
  const isLower = usage.some((sum, at) => sum !== record[at]);
  const corrections = input.corrected.map((each) => undisputedCorrection(each, heldBefore.get(each.month) ?? 0n));
  if (!isLower && corrections.every(({ excess }) => excess === 0n)) return nothing;
  const undisputed = {
    ...input,
    usage: { ...input.usage, usage },
    corrected: corrections.map(({ corrected }) => corrected),
  };
  const lower = rateClose(undisputed);
  const left = receivedOf(lower.settled);
  if (left >= received) return nothing;
  const lost = { period: input.month, usage: record, rated, lower: lower.rated };
  const parts = [
    { excess: rated.total.minor - lower.rated.total.minor, losses: isLower ? lossesOf(own, lost) : [] },
    ...corrections,
  ];
  return { holds: spread(received - left, parts.flatMap(weighed)), input: undisputed, left };
}

interface Weighed {
  readonly loss: Loss;
  readonly weight: ReturnType<typeof ratio>;
}

/** The pieces of a period share what it comes to beyond what is undisputed. */
function weighed({ excess, losses }: { readonly excess: bigint; readonly losses: readonly Loss[] }): Weighed[] {
  const whole = losses.reduce((sum, { weight }) => sum + weight, 0n);
  const of = excess > 0n ? excess : 1n;
  return losses.map((loss) => ({ loss, weight: ratio(loss.weight * of, whole) }));
}

function spread(minor: bigint, parts: readonly Weighed[]): RightsHold[] {
  const weights = parts.map(({ weight }) => weight);
  return allocateShares(minor, weights)
    .map((part, at) => {
      const { weight: _, ...hold } = parts[at]!.loss;
      return { ...hold, minor: part };
    })
    .filter((hold) => hold.minor > 0n);
}

export const heldForRights = (holds: readonly RightsHold[]): bigint =>
  holds.reduce((sum, { minor }) => sum + minor, 0n);

/** As it is booked, once for each month. */
export const rightsSource = (month: string): string => `dispute about rights ${month}`;

export const releaseJob = 'release-rights-holds';

export const askToRelease = (tx: Tx, agreementId: string): Promise<void> =>
  enqueue(tx, releaseJob, { agreementId }, `${releaseJob} ${agreementId}`);

/** Books what is held, after the statement. A conflict may have ended in this very moment, and what was lost with one waits for a statement: a job looks at both. */
export async function bookRightsHolds(
  tx: Tx,
  agreement: LivingAgreement,
  {
    month,
    holds,
    effectiveOn,
    at,
  }: { readonly month: string; readonly holds: readonly RightsHold[]; readonly effectiveOn: string; readonly at: Date },
): Promise<void> {
  const minor = heldForRights(holds);
  if (minor > 0n) {
    await insertRightsHolds(tx, agreement, { month, holds, at });
    await post(tx, {
      agreement,
      kind: 'dispute-held',
      source: rightsSource(month),
      effectiveOn,
      at,
      legs: disputeHeld(minor),
    });
    const to = [agreement.labelId, agreement.platformId];
    const payload = { month, held: String(minor), currency: agreement.currency };
    await publish(tx, { to, topic: 'rights-conflict.held', subjectId: agreement.id, payload, at });
  }
  if ((await stillHeld(tx, agreement.id)).length > 0) await askToRelease(tx, agreement.id);
}
