import { type CalendarDate, intersect, type Period } from '../calendar';
import { type Rational } from '../money';
import { nodesOf, type RoyaltyClause, type Terms } from '../terms';
import { clauseUsage } from './clause-usage';
import { checkContext, measuringOf } from './context-figures';
import { type CountedPeriod, type Counter, counterKey } from './counted-period';
import { type EarlierPeriod } from './rating-input';
import { recordingsByClause } from './recordings';

/**
 * Counts an earlier period for the counters of the term: each reads what the clause of its id came to then, under the terms of that
 * period. A clause that was not there yet has counted nothing. Throws RatingRefused as rating that period would.
 */
export function countPeriod(
  terms: Terms,
  { usage, context, period, terms: then = terms }: EarlierPeriod,
): CountedPeriod {
  const recordings = recordingsByClause(then, { usage, day: dayOf(then, period) });
  checkContext(then, { recordings, context });
  const counted = new Map<string, Rational>();
  for (const clause of terms.royalties) {
    const counters = countersOf(clause);
    const place = then.royalties.findIndex(({ id }) => id === clause.id);
    const before = then.royalties[place];
    if (counters.length === 0 || before === undefined) continue;
    const measure = measuringOf(then, { clause: before, usage: clauseUsage(recordings[place] ?? []), context });
    for (const counter of counters) counted.set(counterKey(counter), measure(counter.measure, counter.where));
  }
  return { counted };
}

/** All grants of a period are asked for one day: its first one in the term. */
const dayOf = ({ term }: Terms, period: Period | undefined): CalendarDate =>
  (period && intersect(period, term)?.from) ?? term.from;

function countersOf({ id, royalty }: RoyaltyClause): Counter[] {
  return nodesOf(royalty).flatMap((node) =>
    node.kind === 'tiered' && node.counter === 'term'
      ? [{ clause: id, measure: node.measure ?? 'units', where: node.where }]
      : [],
  );
}
