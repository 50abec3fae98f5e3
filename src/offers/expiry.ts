import { isCalendarDate } from '../kernel';
import { DomainError } from '../platform/errors/domain-error';

const hour = 3_600_000;
const day = 24 * hour;

export const standsAtLeast = hour;
export const standsAtMost = 365 * day;
/** Where the proposer names no end. */
export const standsByDefault = 90 * day;
/** Days before the end on which both parties are reminded. */
export const reminderDays = [7, 1] as const;
export type ReminderDays = (typeof reminderDays)[number];

/** Until when a revision proposed `at` stands. Refuses with request-invalid (no instant) or expiry-out-of-bounds. */
export function expiryOf(wanted: string | undefined, at: Date): Date {
  if (wanted === undefined) return new Date(at.getTime() + standsByDefault);
  const expiresAt = new Date(wanted);
  if (!isCalendarDate(wanted.slice(0, 10)) || Number.isNaN(expiresAt.getTime())) throw refusal('request-invalid');
  const stands = expiresAt.getTime() - at.getTime();
  if (stands < standsAtLeast || stands > standsAtMost) throw refusal('expiry-out-of-bounds');
  return expiresAt;
}

function refusal(code: 'request-invalid' | 'expiry-out-of-bounds'): DomainError {
  const message =
    code === 'request-invalid' ? 'expiresAt is no instant' : 'expiresAt lies an hour to 365 days after the proposal';
  return new DomainError(code, undefined, [{ pointer: '/expiresAt', code: 'field-instant', message }]);
}

interface Standing {
  readonly proposedAt: Date;
  readonly expiresAt: Date;
}

export interface Watch {
  /** What is to be done now: the last thing whose time has come. An earlier reminder that was missed is not made up for. */
  readonly due: 'expiry' | ReminderDays | undefined;
  /** When to look again; undefined once it has expired. */
  readonly next: Date | undefined;
}

/** What falls due on the way to a revision's end, seen from `at`. A reminder that would come with the proposal is left out. */
export function watchOf({ proposedAt, expiresAt }: Standing, at: Date): Watch {
  if (at >= expiresAt) return { due: 'expiry', next: undefined };
  const reminders = reminderDays
    .map((days) => ({ days, on: new Date(expiresAt.getTime() - days * day) }))
    .filter(({ on }) => on > proposedAt);
  return {
    due: reminders.findLast(({ on }) => on <= at)?.days,
    next: reminders.find(({ on }) => on > at)?.on ?? expiresAt,
  };
}
