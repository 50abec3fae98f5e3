import type { LivingAgreement } from '../../../agreements';
import { canonicalText, type Carried, termsHash, termsOfMonth } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { liveBasis, settledEvents, type UsageBasis } from '../../../usage';
import { openDisputes } from '../../disputes/disputes.repository';
import { carriedInto } from '../carried-into';
import type { Booking } from '../statements.repository';

/** What a close of a month stands on. All of it is cheap to ask for again: no usage is added up. */
export interface BuiltOn {
  /** What speaks now for the month and for each one that is booked. */
  readonly bases: ReadonlyMap<string, UsageBasis>;
  /** The balances that it begins with. */
  readonly carried: Carried;
  /** All of it as one text: another text, another close. */
  readonly text: string;
}

/** The caller holds the agreement, and the month is one of its life. */
export async function builtOn(
  tx: Tx,
  agreement: LivingAgreement,
  { month, bookings }: { month: string; bookings: readonly Booking[] },
): Promise<BuiltOn> {
  const settled = await settledEvents(tx, agreement);
  const bases = new Map<string, UsageBasis>();
  for (const of of [...bookings.map(({ period }) => period.slice(0, 7)), month].sort()) {
    bases.set(of, await liveBasis(tx, agreement, of, settled));
  }
  const carried = await carriedInto(tx, agreement, month);
  const disputes = await openDisputes(tx, agreement.id, month);
  const text = canonicalText({
    month,
    terms: [...bases.keys()].map((of) => termsHash(termsOfMonth(agreement.life, of))),
    usage: [...bases.values()].map(({ reportIds, eventPosition }) => ({
      reports: [...reportIds].sort(),
      events: eventPosition === null ? null : String(eventPosition),
    })),
    booked: bookings.map(({ period, sequence }) => `${period} ${sequence}`).sort(),
    carried,
    disputes: disputes.map(({ number }) => number),
  });
  return { bases, carried, text };
}
