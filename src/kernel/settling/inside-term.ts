import { intersect, type Period } from '../calendar';
import { type Terms } from '../terms';

/** The days of a reporting period inside the term: what begins with the term begins with its first period, wherever that began. */
export function insideTerm({ term }: Pick<Terms, 'term'>, period: Period): Period {
  return intersect(period, term) ?? period;
}
