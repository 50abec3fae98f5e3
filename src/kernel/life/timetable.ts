import { type CalendarDate, dayAfter, dayInZone, monthsAfterDay } from '../calendar';
import { endOf } from './end';
import { type Life, openBreaches, openConditions, stateOf } from './life';
import { standingWithdrawals } from './withdrawals';

/** What the calendar brings: moves happen by themselves on that day, dates are there to be seen. */
export type Appointment =
  | {
      readonly kind: 'expire' | 'terminate' | 'renew' | 'lapse';
      readonly on: CalendarDate;
      readonly moves: true;
    }
  | {
      readonly kind:
        | 'renewal-notice-ends'
        | 'cure-ends'
        | 'sell-off-ends'
        | 'amendment-begins'
        | 'condition-due'
        | 'withdrawal-begins';
      readonly on: CalendarDate;
      readonly moves: false;
    };

/**
 * What lies before an agreement, by day: worked out from what was signed and what happened, so that it can be seen beforehand. Days that
 * are past without their move are still there: the move is due.
 */
export function timetableOf(life: Life, today: CalendarDate): Appointment[] {
  const all = [...beginning(life), ...ending(life), ...dates(life).filter(({ on }) => on >= today)];
  return all.sort((a, b) => (a.on === b.on ? order(a) - order(b) : a.on < b.on ? -1 : 1));
}

/** The moves that are due on a day, in their order. */
export const dueMoves = (life: Life, today: CalendarDate): Appointment[] =>
  timetableOf(life, today).filter(({ moves, on }) => moves && on <= today);

const ORDER = ['lapse', 'renew', 'terminate', 'expire'];
const order = ({ kind }: Appointment): number => ORDER.indexOf(kind);

function beginning(life: Life): Appointment[] {
  if (stateOf(life) !== 'concluded') return [];
  const [first] = conditionDays(life);
  return first === undefined ? [] : [{ kind: 'lapse', on: dayAfter(first, 1), moves: true }];
}

/** The last day on which each open condition may be met, the earliest first. */
function conditionDays(life: Life): CalendarDate[] {
  const [first] = life.versions;
  const open = new Set(openConditions(life));
  if (!first) return [];
  const concluded = dayInZone(first.concludedAt, first.terms.timeZone);
  return (first.terms.conditions ?? [])
    .filter(({ id }) => open.has(id))
    .map(({ withinDays }) => dayAfter(concluded, withinDays))
    .sort();
}

function ending(life: Life): Appointment[] {
  const state = stateOf(life);
  if (state !== 'active' && state !== 'suspended') return [];
  const { until, because } = endOf(life);
  if (because !== 'term') return [{ kind: 'terminate', on: until, moves: true }];
  const renewal = renewalOf(life);
  return renewal
    ? [{ kind: 'renew', on: renewal.decidedOn, moves: true }]
    : [{ kind: 'expire', on: until, moves: true }];
}

export interface NextRenewal {
  /** The last day on which a party may say no is the day before. */
  readonly decidedOn: CalendarDate;
  readonly until: CalendarDate;
}

/** The renewal that will come if nobody says no; undefined where the term just ends. */
export function renewalOf(life: Life): NextRenewal | undefined {
  const last = life.versions.at(-1);
  const renewal = last?.terms.renewal;
  const { until, because } = endOf(life);
  if (!last || !renewal || because !== 'term' || saidNo(life)) return undefined;
  const done = life.facts.filter(({ kind }) => kind === 'renewed').length;
  if (renewal.times !== null && done >= renewal.times) return undefined;
  return { decidedOn: dayAfter(until, 1 - renewal.noticeDays), until: monthsAfterDay(until, renewal.months) };
}

/** A no counts for the term that then ran. */
function saidNo({ facts }: Life): boolean {
  const last = facts.findLast(({ kind }) => ['renewed', 'renewal-declined', 'renewal-blocked'].includes(kind));
  return last !== undefined && last.kind !== 'renewed';
}

function dates(life: Life): Appointment[] {
  const { until, sellOffUntil } = endOf(life);
  const renewal = renewalOf(life);
  const appointments: Appointment[] = [
    ...openBreaches(life).map(({ cureBy }) => dated('cure-ends', cureBy)),
    ...life.versions.slice(1).map(({ effectiveFrom }) => dated('amendment-begins', effectiveFrom)),
    ...conditionDays(life).map((on) => dated('condition-due', on)),
    ...standingWithdrawals(life).map(({ from }) => dated('withdrawal-begins', from)),
  ];
  if (renewal) appointments.push(dated('renewal-notice-ends', dayAfter(renewal.decidedOn, -1)));
  if (sellOffUntil !== until) appointments.push(dated('sell-off-ends', sellOffUntil));
  return appointments;
}

const dated = (kind: Extract<Appointment, { moves: false }>['kind'], on: CalendarDate): Appointment => ({
  kind,
  on,
  moves: false,
});
