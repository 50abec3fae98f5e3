import type { Amended, LivingAgreement } from '../../agreements';
import {
  dayInZone,
  firstMonthOf,
  firstTerms,
  type Life,
  monthsOfLife,
  periodNameOfMonth,
  periodOfMonth,
  periodsOfLife,
  termsOfMonth,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { liveReportIds, needsReports, readBeforeConclusion, reportsAwaited } from '../../usage';
import { deadlinesIn } from '../timetable/timetable';
import { monthsUnreported, standInFor } from './drafts/stand-ins';
import { closedMonths, currentBookings } from './statements.repository';

interface Closing {
  readonly agreement: LivingAgreement;
  /** The first of its reporting period: that is closed as a whole. */
  readonly month: string;
  readonly now: Date;
  /** Whether the usage of the last period may stand in for a report that is overdue. */
  readonly estimate: boolean;
}

/**
 * Whether a period may be closed now. Refuses with period-already-closed or period-not-closable: it must be a reporting period
 * of the agreement’s life that has ended where the agreement's clocks hang, earlier ones are closed, and the reports of each of its months,
 * where it needs any, are there and read.
 */
export async function refuseUnlessClosable(tx: Tx, { agreement, month, now, estimate }: Closing): Promise<void> {
  const periods = periodsOfLife(agreement.life);
  if (!periods.includes(month)) throw notClosable(notAPeriod(agreement, month));
  const { until } = periodOfMonth(agreement.life, month);
  const name = periodNameOfMonth(agreement.life, month);
  if (dayInZone(now, agreement.timeZone) < until) throw notClosable(`${name} has not ended in ${agreement.timeZone}`);

  const closed = await closedMonths(tx, agreement.id);
  if (closed.has(month)) throw new DomainError('period-already-closed');
  const earlier = periods.find((other) => other < month && !closed.has(other));
  if (earlier !== undefined) throw notClosable(`${periodNameOfMonth(agreement.life, earlier)} must be closed first`);

  if (await reportsAwaited(tx, agreement, month)) throw notClosable('a usage report is still being read');
  // Where events are all of the money, silence is no usage, and what comes late is a difference.
  if (!needsReports(termsOfMonth(agreement.life, month))) return;
  const unreported = await monthsUnreported(tx, agreement, month);
  if (unreported.length > 0) {
    if (!estimate) throw notClosable(`no usage is reported for ${unreported.join(', ')}`);
    return refuseUnlessEstimable(tx, { agreement, month, now });
  }
  if (await readBeforeConclusion(tx, agreement, await liveReportIds(tx, agreement, month))) {
    throw notClosable(
      `a report of ${name} was read before the agreement was concluded, and could not be read again: have it sent again as a replacement`,
    );
  }
}

async function refuseUnlessEstimable(tx: Tx, { agreement, month, now }: Omit<Closing, 'estimate'>): Promise<void> {
  const { report } = deadlinesIn(agreement, month);
  if (report !== null && dayInZone(now, agreement.timeZone) <= report) {
    throw notClosable(`its report is not overdue: it is due on ${report}`);
  }
  const bookings = await currentBookings(tx, agreement.id);
  if (standInFor(bookings, new Map()) === undefined) throw notClosable('no period before it was closed by reports');
}

/** Why this month is no period that is closed. */
export function notAPeriod({ life }: LivingAgreement, month: string): string {
  if (!monthsOfLife(life).includes(month)) return `${month} is not a month of the term`;
  return `${month} ${notFirst(life, month)}`;
}

/** What is wrong with a month that begins no reporting period. */
export const notFirst = (life: Life, month: string): string =>
  `is not the first month of a ${firstTerms(life).reportingPeriod}: ${firstMonthOf(life, month)} is`;

/** A closed period is never rated again under other terms: what was agreed late holds from one that is still open. */
export async function refuseClosedMonths(tx: Tx, { agreement, effectiveFrom }: Amended): Promise<void> {
  const last = [...(await closedMonths(tx, agreement.id))].sort().at(-1);
  if (last === undefined || `${last}-01` < effectiveFrom) return;
  const message = `${periodNameOfMonth(agreement.life, last)} is closed already: an amendment holds from a later ${firstTerms(agreement.life).reportingPeriod}`;
  throw new DomainError('amendment-not-possible', undefined, [
    { pointer: '/effectiveFrom', code: 'amendment-not-possible', message },
  ]);
}

const notClosable = (detail: string): DomainError => new DomainError('period-not-closable', detail);
