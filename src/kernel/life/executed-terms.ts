import {
  type CalendarDate,
  intersect,
  monthsOf,
  type Period,
  reportingPeriodAround,
  reportingPeriodNameAround,
} from '../calendar';
import { type Terms } from '../terms';
import { endOf } from './end';
import { firstTerms, type Life, versionOn } from './life';
import { withoutWithdrawn } from './withdrawals';

/** From the first licensed day to the last, sell-off included. */
export function licensedPeriod(life: Life): Period {
  const { from } = firstTerms(life).term;
  const { sellOffUntil } = endOf(life);
  return { from, until: sellOffUntil };
}

/** The months that are reported: those of the term as it has really run, and of the sell-off. */
export const monthsOfLife = (life: Life): string[] => {
  const period = licensedPeriod(life);
  return period.from < period.until ? monthsOf(period) : [];
};

/** The reporting period that a month lies in: what is closed together. It may begin before the term, and end after it. */
export const periodOfMonth = (life: Life, month: string): Period =>
  reportingPeriodAround(firstTerms(life).reportingPeriod, month);

/** The first month of the reporting period that a month lies in: what the period is known by. */
export const firstMonthOf = (life: Life, month: string): string => periodOfMonth(life, month).from.slice(0, 7);

/** The reporting periods that are closed, each by its first month: '2026-01' of the months from January to March. */
export const periodsOfLife = (life: Life): string[] => [
  ...new Set(monthsOfLife(life).map((month) => firstMonthOf(life, month))),
];

/** The months of the life that are closed together with this one. */
export function monthsClosedWith(life: Life, month: string): string[] {
  const licensed = licensedPeriod(life);
  const together = licensed.from < licensed.until ? intersect(periodOfMonth(life, month), licensed) : undefined;
  return together === undefined ? [] : monthsOf(together);
}

/** What the reporting period of a month is called: '2026-01', '2026-Q1'. */
export const periodNameOfMonth = (life: Life, month: string): string =>
  reportingPeriodNameAround(firstTerms(life).reportingPeriod, month);

/** The terms that a month is rated under. A period is rated under one text: amendments begin with a period. */
export function termsOfMonth(life: Life, month: string): Terms {
  return termsOn(life, periodOfMonth(life, month).from);
}

/**
 * The terms as they are executed on a day: the version in force, its term as it has really run. After the end only what is sold off is
 * left of them. Where nothing has happened they are the signed text itself, and have its hash.
 */
export function termsOn(life: Life, day: CalendarDate): Terms {
  const { terms } = versionOn(life, day);
  const { from } = firstTerms(life).term;
  const { until, sellOffUntil } = endOf(life);
  const executed = withTerm(terms, { from, until: sellOffUntil });
  return day < until || sellOffUntil === until ? executed : onlyGrants(executed, terms.termination?.sellOff?.grants);
}

/** The terms signed last as they read now: with the term that renewals or notice have made of it. */
export function currentTerms(life: Life): Terms {
  const last = life.versions.at(-1);
  if (!last) throw new RangeError('a life without terms');
  return withCurrentTerm(life, last.terms);
}

/** What an amendment from this day on starts from: the current terms without the recordings that are withdrawn by then. */
export function termsToAmend(life: Life, effectiveFrom: CalendarDate): Terms {
  const last = life.versions.at(-1);
  if (!last) throw new RangeError('a life without terms');
  return withCurrentTerm(life, withoutWithdrawn(life, last, effectiveFrom));
}

const withCurrentTerm = (life: Life, terms: Terms): Terms =>
  withTerm(terms, { from: firstTerms(life).term.from, until: endOf(life).until });

function withTerm(terms: Terms, term: Period): Terms {
  const same = terms.term.from === term.from && terms.term.until === term.until;
  return same || term.from >= term.until ? terms : { ...terms, term };
}

/** A clause goes on for those of its grants that do; what nothing is left of owes nothing any more. */
function onlyGrants(terms: Terms, ids: readonly string[] = []): Terms {
  const kept = new Set(ids);
  return {
    ...terms,
    grants: terms.grants.filter(({ id }) => kept.has(id)),
    royalties: terms.royalties
      .map((clause) => ({ ...clause, grants: clause.grants.filter((id) => kept.has(id)) }))
      .filter(({ grants }) => grants.length > 0),
  };
}
