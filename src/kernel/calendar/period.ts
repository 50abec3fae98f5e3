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

/** Whether the text names a month: '2026-01'. */
export function isMonth(text: string): boolean {
  return MONTH.test(text) && isCalendarDate(`${text}-01`) && text !== '9999-12';
}

/** The whole month '2026-01' as [2026-01-01, 2026-02-01). Throws RangeError on anything else. */
export function monthPeriod(month: string): Period {
  if (!isMonth(month)) throw new RangeError(`not a month: ${month.slice(0, 20)}`);
  return periodOf(`${month}-01`, `${nextMonth(month)}-01`);
}

/** 'YYYY-MM' of a period that is one whole month, else undefined. */
export function monthOf(period: Period): string | undefined {
  const month = period.from.slice(0, 7);
  if (!isMonth(month)) return undefined;
  const whole = monthPeriod(month);
  return whole.from === period.from && whole.until === period.until ? month : undefined;
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
export function monthsOf(period: Period): string[] {
  const months: string[] = [];
  for (let month = period.from.slice(0, 7); `${month}-01` < period.until; month = nextMonth(month)) months.push(month);
  return months;
}

function nextMonth(month: string): string {
  const year = parseInt(month.slice(0, 4), 10);
  const number = parseInt(month.slice(5, 7), 10);
  const next = number === 12 ? [year + 1, 1] : [year, number + 1];
  return `${String(next[0]).padStart(4, '0')}-${String(next[1]).padStart(2, '0')}`;
}
