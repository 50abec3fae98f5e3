import { type CalendarDate, dayAfter, dayInZone, intersect, type Period, startOfDayInZone } from '../calendar';
import { type DatedGrant, type GrantInForce, grantsOf, type GrantState, type Pause } from '../matching';
import { type Grant, type Terms } from '../terms';
import { endOf } from './end';
import { firstTerms, type Life } from './life';

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

/** One grant of one signed version, with the days on which it would hold if the agreement never paused. */
export interface GrantSpan {
  readonly version: number;
  readonly terms: Terms;
  readonly grant: Grant;
  /** Undefined when no day is left to it: a later version or the end came before its first one. */
  readonly days: Period | undefined;
}

/** Every grant of every version, by version and in the order of its terms: from the version's first day to the next one's, or to the end. */
export function spansOf(life: Life): GrantSpan[] {
  const { until, sellOffUntil } = endOf(life);
  return life.versions.flatMap(({ number, effectiveFrom, terms }, place) => {
    const next = life.versions[place + 1]?.effectiveFrom ?? sellOffUntil;
    const soldOff = new Set(terms.termination?.sellOff?.grants);
    return terms.grants.map((grant) => {
      const end = soldOff.has(grant.id) ? sellOffUntil : until;
      return { version: number, terms, grant, days: periodBetween(effectiveFrom, next < end ? next : end) };
    });
  });
}

/**
 * Every grant of an agreement with the days on which it holds, and what it was on them. A day on which the licence was alive at any hour
 * is a licensed day: usage is counted by days.
 */
export function grantsOfLife(life: Life, agreementId: string): GrantInForce[] {
  const stretches = stretchesOf(life);
  return spannedGrants(life, agreementId).flatMap(({ inForce, ...grant }) => cut(grant, inForce, stretches));
}

/** A grant of a version as clearance wants it: its whole days, and when they were interrupted. */
export interface GrantOfVersion extends DatedGrant {
  readonly version: number;
}

/** Every grant that has a day, in order, with the pauses of its agreement: clearance asks about instants. */
export function datedGrantsOf(life: Life, agreementId: string): GrantOfVersion[] {
  const { timeZone } = firstTerms(life);
  const pauses = pausesOf({ facts: life.facts, timeZone });
  return spannedGrants(life, agreementId).map((grant) => ({ ...grant, timeZone, pauses }));
}

/** Grants and spans both come in the order of the terms. */
function spannedGrants(life: Life, agreementId: string): (GrantInForce & { readonly version: number })[] {
  const spans = Map.groupBy(spansOf(life), ({ version }) => version);
  return life.versions.flatMap(({ number, terms }) => {
    const own = spans.get(number) ?? [];
    return grantsOf(terms, agreementId).flatMap((grant, place) => {
      const days = own[place]?.days;
      return days ? [{ ...grant, inForce: days, version: number }] : [];
    });
  });
}

function cut(grant: Omit<GrantInForce, 'inForce'>, own: Period, stretches: readonly Stretch[]): GrantInForce[] {
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
