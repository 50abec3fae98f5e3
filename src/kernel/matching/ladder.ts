/**
 * Why not, least specific first. When several grants fail, the answer is that of the grant that came furthest:
 * 'territory-not-granted' means that there is a licence for this recording, service and use, but not there.
 */
export const REFUSAL_REASONS = [
  'unknown-recording',
  'no-agreement',
  'use-not-granted',
  'territory-not-granted',
  'expired',
  'not-yet',
  'withdrawn',
  'suspended',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The rung of a grant that permits the use: above every reason why not. */
export const LICENSED_RUNG = REFUSAL_REASONS.length;

/** The reasons why a grant does not permit a use, as a set: bit n stands for REFUSAL_REASONS[n]. */
export type ReasonSet = number;

export const reasonBit = (reason: RefusalReason): ReasonSet => 1 << REFUSAL_REASONS.indexOf(reason);

const licensedBit = 1 << LICENSED_RUNG;

/**
 * How far a grant goes with a question: the place of the first reason that applies, or LICENSED_RUNG when none does. The one order of tests:
 * matching by days, clearance by instants and the clearance index find out which reasons apply, each in its own way, and ask here.
 */
export function rungOf(reasons: ReasonSet): number {
  const set = reasons | licensedBit;
  return 31 - Math.clz32(set & -set);
}

/** The reason of a rung below LICENSED_RUNG. Throws RangeError on any other. */
export function reasonOf(rung: number): RefusalReason {
  const reason = REFUSAL_REASONS[rung];
  if (reason === undefined) throw new RangeError(`no reason stands on rung ${rung}`);
  return reason;
}
