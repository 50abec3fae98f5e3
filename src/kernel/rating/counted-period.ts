import { canonicalText } from '../canonical';
import { type Rational, ZERO } from '../money';
import { type Measure, type Selection } from '../terms';

/** What the counters of the term read in one period. Nothing of its usage is held, so that a term of any length can be counted. */
export interface CountedPeriod {
  readonly counted: ReadonlyMap<string, Rational>;
}

/** What a counter is of: a clause by its id, and what of it is measured. */
export interface Counter {
  readonly clause: string;
  readonly measure: Measure;
  readonly where: Selection | undefined;
}

/** What a counter read in a period. */
export const countedIn = ({ counted }: CountedPeriod, counter: Counter): Rational =>
  counted.get(counterKey(counter)) ?? ZERO;

export const counterKey = ({ clause, measure, where }: Counter): string =>
  canonicalText([clause, measure, where ?? null]);
