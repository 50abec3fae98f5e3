import { calendarDateOf, type CalendarDate, isCalendarDate } from '../kernel';
import { DomainError } from '../platform/errors/domain-error';

/** A day as a body has it. Refuses one that the calendar does not have, with request-invalid. */
export function dayOf(text: string, pointer: string): CalendarDate {
  if (isCalendarDate(text)) return calendarDateOf(text);
  throw new DomainError('request-invalid', undefined, [
    { pointer, code: 'day-unknown', message: 'there is no such day' },
  ]);
}
