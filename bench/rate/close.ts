import {
  type ClosedPeriod,
  closePeriod,
  exactOfRecordings,
  monthPeriod,
  openingCarried,
  spreadOverRecordings,
  type UsageSum,
} from '../../src/kernel';
import { LineHash, type Outcome } from './outcome';
import { rateMonth, type RatePlan } from './plan';

/** A closed period down to its recordings: what a statement is made of. */
export interface Closed extends ClosedPeriod {
  readonly cents: readonly bigint[];
  /** Exact amounts are text as the statement writes it; they are counted here, not kept. */
  readonly exactCharacters: number;
}

/** The work that is measured: from sums to every recording's exact amount and cents. */
export function closeSums({ terms, context }: RatePlan, usage: readonly UsageSum[]): Closed {
  const { rated, settled } = closePeriod({
    terms,
    period: monthPeriod(rateMonth),
    usage,
    context,
    carried: openingCarried(terms),
  });
  const cents = spreadOverRecordings(rated);
  const exactOf = exactOfRecordings(rated);
  let exactCharacters = 0;
  for (const recording of rated.recordings) exactCharacters += exactOf(recording).length;
  return { rated, settled, cents, exactCharacters };
}

export function outcomeOf({ rated, settled, cents }: Closed): Outcome {
  const lines = new LineHash();
  rated.recordings.forEach(({ clause, isrc, service, territory, use, model, units }, index) =>
    lines.add([clause, isrc, service, territory, use, model, units, cents[index]]),
  );
  const topUps = settled.steps.filter(({ step }) => step === 'guarantee');
  return {
    exact: rated.totalExact,
    royalties: String(settled.royalties),
    clauses: rated.clauses.map(({ amount }) => amount),
    topUp: String(topUps.reduce((sum, { minor }) => sum + minor, 0n)),
    recouped: String(settled.recouped),
    payable: String(settled.payable),
    recordings: rated.recordings.length,
    lines: lines.hex(),
  };
}
