import {
  monthsOf,
  type Period,
  reportingPeriodAround,
  reportingPeriodName,
  type Terms,
  monthAfter,
  monthsBetween,
} from '../../kernel';

/** A reporting period of the terms, and the months of usage that stand in it. */
export interface PlacedPeriod {
  readonly name: string;
  readonly period: Period;
  readonly months: readonly PlacedMonth[];
}

export interface PlacedMonth {
  /** The month of the term. */
  readonly month: string;
  /** The month whose usage is looked at. */
  readonly usageOf: string;
}

export interface MonthLeftOut {
  readonly month: string;
  readonly reason: 'outside-term' | 'period-not-whole';
}

export interface PlacedMonths {
  /** By how many months usage was moved; zero where all of it lies in the term. */
  readonly movedBy: number;
  readonly periods: readonly PlacedPeriod[];
  readonly leftOut: readonly MonthLeftOut[];
}

/**
 * Puts months of usage into the reporting periods of terms. Usage of a time that the term does not have is looked at as if it were that of
 * the term's first months (or last ones, where it came after). A period is run when all its months in the term are there.
 */
export function placeMonths({ term, reportingPeriod }: Terms, months: readonly string[]): PlacedMonths {
  const ofTerm = monthsOf(term);
  const [first = '', last = ''] = [ofTerm[0], ofTerm.at(-1)];
  const movedBy = shiftInto({ first, last }, months);
  const inTerm = (month: string): boolean => month >= first && month <= last;
  const placed = months.map((usageOf) => ({ month: monthAfter(usageOf, movedBy), usageOf }));
  const there = new Map(placed.filter(({ month }) => inTerm(month)).map((entry) => [entry.month, entry]));
  const leftOut = placed
    .filter(({ month }) => !inTerm(month))
    .map(({ usageOf }): MonthLeftOut => ({ month: usageOf, reason: 'outside-term' }));
  const periods = new Map<string, PlacedPeriod>();
  for (const { month, usageOf } of there.values()) {
    const period = reportingPeriodAround(reportingPeriod, month);
    const name = reportingPeriodName(reportingPeriod, period) ?? '';
    if (periods.has(name)) continue;
    const needed = monthsOf(period).filter(inTerm);
    const found = needed.flatMap((needs) => there.get(needs) ?? []);
    if (found.length === needed.length) periods.set(name, { name, period, months: found });
    else leftOut.push({ month: usageOf, reason: 'period-not-whole' });
  }
  return { movedBy, periods: [...periods.values()].sort((a, b) => (a.period.from < b.period.from ? -1 : 1)), leftOut };
}

function shiftInto({ first, last }: { first: string; last: string }, months: readonly string[]): number {
  const [from = first, to = last] = [months[0], months.at(-1)];
  if (from >= first && to <= last) return 0;
  if (from < first) return monthsBetween(from, first);
  const back = monthsBetween(to, last);
  return monthAfter(from, back) < first ? monthsBetween(from, first) : back;
}
