import type { LivingAgreement } from '../../agreements';
import { openConflictsWith, type RightsConflict } from '../../catalogue';
import {
  allocateShares,
  periodOfMonth,
  type RatedPeriod,
  rational,
  receivedOf,
  spreadOverRecordings,
  type Terms,
  type UsageSum,
  withUndisputedShares,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { enqueue } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { post } from '../ledger/ledger';
import { disputeHeld } from '../ledger/templates';
import { type CloseInput, rateClose } from '../statements/rate-close';
import { insertRightsHolds, type RightsHold, stillHeld } from './conflict-holds.repository';

/** The open conflicts of an agreement's label over recordings of these terms, by ISRC. */
export async function conflictsUnder(
  tx: Tx,
  { labelId }: Pick<LivingAgreement, 'labelId'>,
  all: Iterable<Terms>,
): Promise<RightsConflict[]> {
  const conflicts = await openConflictsWith(tx, labelId);
  // Nearly always there are none, and a repertoire may be long.
  if (conflicts.length === 0) return conflicts;
  const licensed = new Set([...new Set(all)].flatMap(({ repertoire }) => repertoire.isrcs));
  return conflicts.filter(({ isrc }) => licensed.has(isrc));
}

interface Closing {
  readonly agreement: LivingAgreement;
  /** The month's usage being what disputes about it leave. */
  readonly input: CloseInput;
  readonly rated: RatedPeriod;
  /** What the label gets, disputes about usage aside. */
  readonly left: bigint;
  readonly conflicts: readonly RightsConflict[];
}

/**
 * What a close holds for open conflicts: what the label gets less what it would get by the share that nobody else states, by the same close and at the same rates. It is rated once for all of them; what comes of it is
 * spread over the conflicts by what their recordings lose, so the parts are the whole. Never less than nothing.
 */
export function rightsHoldsOf({ agreement, input, rated, left, conflicts }: Closing): RightsHold[] {
  if (conflicts.length === 0) return [];
  const { labelId, life } = agreement;
  const { usage } = input.usage;
  const lowered = withUndisputedShares(usage, conflicts, { labelId, period: periodOfMonth(life, input.month) });
  const isIn = new Set(lowered.filter((sum, at) => sum !== usage[at]).map(({ isrc }) => isrc));
  if (isIn.size === 0) return [];
  const lower = rateClose({ ...input, usage: { ...input.usage, usage: lowered } });
  const held = left - receivedOf(lower.settled);
  if (held <= 0n) return [];
  const concerned = conflicts.filter(({ isrc }) => isIn.has(isrc));
  const weights = weightsOf(concerned, { rated, lower: lower.rated, usage });
  return allocateShares(held, weights.map(rational))
    .map((minor, at) => ({ conflictId: concerned[at]!.id, share: mostStated(concerned[at]!, labelId), minor }))
    .filter(({ minor }) => minor > 0n);
}

/** What each recording loses; where roundings hide that, its units. */
function weightsOf(
  concerned: readonly RightsConflict[],
  {
    rated,
    lower,
    usage,
  }: { readonly rated: RatedPeriod; readonly lower: RatedPeriod; readonly usage: readonly UsageSum[] },
): bigint[] {
  const [before, after] = [amountsByIsrc(rated), amountsByIsrc(lower)];
  const lost = concerned.map(({ isrc }) => atLeastNothing((before.get(isrc) ?? 0n) - (after.get(isrc) ?? 0n)));
  if (lost.some((minor) => minor > 0n)) return lost;
  const units = new Map<string, bigint>();
  for (const { isrc, quantity } of usage) units.set(isrc, (units.get(isrc) ?? 0n) + quantity);
  const used = concerned.map(({ isrc }) => units.get(isrc) ?? 0n);
  return used.some((quantity) => quantity > 0n) ? used : concerned.map(() => 1n);
}

const atLeastNothing = (minor: bigint): bigint => (minor > 0n ? minor : 0n);

function amountsByIsrc(rated: RatedPeriod): Map<string, bigint> {
  const amounts = new Map<string, bigint>();
  const parts = spreadOverRecordings(rated);
  for (const [at, { isrc }] of rated.recordings.entries())
    amounts.set(isrc, (amounts.get(isrc) ?? 0n) + (parts[at] ?? 0n));
  return amounts;
}

const mostStated = ({ pieces }: RightsConflict, labelId: string): number =>
  Math.max(
    ...pieces.flatMap(({ claims }) => claims.filter((claim) => claim.labelId === labelId).map(({ share }) => share)),
  );

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
