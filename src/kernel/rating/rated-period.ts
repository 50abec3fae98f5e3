import { intersect, reportingPeriodName, type Period } from '../calendar';
import { type Terms } from '../terms';
import { RatingRefused } from './rating-input';

/** The name of a period that is rated as a whole, and its first day inside the term. Throws RatingRefused on any other period. */
export function ratedPeriod(terms: Terms, period: Period): { name: string; day: Period['from'] } {
  const kind = terms.reportingPeriod;
  const name = reportingPeriodName(kind, period);
  const inTerm = intersect(period, terms.term);
  if (name === undefined) {
    const code = kind === 'month' ? 'period-not-a-month' : 'period-not-reported';
    throw new RatingRefused([{ pointer: '/period', code, message: `must be one calendar ${kind}` }]);
  }
  if (!inTerm) {
    throw new RatingRefused([{ pointer: '/period', code: 'period-outside-term', message: 'lies outside the term' }]);
  }
  return { name, day: inTerm.from };
}
