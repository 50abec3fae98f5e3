import type { LivingAgreement } from '../../../agreements';
import { type Terms, termsOfMonth } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import type { KeptReadings } from '../../../usage';
import { heldBy, holdsOf } from '../../disputes/hold-disputed';
import { CountedMonths } from '../../facts/counted-months';
import type { ClosedMonth, CloseInput } from '../rate-close';
import { closeAtRates } from '../close-at-rates';
import type { Booking } from '../statements.repository';
import type { BuiltOn } from './built-on';
import { Corrections } from './corrections';
import type { Outcome } from './drafts.repository';

interface Work {
  readonly agreement: LivingAgreement;
  readonly month: string;
  readonly bookings: readonly Booking[];
  readonly base: BuiltOn;
  readonly at: Date;
}

/**
 * Rates a month and corrects earlier ones, as a close states and books them, at the rates of tax and exchange of that moment: a draft keeps them. Writes nothing. Refuses with
 * rates-missing.
 */
export async function workOut(
  tx: Tx,
  readings: KeptReadings,
  { agreement, month, bookings, base, at }: Work,
): Promise<{ closed: ClosedMonth; corrections: Corrections; outcome: Outcome }> {
  const { bases, carried, facts, disputes } = base;
  const months = new CountedMonths(tx, readings, agreement);
  const corrections = new Corrections(months, { agreement, bookings, bases });
  const asked: CloseInput = {
    termsOf: (of: string): Terms => termsOfMonth(agreement.life, of),
    month,
    usage: await months.rated(month, bases.get(month)!, bases),
    corrected: await corrections.all(),
    carried,
    facts,
  };
  const { closed, input } = await closeAtRates(tx, agreement, asked, at);
  refuseUnlessAsBooked(closed, bookings);
  const { settled, rates, clauseLines, sha256 } = closed;
  const holds = await holdsOf(tx, readings, { agreement, input, settled, disputes });
  const outcome: Outcome = {
    statement: {
      clause_lines: clauseLines,
      sha256,
      royalties_minor: settled.royalties,
      recouped_minor: settled.recouped,
      total_minor: settled.payable,
      held_minor: heldBy(holds),
      carried_in: carried,
      carried_out: settled.carried,
      estimated_from: base.estimatedFrom,
    },
    closed: { month, settled: withoutLines(settled), rates },
    holds,
    bookings: newBookings(closed, bookings),
  };
  return { closed, corrections, outcome };
}

/** What breakage comes to by recordings may be long, stands in lines of its own, and books nothing. */
function withoutLines({ breakage: _, ...settled }: ClosedMonth['settled']): ClosedMonth['settled'] {
  return settled;
}

/** The books and the kernel must agree about the past before anything is built on it. */
function refuseUnlessAsBooked({ corrected }: ClosedMonth, bookings: readonly Booking[]): void {
  for (const { month, before } of corrected) {
    const booked = bookings.find(({ period }) => period.startsWith(month));
    if (booked?.total_minor !== before.minor) {
      throw new Error(`${month} was booked with ${booked?.total_minor}, but its reports give ${before.minor}`);
    }
  }
}

function newBookings({ month, usage, rated, corrected }: ClosedMonth, bookings: readonly Booking[]): Booking[] {
  const statement_month = `${month}-01`;
  const total_minor = rated.total.minor;
  const own = {
    period: statement_month,
    sequence: 1,
    report_ids: usage.reportIds,
    event_position: usage.eventPosition,
    total_minor,
    delta_minor: total_minor,
  };
  const corrections = corrected.map(({ month: of, live, rerated, restatement }) => ({
    period: `${of}-01`,
    sequence: (bookings.find(({ period }) => period.startsWith(of))?.sequence ?? 0) + 1,
    report_ids: live.reportIds,
    event_position: live.eventPosition,
    total_minor: rerated.minor,
    delta_minor: restatement.delta.minor,
  }));
  return [own, ...corrections].map((booking) => ({ ...booking, statement_month }));
}
