import { intersect, monthOf, type Period } from '../calendar';
import {
  allocate,
  divide,
  exactText,
  minorPerUnit,
  moneyText,
  rational,
  ratio,
  round,
  sumOf,
  type Money,
  type Rational,
} from '../money';
import { ROYALTY_SECTION, type RoyaltyKind, type Rounding, type Terms } from '../terms';
import { figuresOf } from './context-figures';
import { evaluate, type Explanation } from './evaluate';
import { RatingRefused, type RatingInput } from './rating-input';
import { recordingsByClause, type RecordingUnits } from './recordings';

/** One royalty clause in one period. Amounts are text: `exact` unrounded, `amount` with the digits of the currency. */
export interface ClauseLine {
  /** Id of the royalty clause, and its number in the prose. */
  readonly clause: string;
  readonly number: string;
  readonly kind: RoyaltyKind;
  /** Net units. */
  readonly quantity: string;
  readonly exact: string;
  /** What one net unit earned exactly: exact / quantity; null when there were none. */
  readonly perUnit: string | null;
  /** The part of `exact` that belongs to no recording: a floor or flat fee of a period without net units; else "0". */
  readonly unattributed: string;
  /** The clause's share of the period's rounded total. */
  readonly amount: string;
  readonly explanation: Explanation;
}

/** A rated period. The clause amounts sum to the total; every recording earns its units × its clause's `perUnit`. */
export interface RatedPeriod {
  /** 'YYYY-MM' */
  readonly period: string;
  readonly currency: string;
  readonly rounding: Rounding;
  readonly clauses: readonly ClauseLine[];
  /** In canonical order: clauses as written, then ISRC, service, territory, use, model. */
  readonly recordings: readonly RecordingUnits[];
  readonly totalExact: string;
  readonly total: Money;
}

interface RatedClause {
  readonly line: Omit<ClauseLine, 'amount'>;
  readonly value: Rational;
}

/**
 * Rates one period's cumulative usage: the order of all money rules. Pure: the same input gives the same result, whatever
 * the order of its rows. Throws RatingRefused when the input contradicts itself or the terms.
 */
export function ratePeriod({ terms, period, usage, context }: RatingInput): RatedPeriod {
  const { month, day } = ratedMonth(terms, period);

  // 1. Every sum goes to the one royalty clause that pays for its grant (clauses 4 and 6).
  const recordings = recordingsByClause(terms, { usage, day });

  // 2. Each royalty clause is worth an exact amount, over all its services together (clause 6). Nothing is rounded.
  const rated = terms.royalties.map((clause, place): RatedClause => {
    const units = unitsOf(recordings[place] ?? []);
    const { value, explanation } = evaluate(clause.royalty, figuresOf(terms, { clause, units, context }));
    const line = {
      clause: clause.id,
      number: `${ROYALTY_SECTION}.${place + 1}`,
      kind: clause.royalty.kind,
      quantity: units.toString(),
      exact: exactText(value),
      // 3. Whatever the kind, a clause's amount is spread over its recordings in proportion to net units (docs/rating.md).
      perUnit: units === 0n ? null : exactText(divide(value, rational(units))),
      unattributed: units === 0n ? exactText(value) : '0',
      explanation,
    };
    return { line, value };
  });

  // 4. The exact sum of the clauses is rounded once, for the period (clause 9).
  const values = rated.map(({ value }) => value);
  const totalExact = sumOf(values);
  const total = round(totalExact, terms.rounding);

  // 5. The rounded total is spread over the clauses by largest remainder, so that the lines sum to it (clause 9).
  const shares = allocate(total, inRoundingUnits(values, terms.rounding));
  const money = (units: bigint): Money => ({
    minor: units * minorPerUnit(terms.currency, terms.rounding.decimals),
    currency: terms.currency,
  });
  return {
    period: month,
    currency: terms.currency,
    rounding: terms.rounding,
    clauses: rated.map(({ line }, place) => ({ ...line, amount: moneyText(money(shares[place] ?? 0n)) })),
    recordings: recordings.flat(),
    totalExact: exactText(totalExact),
    total: money(total),
  };
  // 6. Advances are recouped from the total, and what is left is payable (clause 7): see settlePeriods, which also takes
  //    the differences of restated periods.
}

/** Exact amounts counted in units of 10^-decimals, the unit in which a rounded total is spread. */
export function inRoundingUnits(values: readonly Rational[], { decimals }: Pick<Rounding, 'decimals'>): Rational[] {
  const scale = decimals >= 0 ? ratio(10n ** BigInt(decimals), 1n) : ratio(1n, 10n ** BigInt(-decimals));
  return values.map((value) => value.mul(scale));
}

function ratedMonth(terms: Terms, period: Period): { month: string; day: Period['from'] } {
  const month = monthOf(period);
  const inTerm = intersect(period, terms.term);
  if (month === undefined) {
    throw new RatingRefused([
      { pointer: '/period', code: 'period-not-a-month', message: 'must be one calendar month' },
    ]);
  }
  if (!inTerm) {
    throw new RatingRefused([{ pointer: '/period', code: 'period-outside-term', message: 'lies outside the term' }]);
  }
  return { month, day: inTerm.from };
}

function unitsOf(recordings: readonly RecordingUnits[]): bigint {
  return recordings.reduce((sum, { units }) => sum + units, 0n);
}
