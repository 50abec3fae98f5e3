import { Temporal } from 'temporal-polyfill';

declare const calendarDate: unique symbol;

/** A day of the calendar as 'YYYY-MM-DD'. It has no time and no zone; dates compare as text. */
export type CalendarDate = string & { readonly [calendarDate]: true };

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the text is a day that exists: 2028-02-29 is one, 2026-02-29 is not. Years 0001 to 9999. */
export function isCalendarDate(text: string): text is CalendarDate {
  const match = DATE.exec(text);
  if (!match) return false;
  const [year, month, day] = match.slice(1).map((digits) => parseInt(digits, 10));
  if (year === undefined || month === undefined || day === undefined) return false;
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The text as a date. Throws RangeError when there is no such day. */
export function calendarDateOf(text: string): CalendarDate {
  if (!isCalendarDate(text)) throw new RangeError(`not a calendar date: ${text.slice(0, 20)}`);
  return text;
}

/** Later than any day that matters: the end of what has none. */
export const NEVER = '9999-12-31' as CalendarDate;

/** The day so many days later; earlier where the count is negative. */
export const dayAfter = (day: CalendarDate, days: number): CalendarDate =>
  calendarDateOf(Temporal.PlainDate.from(day).add({ days }).toString());

/** The same day so many months later, or the last of a shorter month: a month after 31 January is 28 February. */
export const monthsAfterDay = (day: CalendarDate, months: number): CalendarDate =>
  calendarDateOf(Temporal.PlainDate.from(day).add({ months }).toString());

function daysInMonth(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
}
