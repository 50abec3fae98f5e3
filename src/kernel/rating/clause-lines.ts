import { canonicalText } from '../canonical';
import { moneyText } from '../money';
import { type Terms } from '../terms';
import { termsHash } from '../terms/canonical-terms';
import { type ClauseLine, type RatedPeriod } from './rate-period';
import { type ClauseRestatement } from './restate';
import { type Settled } from './settle';

export interface StatementFigures {
  readonly terms: Terms;
  readonly rated: RatedPeriod;
  /** Corrections of earlier periods that this close books. */
  readonly restatements: readonly ClauseRestatement[];
  readonly settled: Settled;
}

/**
 * The canonical clause lines of a statement: one RFC 8785 object a line, each ended by LF. The statement's SHA-256 is over
 * exactly these bytes, and anyone with the terms, the usage and the context can make them again.
 */
export function canonicalClauseLines({ terms, rated, restatements, settled }: StatementFigures): string {
  const money = (minor: bigint): string => moneyText({ minor, currency: rated.currency });
  const lines = [
    {
      line: 'period',
      schema: 'accordo-clause-lines/1',
      terms: termsHash(terms),
      rules: terms.rules,
      period: rated.period,
      currency: rated.currency,
    },
    ...rated.clauses.map((clause: ClauseLine) => ({ line: 'clause', ...clause })),
    { line: 'total', exact: rated.totalExact, amount: moneyText(rated.total) },
    ...[...restatements]
      .sort((a, b) => (a.period < b.period ? -1 : 1))
      .map(({ period, booked, rerated, delta, clauses }) => ({
        line: 'restatement',
        period,
        booked,
        rerated,
        delta: moneyText(delta),
        clauses,
      })),
    {
      line: 'payable',
      royalties: money(settled.royalties),
      advance: {
        opening: money(settled.opening),
        recouped: money(settled.recouped),
        closing: money(settled.closing),
      },
      net: money(settled.net),
      broughtForward: money(settled.broughtForward),
      carriedForward: money(settled.carriedForward),
      payable: money(settled.payable),
    },
  ];
  return lines.map((line) => `${canonicalText(line)}\n`).join('');
}
