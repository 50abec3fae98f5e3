import { type CalendarDate, intersect, type Period } from '../calendar';
import { type Rational } from '../money';
import { nodesOf, type RoyaltyClause, type Terms } from '../terms';
import { clauseUsage, type ClauseUsage } from './clause-usage';
import { checkContext, measuringOf } from './context-figures';
import { type CountedPeriod, type Counter, counterKey } from './counted-period';
import { type EarlierPeriod, RatingRefused } from './rating-input';
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
    const own = clauseUsage(recordings[place] ?? []);
    const measure = measuringOf(then, { clause: before, usage: own, context });
    refuseUntold(counters, own);
    for (const counter of counters) counted.set(counterKey(counter), measure(counter.measure, counter.where));
  }
  return { counted };
}

/** Sales that an earlier period was not asked for are not nothing: nobody knows them. */
function refuseUntold(counters: readonly Counter[], { rows, select }: ClauseUsage): void {
  const lacking = counters.find(
    ({ measure, where }) =>
      measure === 'sales' && select(where).places.some((place) => rows[place]?.sales === undefined),
  );
  if (lacking === undefined) return;
  const message = `does not tell the sales that the counter of the term of clause "${lacking.clause}" counts`;
  throw new RatingRefused([{ pointer: '/usage', code: 'earlier-not-told', message }]);
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
