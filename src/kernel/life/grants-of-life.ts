import { type CalendarDate, dayAfter, dayInZone, intersect, NEVER, type Period, startOfDayInZone } from '../calendar';
import { type DatedGrant, type GrantInForce, grantsOf, type GrantState, type Pause } from '../matching';
import { type Grant, type Terms } from '../terms';
import { endOf } from './end';
import { firstTerms, type Life } from './life';
import { groupsOf, type RecordingGroup } from './withdrawals';

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

/** One grant of one signed version to recordings with one fate, with the days on which it would hold if the agreement never paused. */
export interface GrantSpan extends RecordingGroup {
  readonly version: number;
  readonly terms: Terms;
  readonly grant: Grant;
  /** As if nothing were withdrawn. Undefined when no day is left to it: a later version or the end came before its first one. */
  readonly days: Period | undefined;
}

/**
 * Every grant of every version, by version and in the order of its terms: from the version's first day to the next one's, or to the end. One
 * that recordings are withdrawn from comes once for those that stay, and once for each day of a withdrawal.
 */
export function spansOf(life: Life): GrantSpan[] {
  const { until, sellOffUntil } = endOf(life);
  return life.versions.flatMap((version, place) => {
    const { number, effectiveFrom, terms } = version;
    const next = life.versions[place + 1]?.effectiveFrom ?? sellOffUntil;
    const soldOff = new Set(terms.termination?.sellOff?.grants);
    const groups = groupsOf(life, version);
    return terms.grants.flatMap((grant) => {
      const end = soldOff.has(grant.id) ? sellOffUntil : until;
      const days = periodBetween(effectiveFrom, next < end ? next : end);
      return groups.map((group) => ({ ...group, version: number, terms, grant, days }));
    });
  });
}

/** The days of a span that a withdrawal leaves; undefined where it leaves none. */
export const heldDays = ({
  days,
  withdrawnFrom = NEVER,
}: Pick<GrantSpan, 'days' | 'withdrawnFrom'>): Period | undefined =>
  days && periodBetween(days.from, earlier(days.until, withdrawnFrom));

/**
 * Every grant of an agreement with the days on which it holds, and what it was on them. A day on which the licence was alive at any hour
 * is a licensed day: usage is counted by days.
 */
export function grantsOfLife(life: Life, agreementId: string): GrantInForce[] {
  const stretches = stretchesOf(life);
  return spannedGrants(life, agreementId).flatMap(({ inForce, withdrawnFrom, ...grant }) =>
    cut(grant, inForce, withdrawnFrom === undefined ? stretches : endingWith(stretches, withdrawnFrom)),
  );
}

/** A grant of a version as clearance wants it: its whole days, and when they were interrupted. */
export interface GrantOfVersion extends DatedGrant {
  readonly version: number;
  /** The first day on which its recordings are withdrawn: a pause without an end, too. */
  readonly withdrawnFrom: CalendarDate | undefined;
}

/** Every grant that has a day, in order, with the pauses of its agreement and of its recordings: clearance asks about instants. */
export function datedGrantsOf(life: Life, agreementId: string): GrantOfVersion[] {
  const { timeZone } = firstTerms(life);
  const pauses = pausesOf({ facts: life.facts, timeZone });
  return spannedGrants(life, agreementId).map((grant) => {
    const { withdrawnFrom } = grant;
    if (withdrawnFrom === undefined) return { ...grant, timeZone, pauses };
    return { ...grant, timeZone, pauses: pausedFor(pauses, startOfDayInZone(withdrawnFrom, timeZone)) };
  });
}

/** The first day on which a grant no longer permits anything, as far as is known. */
export const lastsUntil = ({ inForce, withdrawnFrom = NEVER }: GrantOfVersion): CalendarDate =>
  earlier(inForce.until, withdrawnFrom);

/** Whatever else there is from a withdrawal on, the withdrawal is what will not pass. */
const pausedFor = (pauses: readonly Pause[], withdrawn: Date): Pause[] => [
  ...pauses
    .filter(({ from }) => from < withdrawn)
    .map((pause) => (pause.until === null || pause.until > withdrawn ? { ...pause, until: withdrawn } : pause)),
  { from: withdrawn, until: null, state: 'withdrawn' },
];

function endingWith(stretches: readonly Stretch[], withdrawnFrom: CalendarDate): Stretch[] {
  const before = stretches.flatMap(({ period: { from, until }, state }) => {
    const period = periodBetween(from, earlier(until, withdrawnFrom));
    return period ? [{ period, state }] : [];
  });
  return [...before, { period: { from: withdrawnFrom, until: NEVER }, state: 'withdrawn' }];
}

type SpannedGrant = GrantInForce & Pick<GrantOfVersion, 'version' | 'withdrawnFrom'>;

/** Recordings that are licensed on the same days are one and the same set. */
function spannedGrants(life: Life, agreementId: string): SpannedGrant[] {
  const spans = Map.groupBy(spansOf(life), ({ version }) => version);
  return life.versions.flatMap(({ number, terms }) => {
    const grants = new Map(grantsOf(terms, agreementId).map((grant) => [grant.clause, grant]));
    const sets = new Map<readonly string[], ReadonlySet<string>>();
    return (spans.get(number) ?? []).flatMap(({ grant: { id }, isrcs, withdrawnFrom, days }) => {
      const grant = grants.get(id);
      if (grant === undefined || days === undefined) return [];
      const set = isrcs === terms.repertoire.isrcs ? grant.isrcs : sets.get(isrcs);
      const own = set ?? new Set(isrcs);
      sets.set(isrcs, own);
      return [{ ...grant, isrcs: own, inForce: days, version: number, withdrawnFrom }];
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
  turn(NEVER, state);
  return stretches;
}

function firstWholeDay(instant: Date, timeZone: string): CalendarDate {
  const day = dayInZone(instant, timeZone);
  return startOfDayInZone(day, timeZone).getTime() === instant.getTime() ? day : dayAfter(day, 1);
}

const earlier = (a: CalendarDate, b: CalendarDate): CalendarDate => (a < b ? a : b);

const periodBetween = (from: CalendarDate, until: CalendarDate): Period | undefined =>
  from < until ? { from, until } : undefined;
