import type { Amended, LivingAgreement } from '../../agreements';
import { dayInZone, monthPeriod, monthsOfLife, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { liveReportIds, needsReports, readBeforeConclusion, reportsAwaited } from '../../usage';
import { deadlinesIn } from '../timetable/timetable';
import { standInFor } from './drafts/stand-ins';
import { closedMonths, currentBookings } from './statements.repository';

interface Closing {
  readonly agreement: LivingAgreement;
  readonly month: string;
  readonly now: Date;
  /** Whether the usage of the last month may stand in for a report that is overdue. */
  readonly estimate: boolean;
}

/**
 * Whether a month may be closed now. Refuses with period-already-closed or period-not-closable: it must be a
 * month of the agreement’s life that has ended where the agreement's clocks hang, earlier months are closed, and its reports, where it
 * needs any, are there and read.
 */
export async function refuseUnlessClosable(tx: Tx, { agreement, month, now, estimate }: Closing): Promise<void> {
  const months = monthsOfLife(agreement.life);
  if (!months.includes(month)) throw notClosable(`${month} is not a month of the term`);
  const { until } = monthPeriod(month);
  if (dayInZone(now, agreement.timeZone) < until) throw notClosable(`${month} has not ended in ${agreement.timeZone}`);

  const closed = await closedMonths(tx, agreement.id);
  if (closed.has(month)) throw new DomainError('period-already-closed');
  const earlier = months.find((other) => other < month && !closed.has(other));
  if (earlier !== undefined) throw notClosable(`${earlier} must be closed first`);

  if (await reportsAwaited(tx, agreement, month)) throw notClosable('a usage report is still being read');
  // Where events are all of the money, silence is no usage, and what comes late is a difference.
  if (!needsReports(termsOfMonth(agreement.life, month))) return;
  const reports = await liveReportIds(tx, agreement, month);
  if (reports.length === 0) {
    if (!estimate) throw notClosable(`no usage is reported for ${month}`);
    return refuseUnlessEstimable(tx, { agreement, month, now });
  }
  if (await readBeforeConclusion(tx, agreement, reports)) {
    throw notClosable(
      `a report of ${month} was read before the agreement was concluded, and could not be read again: have it sent again as a replacement`,
    );
  }
}

async function refuseUnlessEstimable(tx: Tx, { agreement, month, now }: Omit<Closing, 'estimate'>): Promise<void> {
  const { report } = deadlinesIn(agreement, month);
  if (report !== null && dayInZone(now, agreement.timeZone) <= report) {
    throw notClosable(`its report is not overdue: it is due on ${report}`);
  }
  const bookings = await currentBookings(tx, agreement.id);
  if (standInFor(bookings, new Map()) === undefined) throw notClosable('no month before it was closed by reports');
}

/** A closed month is never rated again under other terms: what was agreed late holds from a month that is still open. */
export async function refuseClosedMonths(tx: Tx, { agreement, effectiveFrom }: Amended): Promise<void> {
  const last = [...(await closedMonths(tx, agreement.id))].sort().at(-1);
  if (last === undefined || `${last}-01` < effectiveFrom) return;
  const message = `${last} is closed already: an amendment holds from a later month`;
  throw new DomainError('amendment-not-possible', undefined, [
    { pointer: '/effectiveFrom', code: 'amendment-not-possible', message },
  ]);
}

const notClosable = (detail: string): DomainError => new DomainError('period-not-closable', detail);
