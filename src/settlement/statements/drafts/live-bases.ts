import type { LivingAgreement } from '../../../agreements';
import { periodsOfLife } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { everyPosition, liveBasesOf, type UsageBasis } from '../../../usage';
import { type Bases, countsThroughLife } from '../../facts/counted-months';
import { type Booking, currentBookings } from '../statements.repository';
import { estimatedMonths, isEstimate, monthsUnreported, type StandIn } from './stand-ins';

/** What speaks now for each period that is booked, in their order, and then for these others: a close corrects what differs from the booking. */
export async function liveBases(
  tx: Tx,
  agreement: LivingAgreement,
  { bookings, estimated, settled }: Booked,
  others: readonly string[],
): Promise<Map<string, UsageBasis>> {
  const months = bookings.map(({ period }) => period.slice(0, 7));
  const bases = await liveBasesOf(tx, agreement, [...months, ...others], settled);
  for (const booking of bookings) {
    const of = booking.period.slice(0, 7);
    // An estimate holds until every month is reported.
    const holds = isEstimate(booking, estimated) && (await monthsUnreported(tx, agreement, of)).length > 0;
    if (holds) bases.set(of, { ...bases.get(of)!, reportIds: booking.report_ids });
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
  const booked = new Set(bookings.map(({ period }) => period.slice(0, 7)));
  const open = periodsOfLife(agreement.life).filter((one) => one < month && !booked.has(one));
  const estimated = await estimatedMonths(tx, agreement.id);
  return liveBases(tx, agreement, { bookings, estimated, settled: everyPosition }, open);
}
