import { dayInZone, startOfDayInZone } from '../calendar';
import { numbersOf, reasonsOnDay } from './decide';
import { type GrantInForce, type Pause } from './grants';
import { LICENSED_RUNG, reasonBit, reasonOf, type ReasonSet, type RefusalReason, rungOf } from './ladder';

/** A grant with what an instant needs beside days: the zone that the days are of, and when its agreement did not hold. */
export interface DatedGrant extends GrantInForce {
  readonly timeZone: string;
  readonly pauses: readonly Pause[];
}

/** Codes as DDEX writes them. */
export interface InstantQuestion {
  readonly isrc: string;
  readonly service: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly instant: Date;
}

export type InstantDecision<Grant extends DatedGrant> =
  | { readonly licensed: true; readonly grant: Grant; readonly trueUntil: Date }
  | { readonly licensed: false; readonly reason: RefusalReason };

/**
 * May this service use this recording this way, here, at this instant? One grant after the other, in their order, each by the day that the
 * instant is in its own zone: plain and slow. Whatever answers faster must answer the same. Without any grant: 'unknown-recording', for whoever
 * asks to find out whether a catalogue has it.
 */
export function decideAt<Grant extends DatedGrant>(
  grants: readonly Grant[],
  question: InstantQuestion,
): InstantDecision<Grant> {
  let best = 0;
  for (const grant of grants) {
    if (grant.isrcs && !grant.isrcs.has(question.isrc)) continue;
    const rung = rungOf(reasonsAt(grant, question));
    if (rung === LICENSED_RUNG) return { licensed: true, grant, trueUntil: trueUntil(grant, question.instant) };
    if (rung > best) best = rung;
  }
  return { licensed: false, reason: reasonOf(best) };
}

/** Every reason why a grant does not permit a use at an instant, its recordings left aside. */
export function reasonsAt(grant: DatedGrant, { instant, ...asked }: Omit<InstantQuestion, 'isrc'>): ReasonSet {
  const reasons = reasonsOnDay(grant, numbersOf({ ...asked, day: dayInZone(instant, grant.timeZone) }));
  const pause = grant.pauses.find(({ from, until }) => from <= instant && (until === null || instant < until));
  return pause === undefined ? reasons : reasons | reasonBit(pause.state);
}

/** Until when a yes at an instant holds, as far as is known: the grant's end, or a pause before it. */
export function trueUntil({ inForce, timeZone, pauses }: DatedGrant, instant: Date): Date {
  const end = startOfDayInZone(inForce.until, timeZone);
  const pause = pauses.find(({ from }) => from > instant);
  return pause !== undefined && pause.from < end ? pause.from : end;
}
