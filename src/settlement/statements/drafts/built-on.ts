import type { LivingAgreement } from '../../../agreements';
import { canonicalText, type Carried, type CloseFacts, type Terms, termsHash, termsOfMonth } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { settledEvents, type UsageBasis } from '../../../usage';
import { type Dispute, openDisputes } from '../../disputes/disputes.repository';
import { figuresOf } from '../../facts/facts.repository';
import { factsWithPool } from '../../pools/pool-of';
import { carriedInto } from '../carried-into';
import type { Booking } from '../statements.repository';
import { liveBases } from './live-bases';
import { packed } from './packed';
import { estimatedMonths, monthsUnreported, standInFor } from './stand-ins';

/** What a close of a period stands on. All of it is cheap to ask for again: no usage is added up. */
export interface BuiltOn {
  /** What speaks now for the period and for each one that is booked, by their first months. */
  readonly bases: ReadonlyMap<string, UsageBasis>;
  /** The period whose usage stands in for its own, its first day. */
  readonly estimatedFrom: string | null;
  /** The balances that it begins with. */
  readonly carried: Carried;
  /** What neither the contract nor usage says. */
  readonly facts: CloseFacts;
  /** Those of the period that are open. */
  readonly disputes: readonly Dispute[];
  /** All of it as one text: another text, another close. */
  readonly text: string;
}

/** The caller holds the agreement and its pool, and the month begins a period of its life. */
export async function builtOn(
  tx: Tx,
  agreement: LivingAgreement,
  { month, bookings, estimate }: { month: string; bookings: readonly Booking[]; estimate: boolean },
): Promise<BuiltOn> {
  const settled = await settledEvents(tx, agreement);
  const estimated = await estimatedMonths(tx, agreement.id);
  const bases = await liveBases(tx, agreement, { bookings, estimated, settled }, [month]);
  const isMissing = estimate && (await monthsUnreported(tx, agreement, month)).length > 0;
  const standIn = isMissing ? standInFor(bookings, estimated) : undefined;
  if (standIn !== undefined) bases.set(month, { ...bases.get(month)!, reportIds: standIn.reportIds });
  const estimatedFrom = standIn?.from ?? null;
  const carried = await carriedInto(tx, agreement, month);
  const disputes = await openDisputes(tx, agreement.id, month);
  const facts = await factsWithPool(tx, agreement, month);
  const figures = await figuresOf(tx, agreement, month);
  const text = canonicalText({
    month,
    told: packed({ facts, figures: { ...figures, services: [...figures.services] } }),
    estimatedFrom,
    terms: hashesOf([...bases.keys()].map((of) => termsOfMonth(agreement.life, of))),
    usage: [...bases.values()].map(({ reportIds, eventPosition }) => ({
      reports: [...reportIds].sort(),
      events: eventPosition === null ? null : String(eventPosition),
    })),
    booked: bookings.map(({ period, sequence }) => `${period} ${sequence}`).sort(),
    carried,
    disputes: disputes.map(({ number }) => number),
  });
  return { bases, estimatedFrom, carried, facts, disputes, text };
}

/** The hash of each; periods under the same text share it, and a text may be long. */
function hashesOf(all: readonly Terms[]): string[] {
  const hashes = new Map([...new Set(all)].map((terms) => [terms, termsHash(terms)]));
  return all.map((terms) => hashes.get(terms)!);
}
