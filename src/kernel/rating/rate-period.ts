import { contains } from '../calendar';
import {
  allocate,
  divide,
  exactText,
  isZero,
  minorPerUnit,
  moneyText,
  ratio,
  round,
  sumOf,
  ZERO,
  type Money,
  type Rational,
} from '../money';
import {
  countsThroughTerm,
  ROYALTY_SECTION,
  type RoyaltyKind,
  type Rounding,
  type Selection,
  type Terms,
} from '../terms';
import { attribute, mergePortions, type Portion } from './attribution';
import { countPeriod } from './count-period';
import { type CountedPeriod } from './counted-period';
import { checkContext, figuresOf } from './context-figures';
import { evaluate } from './evaluate';
import { type Explanation } from './explanation';
import { type Figures } from './figures';

import { RatingRefused, refusedUnder, type RatingInput } from './rating-input';
import { ratedPeriod } from './rated-period';
import { recordingsByClause, type RecordingUnits } from './recordings';

/** One royalty clause in one period. Amounts are text: `exact` unrounded, `amount` with the digits of the currency. */
export interface ClauseLine {
  /** Id of the royalty clause, and its number in the prose. */
  readonly clause: string;
  readonly number: string;
  readonly kind: RoyaltyKind;
  /** Net units under the label's control. */
  readonly quantity: string;
  readonly exact: string;
  /** What one net unit earned exactly: exact / quantity; null when there were none, or when not all units earn the same. */
  readonly perUnit: string | null;
  /** The part of `exact` that belongs to no recording: a floor or flat fee of a period without net units; else "0". */
  readonly unattributed: string;
  /** Whose usage earned what, where not all units earn the same. */
  readonly portions?: readonly ClausePortion[];
  /** The clause's share of the period's rounded total. */
  readonly amount: string;
  readonly explanation: Explanation;
}

/** A part of a clause's amount, spread over the usage that `where` selects: by units, sales or recordings, or sale by sale. */
export interface ClausePortion {
  readonly by: Portion['by'];
  readonly where?: Selection;
  readonly exact: string;
}

/** A rated period. The clause amounts sum to the total; every recording earns its units × its clause's `perUnit`, or what `uneven` says. */
export interface RatedPeriod {
  /** '2026-01', or for longer reporting periods '2026-Q1', '2026-H1', '2026'. */
  readonly period: string;
  readonly currency: string;
  readonly rounding: Rounding;
  readonly clauses: readonly ClauseLine[];
  /** In canonical order: clauses as written, then ISRC, service, territory, use, model. */
  readonly recordings: readonly RecordingUnits[];
  /** The exact amounts of a clause's recordings, in their order, where not all of its units earn the same. */
  readonly uneven: ReadonlyMap<string, readonly Rational[]>;
  readonly totalExact: string;
  readonly total: Money;
}

interface RatedClause {
  readonly line: Omit<ClauseLine, 'amount'>;
  readonly value: Rational;
  /** The rows' exact amounts where they do not all earn the same by the unit. */
  readonly uneven: readonly Rational[] | undefined;
  readonly rows: readonly RecordingUnits[];
}

/**
 * Rates one period's cumulative usage: the order of all money rules up to the royalty. Pure: the same input gives the same
 * result, whatever the order of its rows. Throws RatingRefused when the input contradicts itself or the terms.
 */
export function ratePeriod(input: RatingInput): RatedPeriod {
  const { terms, period, usage, context } = input;
  const { name, day } = ratedPeriod(terms, period);

  // 1. Every sum goes to the one royalty clause that pays for its grant (clauses 4 and 6).
  const recordings = recordingsByClause(terms, { usage, day });
  checkContext(terms, { recordings, context });
  const earlier = earlierPeriods(input);

  // 2. Each royalty clause is worth an exact amount, over all its services together (clauses 6 and 13): deductions come off their base,
  //    units count as far as the label controls them, comparisons are between exact values. Nothing is rounded.
  const rated = terms.royalties.map((clause, place): RatedClause => {
    const rows = recordings[place] ?? [];
    const figures = figuresOf({
      terms,
      clause,
      period,
      rows,
      context,
      heldSales: input.heldSales?.[clause.id],
      earlier,
    });
    return ratedClause(terms, { place, figures });
  });

  // 4. The exact sum of the clauses is rounded once, for the period (clause 9), or each line is.
  const totalExact = sumOf(rated.map(({ value }) => value));
  const amounts = terms.rounding.apply === 'line' ? roundedLines(rated, terms) : roundedOnce(totalExact, rated, terms);
  const currency = terms.currency;
  return {
    period: name,
    currency,
    rounding: terms.rounding,
    clauses: rated.map(({ line }, place) => ({
      ...line,
      amount: moneyText({ minor: amounts[place] ?? 0n, currency }),
    })),
    recordings: recordings.flat(),
    uneven: new Map(rated.flatMap(({ line, uneven }) => (uneven ? [[line.clause, uneven] as const] : []))),
    totalExact: exactText(totalExact),
    total: { minor: amounts.reduce((sum, amount) => sum + amount, 0n), currency },
  };
  // 6. What is earned becomes what is paid: guarantees, minimum fees, recoupment, reserves, tax, exchange (clauses 7 and 14 to 22): see
  //    settling/settle-period.ts, which also takes the differences of restated periods.
}

