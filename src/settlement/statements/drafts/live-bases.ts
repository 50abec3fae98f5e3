import type { LivingAgreement } from '../../../agreements';
import { periodsOfLife } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { everyPosition, liveBasis, type UsageBasis } from '../../../usage';
import { type Bases, countsThroughLife } from '../../facts/counted-months';
import { type Booking, currentBookings } from '../statements.repository';
import { estimatedMonths, isEstimate, monthsUnreported, type StandIn } from './stand-ins';

/** What speaks now for each period that is booked, in their order: a close corrects what differs from the booking. */
export async function liveBases(
  tx: Tx,
  agreement: LivingAgreement,
  { bookings, estimated, settled }: Booked,
): Promise<Map<string, UsageBasis>> {
  const bases = new Map<string, UsageBasis>();
  for (const booking of bookings) {
    const of = booking.period.slice(0, 7);
    const live = await liveBasis(tx, agreement, of, settled);
    // An estimate holds until every month is reported.
    const holds = isEstimate(booking, estimated) && (await monthsUnreported(tx, agreement, of)).length > 0;
    bases.set(of, holds ? { ...live, reportIds: booking.report_ids } : live);
  }
  return bases;
}

interface Booked {
  readonly bookings: readonly Booking[];
  readonly estimated: ReadonlyMap<string, StandIn>;
  /** Events up to here. */
  readonly settled: bigint;
}

/** What speaks now for all periods before the one that begins with this month, open ones too, in their order. None where no counter of the term asks. */
export async function basesBeforeNow(tx: Tx, agreement: LivingAgreement, month: string): Promise<Bases> {
  if (!countsThroughLife(agreement.life)) return new Map();
  const bookings = (await currentBookings(tx, agreement.id)).filter(({ period }) => period.slice(0, 7) < month);
  const estimated = await estimatedMonths(tx, agreement.id);
  const bases = await liveBases(tx, agreement, { bookings, estimated, settled: everyPosition });
  for (const open of periodsOfLife(agreement.life)) {
    if (open < month && !bases.has(open)) bases.set(open, await liveBasis(tx, agreement, open, everyPosition));
  }
  return bases;
}
