import { type CalendarDate, calendarDateOf, dayAfter, daysOf, reportingPeriodAround, type Terms } from '../../kernel';
import { needsReports } from '../../usage';

export const stepStates = ['upcoming', 'due', 'overdue', 'done'] as const;
export type StepState = (typeof stepStates)[number];

/** Something that is to be done by a day. */
export interface Step {
  /** The first day on which it can be done. */
  readonly from: string;
  /** The last day on which it is in time. */
  readonly due: string;
  readonly done: string | null;
  readonly state: StepState;
  /** How late it was done, or is by today; 0 in time. */
  readonly daysLate: number;
}

/** Days for a statement once its reports are due: no clause of the terms names a day for it. */
export const statementDays = 15;

/** What has happened about a period. Days in the agreement's time zone. */
export interface MonthFacts {
  readonly reported: string | null;
  readonly drafted: string | null;
  readonly issued: string | null;
  readonly invoice: { readonly issued: string; readonly due: string; readonly paid: string | null } | null;
  readonly interest: bigint | null;
}

export interface MonthSteps {
  /** The first of the reporting period. */
  readonly month: string;
  /** What the period is called. */
  readonly period: string;
  /** Null where no report is needed: events are all of the money. */
  readonly report: Step | null;
  readonly draft: Step;
  readonly statement: Step;
  /** Null while nothing of the period is invoiced. */
  readonly payment: Step | null;
  /** Of that payment, where it was late and the terms charge for it: minor units. */
  readonly interest: bigint | null;
}

export interface Deadlines {
  /** The first day after the period. */
  readonly ended: CalendarDate;
  readonly report: CalendarDate | null;
  readonly statement: CalendarDate;
}

/** By when a period is reported and stated. What was signed after it is counted from the signature. */
export function deadlinesOf(
  terms: Terms,
  { month, concludedOn }: { month: string; concludedOn: CalendarDate },
): Deadlines {
  const { until } = reportingPeriodAround(terms.reportingPeriod, month);
  const from = concludedOn > until ? concludedOn : until;
  // The period's last day is the day before: n days after its end are n days after that.
  const reports = needsReports(terms) ? dayAfter(from, terms.usage.report.dueDays - 1) : null;
  return { ended: until, report: reports, statement: dayAfter(reports ?? from, statementDays) };
}

/** A period of an agreement on a day: what was done when, what is due, and how late it is. */
export function stepsOf(
  deadlines: Deadlines,
  { month, period, facts, today }: { month: string; period: string; facts: MonthFacts; today: CalendarDate },
): MonthSteps {
  const { ended } = deadlines;
  const step = (from: string, due: string, done: string | null): Step => stepOn(today, { from, due, done });
  const { reported, drafted, issued, invoice, interest } = facts;
  return {
    month,
    period,
    report: deadlines.report && step(ended, deadlines.report, reported),
    draft: step(ended, deadlines.statement, drafted ?? issued),
    statement: step(ended, deadlines.statement, issued),
    payment: invoice && step(invoice.issued, invoice.due, invoice.paid),
    interest,
  };
}

function stepOn(today: CalendarDate, { from, due, done }: Pick<Step, 'from' | 'due' | 'done'>): Step {
  const late = daysBetween(due, done ?? today);
  const step = { from, due, done, daysLate: Math.max(late, 0) };
  if (done !== null) return { ...step, state: 'done' };
  if (late > 0) return { ...step, state: 'overdue' };
  return { ...step, state: today < from ? 'upcoming' : 'due' };
}

/** Negative where `to` comes first. */
export const daysBetween = (from: string, to: string): number =>
  from <= to
    ? daysOf({ from: calendarDateOf(from), until: calendarDateOf(to) })
    : -daysOf({ from: calendarDateOf(to), until: calendarDateOf(from) });