function ratedClause(terms: Terms, { place, figures }: { place: number; figures: Figures }): RatedClause {
  const clause = terms.royalties[place];
  if (!clause) throw new RangeError(`no royalty clause at ${place}`);
  const { value, explanation, portions } = evaluate(clause.royalty, figures);
  const units = figures.usage.units(figures.rows);
  // 3. What a clause earns belongs to the usage that earned it (docs/rating.md): mostly that is all its net units alike.
  const even = portions.every(({ by, rows }) => by === 'units' && rows.key === '');
  const attribution = even ? undefined : attribute(portions, figures.usage);
  const unattributed = attribution?.unattributed ?? (isZero(units) ? value : ZERO);
  const line = {
    clause: clause.id,
    number: `${ROYALTY_SECTION}.${place + 1}`,
    kind: clause.royalty.kind,
    quantity: exactText(units),
    exact: exactText(value),
    perUnit: !even || isZero(units) ? null : exactText(divide(value, units)),
    unattributed: exactText(unattributed),
    ...(even ? {} : { portions: mergePortions(portions).map(portionLine) }),
    explanation,
  };
  return { line, value, uneven: attribution?.exact ?? sharedRows(figures, { value, units }), rows: figures.usage.rows };
}

function portionLine(portion: Portion): ClausePortion {
  const where = portion.by === 'lines' ? undefined : portion.where;
  return { by: portion.by, ...(where ? { where } : {}), exact: exactText(portion.value) };
}

/** Rows with a controlled share earn by their controlled units, not by the reported ones. */
function sharedRows(
  { usage }: Figures,
  { value, units }: { value: Rational; units: Rational },
): readonly Rational[] | undefined {
  if (usage.rows.every(({ controlledShare }) => controlledShare === undefined)) return undefined;
  const each = isZero(units) ? ZERO : divide(value, units);
  return usage.rows.map((_, place) => usage.unitsOf(place).mul(each));
}

/** 5. The rounded total is spread over the clauses by largest remainder, so that the lines sum to it (clause 9). */
function roundedOnce(totalExact: Rational, rated: readonly RatedClause[], terms: Terms): bigint[] {
  const total = round(totalExact, terms.rounding);
  const values = rated.map(({ value }) => value);
  const unit = minorPerUnit(terms.currency, terms.rounding.decimals);
  return allocate(total, inRoundingUnits(values, terms.rounding)).map((share) => share * unit);
}

/** Each recording's line is rounded by itself, and so is what belongs to no recording: the clause is their sum. */
function roundedLines(rated: readonly RatedClause[], { currency, rounding }: Terms): bigint[] {
  const unit = minorPerUnit(currency, rounding.decimals);
  return rated.map(({ value, uneven, rows }) => {
    const exact = uneven ?? evenAmounts({ value, rows });
    const parts = [...exact, sumOf(exact).neg().add(value)];
    return parts.reduce((sum, part) => sum + round(part, rounding), 0n) * unit;
  });
}

function evenAmounts({ value, rows }: Pick<RatedClause, 'value' | 'rows'>): Rational[] {
  const units = rows.reduce((sum, row) => sum + row.units, 0n);
  if (units === 0n) return rows.map(() => ZERO);
  return rows.map((row) => value.mul(ratio(row.units, units)));
}

/** Exact amounts counted in units of 10^-decimals, the unit in which a rounded total is spread. */
export function inRoundingUnits(values: readonly Rational[], { decimals }: Pick<Rounding, 'decimals'>): Rational[] {
  const scale = decimals >= 0 ? ratio(10n ** BigInt(decimals), 1n) : ratio(1n, 10n ** BigInt(-decimals));
  return values.map((value) => value.mul(scale));
}

/** The clauses' usage in earlier periods, where a counter runs through the term. */
function earlierPeriods({ terms, period, earlier }: RatingInput): readonly CountedPeriod[] | undefined {
  if (!countsThroughTerm(terms)) return undefined;
  if (earlier === undefined && !contains(period, terms.term.from)) {
    const message = 'are needed: a counter of these terms runs on from period to period';
    throw new RatingRefused([{ pointer: '/earlier', code: 'earlier-periods-missing', message }]);
  }
  if (earlier === undefined || earlier.length === 0) return undefined;
  return earlier.map((one, place) =>
    'counted' in one ? one : refusedUnder(`/earlier/${place}`, () => countPeriod(terms, one)),
  );
}
