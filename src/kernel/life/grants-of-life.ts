import { type CalendarDate, dayAfter, dayInZone, intersect, type Period, startOfDayInZone } from '../calendar';
import { type GrantInForce, grantsOf, type GrantState } from '../matching';
import { endOf } from './end';
import { firstTerms, type Life } from './life';

/** A stretch of time, to the instant, in which the licence does not hold although its days are licensed ones. */
export interface Pause {
  readonly from: Date;
  /** Null: it goes on. */
  readonly until: Date | null;
  readonly state: 'not-yet' | 'suspended';
}

const BEGINNING = new Date(-8.64e15);

/** When an agreement waited for its conditions or was suspended, in order: clearance asks about instants, not days. */
export function pausesOf({ facts, timeZone }: Pick<Life, 'facts'> & { readonly timeZone: string }): Pause[] {
  const pauses: Pause[] = [];
  let open: Omit<Pause, 'until'> | undefined = { from: BEGINNING, state: 'not-yet' };
  const close = (until: Date | null): void => {
    if (open) pauses.push({ ...open, until });
    open = undefined;
  };
  for (const fact of facts) {
    if (fact.kind === 'activated') close(startOfDayInZone(fact.from, timeZone));
    else if (fact.kind === 'resumed') close(fact.recordedAt);
    else if (fact.kind === 'suspended') open = { from: fact.recordedAt, state: 'suspended' };
  }
  close(null);
  return pauses;
}

interface Stretch {
  readonly period: Period;
  readonly state: GrantState;
}

/**
 * Every grant of an agreement with the days on which it holds, and what it was on them. A day on which the licence was alive at any hour
 * is a licensed day: usage is counted by days.
 */
export function grantsOfLife(life: Life, agreementId: string): GrantInForce[] {
  const { until, sellOffUntil } = endOf(life);
  const stretches = stretchesOf(life);
  return life.versions.flatMap(({ effectiveFrom, terms }, place) => {
    const next = life.versions[place + 1]?.effectiveFrom ?? sellOffUntil;
    const soldOff = new Set(terms.termination?.sellOff?.grants);
    return grantsOf(terms, agreementId).flatMap((grant) => {
      const end = soldOff.has(grant.clause) ? sellOffUntil : until;
      const own = periodBetween(effectiveFrom, next < end ? next : end);
      return own ? cut(grant, own, stretches) : [];
    });
  });
}

function cut(grant: GrantInForce, own: Period, stretches: readonly Stretch[]): GrantInForce[] {
  return stretches.flatMap(({ period, state }) => {
    const inForce = intersect(own, period);
    return inForce ? [{ ...grant, inForce, state }] : [];
  });
}

/** The life as stretches of days without gaps: waiting, in force, suspended, in force … */
function stretchesOf(life: Life): Stretch[] {
  const { timeZone, term } = firstTerms(life);
  const stretches: Stretch[] = [];
  let from = term.from;
  let state: GrantState = 'not-yet';
  const turn = (day: CalendarDate, next: GrantState): void => {
    const period = periodBetween(from, day);
    if (period) stretches.push({ period, state });
    if (day > from) from = day;
    state = next;
  };
  for (const fact of life.facts) {
    if (fact.kind === 'activated') turn(fact.from, 'in-force');
    // The day of the suspension was licensed until then; the day of the resumption is licensed from then on.
    else if (fact.kind === 'suspended') turn(firstWholeDay(fact.recordedAt, timeZone), 'suspended');
    else if (fact.kind === 'resumed') turn(dayInZone(fact.recordedAt, timeZone), 'in-force');
  }
  turn(FAR, state);
  return stretches;
}

const FAR = '9999-12-31' as CalendarDate;

function firstWholeDay(instant: Date, timeZone: string): CalendarDate {
  const day = dayInZone(instant, timeZone);
  return startOfDayInZone(day, timeZone).getTime() === instant.getTime() ? day : dayAfter(day, 1);
}

const periodBetween = (from: CalendarDate, until: CalendarDate): Period | undefined =>
  from < until ? { from, until } : undefined;
