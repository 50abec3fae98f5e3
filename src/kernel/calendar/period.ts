import { calendarDateOf, isCalendarDate, type CalendarDate } from './calendar-date';

/** Half-open: the first day is in, the day `until` is not. Neighbouring periods share one date and no day. */
export interface Period {
  readonly from: CalendarDate;
  readonly until: CalendarDate;
}

const MONTH = /^(\d{4})-(\d{2})$/;

/** A period of at least one day. Throws RangeError on bad dates or when it would be empty. */
export function periodOf(from: string, until: string): Period {
  const period = { from: calendarDateOf(from), until: calendarDateOf(until) };
  if (period.from >= period.until) throw new RangeError(`an empty period: ${from} to ${until}`);
  return period;
}

/** Whether the text names a month: '2026-01'. 9999-12 is none: the day that it ends before has no name. */
export function isMonth(text: string): boolean {
  return MONTH.test(text) && isCalendarDate(`${text}-01`) && text !== '9999-12';
}

/** The whole month '2026-01' as [2026-01-01, 2026-02-01). Throws RangeError on anything else. */
export function monthPeriod(month: string): Period {
  if (!isMonth(month)) throw new RangeError(`not a month: ${month.slice(0, 20)}`);
  return periodOf(`${month}-01`, `${monthAfter(month, 1)}-01`);
}

export function contains(period: Period, day: CalendarDate): boolean {
  return period.from <= day && day < period.until;
}

export function overlaps(a: Period, b: Period): boolean {
  return a.from < b.until && b.from < a.until;
}

/** The days both have, or undefined when they have none. */
export function intersect(a: Period, b: Period): Period | undefined {
  if (!overlaps(a, b)) return undefined;
  return { from: a.from > b.from ? a.from : b.from, until: a.until < b.until ? a.until : b.until };
}

/** The months that the period touches, in order: 'YYYY-MM'. */
export function monthsOf({ from, until }: Period): string[] {
  const first = from.slice(0, 7);
  // Counted, for the month after the last one that has a name comes before all others as text.
  const count = monthsBetween(first, until.slice(0, 7)) + (until.endsWith('-01') ? 0 : 1);
  return Array.from({ length: count }, (_, at) => monthAfter(first, at));
}

/** The first days of the months that the period touches, in order: what tables name months by. */
export const firstDaysOf = (period: Period): string[] => monthsOf(period).map((month) => `${month}-01`);

/** The month so many months later or, below zero, earlier: ('2026-11', 2) is '2027-01'. */
export function monthAfter(month: string, count: number): string {
  const number = monthNumber(month) + count;
  return `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`;
}

/** How many months lie between: ('2026-11', '2027-01') is 2. */
export const monthsBetween = (from: string, to: string): number => monthNumber(to) - monthNumber(from);

const monthNumber = (month: string): number =>
  parseInt(month.slice(0, 4), 10) * 12 + parseInt(month.slice(5, 7), 10) - 1;

/** The calendar periods for which usage is reported and royalties are closed. */
export const REPORTING_PERIODS = ['month', 'quarter', 'half-year', 'year'] as const;

export type ReportingPeriod = (typeof REPORTING_PERIODS)[number];

/** How many months one period of each kind has; periods begin where these divide the year. */
export const MONTHS_PER: Readonly<Record<ReportingPeriod, number>> = { month: 1, quarter: 3, 'half-year': 6, year: 12 };

/** The name of a period that is one whole reporting period of this kind: '2026-01', '2026-Q1', '2026-H1', '2026'; else undefined. */
export function reportingPeriodName(kind: ReportingPeriod, period: Period): string | undefined {
  const months = MONTHS_PER[kind];
  const [year = '', month = ''] = period.from.split('-');
  const place = (parseInt(month, 10) - 1) / months;
  if (!Number.isInteger(place) || !period.from.endsWith('-01')) return undefined;
  if (monthAfter(period.from.slice(0, 7), months) !== period.until.slice(0, 7) || !period.until.endsWith('-01')) {
    return undefined;
  }
  if (kind === 'month') return `${year}-${month}`;
  if (kind === 'year') return year;
  return `${year}-${kind === 'quarter' ? 'Q' : 'H'}${place + 1}`;
}

const NAME = /^(\d{4})(?:-(?:(\d{2})|Q([1-4])|H([12])))?$/;

/** The period of a name as `reportingPeriodName` gives it. Throws RangeError on anything else. */
export function reportingPeriodNamed(name: string): Period {
  const [, year, month, quarter, half] = NAME.exec(name) ?? [];
  if (year === undefined) throw new RangeError(`not a reporting period: ${name.slice(0, 20)}`);
  if (month !== undefined) return monthPeriod(name);
  const months = quarter === undefined ? (half === undefined ? 12 : 6) : 3;
  const first = (parseInt(quarter ?? half ?? '1', 10) - 1) * months + 1;
  const from = `${year}-${String(first).padStart(2, '0')}`;
  return periodOf(`${from}-01`, `${monthAfter(from, months)}-01`);
}

/** The reporting period of this kind that a month lies in: ('quarter', '2026-05') is [2026-04-01, 2026-07-01). */
export function reportingPeriodAround(kind: ReportingPeriod, month: string): Period {
  const months = MONTHS_PER[kind];
  const { from } = monthPeriod(month);
  const first = monthAfter(from.slice(0, 7), -((parseInt(from.slice(5, 7), 10) - 1) % months));
  return periodOf(`${first}-01`, `${monthAfter(first, months)}-01`);
}

/** Whether a reporting period of this kind begins on the day: ('quarter', '2026-04-01') does, ('quarter', '2026-05-01') does not. */
export const beginsReportingPeriod = (kind: ReportingPeriod, day: string): boolean =>
  day.endsWith('-01') && (parseInt(day.slice(5, 7), 10) - 1) % MONTHS_PER[kind] === 0;

/** The name of the reporting period of this kind that a month lies in: ('quarter', '2026-05') is '2026-Q2'. */
export const reportingPeriodNameAround = (kind: ReportingPeriod, month: string): string =>
  reportingPeriodName(kind, reportingPeriodAround(kind, month)) ?? month;

/** The names of the reporting periods that the period touches, in order. */
export function reportingPeriodsOf(kind: ReportingPeriod, period: Period): string[] {
  const names = monthsOf(period).map((month) => {
    const [year = '', number = ''] = month.split('-');
    const place = Math.floor((parseInt(number, 10) - 1) / MONTHS_PER[kind]) + 1;
    return { month, quarter: `${year}-Q${place}`, 'half-year': `${year}-H${place}`, year }[kind];
  });
  return [...new Set(names)];
}

/** How many days the period has. */
export function daysOf({ from, until }: Period): number {
  return (Date.parse(until) - Date.parse(from)) / 86_400_000;
}
