import { dayAfter, intersect, monthPeriod, type Period } from '../calendar';
import { type Terms } from '../terms';

/** The days of a reporting period inside the term: what begins with the term begins with its first period, wherever that began. */
export function insideTerm({ term }: Pick<Terms, 'term'>, period: Period): Period {
  return intersect(period, term) ?? period;
}

/**
 * The reporting period up to the end of the term's last month: what begins or falls due later is no part of it, though the period may run on. A term that ends before its time so
 * owes the same by quarters and by years as by months.
 */
export function untilLastMonth({ term }: Pick<Terms, 'term'>, { from, until }: Period): Period {
  const last = monthPeriod(dayAfter(term.until, -1).slice(0, 7));
  return from < last.until && last.until < until ? { from, until: last.until } : { from, until };
}
