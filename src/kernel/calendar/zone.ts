import { Temporal } from 'temporal-polyfill';
import { calendarDateOf, type CalendarDate } from './calendar-date';

/** The shape of a zone's name; whether the database has it is for `isTimeZone`. */
export const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

/** Whether the text names a zone of the IANA database ('Europe/Moscow', 'UTC'). Bare offsets are no zones. */
export function isTimeZone(text: string): boolean {
  if (text.length > 60 || !ZONE_NAME.test(text)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text);
    return true;
  } catch {
    return false;
  }
}

/** The calendar day that an instant falls on where the zone's clocks hang. Throws RangeError on an unknown zone. */
export function dayInZone(instant: Date, timeZone: string): CalendarDate {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);
  return calendarDateOf(zoned.toPlainDate().toString());
}

/** The first instant of a day in the zone: 00:00, or later where a clock change skips midnight. */
export function startOfDayInZone(day: CalendarDate, timeZone: string): Date {
  const start = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone });
  return new Date(start.epochMilliseconds);
}
