import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../agreements';
import { monthPeriod, RatingRefused, type Terms, termsOfMonth } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { problemOf } from '../../platform/http/problem.filter';
import type { JobPayload } from '../../platform/jobs/jobs';
import { moveOperation } from '../../platform/operations/operations';
import { publish } from '../../platform/outbox/outbox';
import {
  askToWatch,
  KeptReadings,
  liveBasis,
  MatchHeldEvents,
  ShareOutEvents,
  sameBasis,
  sameUsage,
  settledEvents,
} from '../../usage';
import { heldBy, holdsOf } from '../disputes/hold-disputed';
import type { Hold } from '../disputes/disputes.repository';
import { bookClose } from './book-close';
import { closeFactsOf } from '../facts/facts.repository';
import { monthOfRecord } from '../facts/month-of-record';
import { carriedInto } from './carried-into';
import { refuseUnlessClosable } from './closable';
import { closeAtRates } from './close-at-rates';
import type { ClosedMonth, Correction } from './rate-close';
import {
  basisOf,
  type Booking,
  currentBookings,
  insertBooking,
  insertStatement,
  statementOfMonth,
} from './statements.repository';
import { writeLines } from './write-lines';

/**
 * Closes a month: rates it, corrects earlier months whose reports were replaced or events came late, recoups the advance, books, states and invoices, all in
 * one transaction. Killed anywhere it leaves nothing; run again, or eight times at once, it leaves one statement.
 */
@Injectable()
export class ClosePeriod {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly readings: KeptReadings,
    private readonly matchHeldEvents: MatchHeldEvents,
    private readonly shareOutEvents: ShareOutEvents,
  ) {}

  async execute({ operationId = '', agreementId = '', month = '' }: JobPayload): Promise<void> {
    const at = this.clock.now();
    await this.database.asSystem((tx) => moveOperation(tx, operationId, { state: 'running', at }));
    try {
      // Held events that the agreement covers by now are the month's, or a difference of an earlier one.
      await this.matchHeldEvents.execute({ agreementId });
      await this.shareOutEvents.finish(agreementId);
      await this.database.asSystem(async (tx) => {
        const statementId = await closeOnce(tx, { agreementId, month, readings: this.readings, at });
        await moveOperation(tx, operationId, { state: 'done', result: { statementId }, at });
      });
    } catch (error) {
      const refusal = finalRefusal(error);
      if (refusal === undefined) throw error;
      const problem = problemOf(refusal);
      await this.database.asSystem((tx) => moveOperation(tx, operationId, { state: 'failed', problem, at }));
    }
  }
}

/** Refusals that a repetition would only repeat; anything else goes back to the queue. */
function finalRefusal(error: unknown): DomainError | undefined {
  if (error instanceof RatingRefused) return new DomainError('period-not-closable', undefined, error.faults);
  if (error instanceof DomainError && error.status < 500) return error;
  return undefined;
}

interface Close {
  readonly agreementId: string;
  readonly month: string;
  readonly readings: KeptReadings;
  readonly at: Date;
}

async function closeOnce(tx: Tx, { agreementId, month, readings, at }: Close): Promise<string> {
  // Whoever closes a month of the same agreement at the same time waits here, and then finds the statement.
  const agreement = await getLivingForUpdate(tx, agreementId);
  const before = await statementOfMonth(tx, agreementId, month);
  if (before !== undefined) return before.id;
  await refuseUnlessClosable(tx, { agreement, month, now: at });

  const bookings = await currentBookings(tx, agreementId);
  const termsOf = (of: string): Terms => termsOfMonth(agreement.life, of);
  const carried = await carriedInto(tx, agreement, month);
  const settled = await settledEvents(tx, agreement);
  const { closed, input } = await closeAtRates(
    tx,
    agreement,
    {
      termsOf,
      month,
      usage: await monthOfRecord(tx, readings, agreement, month, await liveBasis(tx, agreement, month, settled)),
      corrections: await correctionsOf(tx, readings, { agreement, bookings, settled }),
      carried,
      facts: await closeFactsOf(tx, agreement, month),
    },
    at,
  );
  refuseUnlessAsBooked(closed, bookings);
  const holds = await holdsOf(tx, readings, { agreement, input, settled: closed.settled });
  return book(tx, { agreement, closed, bookings, carried, holds, at });
}

interface BookedBefore {
  readonly agreement: LivingAgreement;
  readonly bookings: readonly Booking[];
  /** Up to where events are counted now. */
  readonly settled: bigint;
}

/** Earlier months that other reports, or more events, speak for than were booked. */
async function correctionsOf(
  tx: Tx,
  readings: KeptReadings,
  { agreement, bookings, settled }: BookedBefore,
): Promise<Correction[]> {
  const corrections: Correction[] = [];
  for (const booking of bookings) {
    const month = booking.period.slice(0, 7);
    const basis = await liveBasis(tx, agreement, month, settled);
    if (sameBasis(basis, basisOf(booking))) continue;
    const booked = await monthOfRecord(tx, readings, agreement, month, basisOf(booking));
    const live = await monthOfRecord(tx, readings, agreement, month, basis);
    if (!sameUsage(booked, live)) corrections.push({ month, booked, live });
  }
  return corrections;
}

/** The books and the kernel must agree about the past before anything is built on it. */
function refuseUnlessAsBooked({ corrected }: ClosedMonth, bookings: readonly Booking[]): void {
  for (const { month, before } of corrected) {
    const booked = bookings.find(({ period }) => period.startsWith(month));
    if (booked?.total_minor !== before.total.minor) {
      throw new Error(`${month} was booked with ${booked?.total_minor}, but its reports give ${before.total.minor}`);
    }
  }
}

interface Booked {
  readonly agreement: LivingAgreement;
  readonly closed: ClosedMonth;
  readonly bookings: readonly Booking[];
  readonly carried: ClosedMonth['settled']['carried'];
  readonly holds: readonly Hold[];
  readonly at: Date;
}

async function book(tx: Tx, { agreement, closed, bookings, carried, holds, at }: Booked): Promise<string> {
  const { month, settled, sha256 } = closed;
  const held = heldBy(holds);
  const statementId = await insertStatement(tx, {
    agreement,
    month,
    clause_lines: closed.clauseLines,
    sha256,
    royalties_minor: settled.royalties,
    recouped_minor: settled.recouped,
    total_minor: settled.payable,
    held_minor: held,
    carried_in: carried,
    carried_out: settled.carried,
    at,
  });
  await writeLines(tx, agreement, closed);
  for (const booking of newBookings(closed, bookings)) await insertBooking(tx, agreement, booking);

  await bookClose(tx, { agreement, closed, carried, holds, at });
  // What this month recouped is known from here on: the next one may have earned the rest of the advance already.
  await askToWatch(tx, agreement.id, monthPeriod(month).until.slice(0, 7));
  const by = { system: 'close-period', organizationId: agreement.labelId };
  const details = { agreement: agreement.id, month, sha256, payable: String(settled.payable), held: String(held) };
  await audit(tx, by, { action: 'statement.issued', subjectId: statementId, details, at });
  await publish(tx, {
    to: [agreement.labelId, agreement.platformId],
    topic: 'statement.issued',
    subjectId: statementId,
    payload: details,
    at,
  });
  return statementId;
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
    total_minor: rerated.total.minor,
    delta_minor: restatement.delta.minor,
  }));
  return [own, ...corrections].map((booking) => ({ ...booking, statement_month }));
}
