import {
  allocate,
  allocateOver,
  denominatorOf,
  exactText,
  isZero,
  leastCommonMultiple,
  minorPerUnit,
  moneyFromText,
  moneyText,
  numeratorOf,
  ratio,
  rational,
  subtract,
  sumOf,
  ZERO,
  type Money,
  type Rational,
} from '../money';
import { inRoundingUnits, type ClauseLine, type RatedPeriod } from './rate-period';
import { compareRecordings, type RecordingUnits } from './recordings';
import { rateOf } from './spread';

/** What the books say about a period, as far as its clause lines tell: all corrections so far included. */
export interface BookedClauses {
  readonly total: Money;
  readonly clauses: readonly Pick<ClauseLine, 'clause' | 'exact'>[];
}

/** The difference that a restatement books. Amounts are money text, exact differences exact text; both carry a sign. */
export interface ClauseRestatement {
  /** The month that is corrected: 'YYYY-MM'. */
  readonly period: string;
  readonly booked: string;
  readonly rerated: string;
  readonly delta: Money;
  /** Clauses with a difference; their amounts sum to the delta. */
  readonly clauses: readonly { readonly clause: string; readonly exact: string; readonly amount: string }[];
}

/** The difference of one recording: `units` is the change of its net units, `minor` its part of the delta. */
export interface RecordingDelta extends RecordingUnits {
  readonly exact: string;
  readonly minor: bigint;
}

export interface Restatement extends ClauseRestatement {
  /** Recordings with a difference, in canonical order; recordings that earned the same have none. */
  readonly recordings: readonly RecordingDelta[];
}

/** Two roundings under any mode, of totals of either sign, and the unit that a clause may have been given on top. */
const roundingSlack = 3n;

/**
 * What must be booked so that the books show the rerated period: new rounded total less booked rounded total, spread over
 * the clauses' exact differences by signed largest remainder. The past stays; the sum of all differences is the whole.
 */
export function restateClauses(booked: BookedClauses, rerated: RatedPeriod): ClauseRestatement {
  const unit = minorPerUnit(rerated.currency, rerated.rounding.decimals);
  const before = new Map(booked.clauses.map(({ clause, exact }) => [clause, rational(exact)]));
  const after = new Map(rerated.clauses.map(({ clause, exact }) => [clause, rational(exact)]));
  const clauses = [...new Set([...after.keys(), ...before.keys()])];
  const exact = clauses.map((clause) => subtract(after.get(clause) ?? ZERO, before.get(clause) ?? ZERO));
  const minor = rerated.total.minor - booked.total.minor;
  const shares = allocate(minor / unit, inRoundingUnits(exact, rerated.rounding), roundingSlack);
  const money = (units: bigint): string => moneyText({ minor: units * unit, currency: rerated.currency });
  return {
    period: rerated.period,
    booked: moneyText(booked.total),
    rerated: moneyText(rerated.total),
    delta: { minor, currency: rerated.currency },
    clauses: clauses.flatMap((clause, index) => {
      const difference = exact[index] ?? ZERO;
      return isZero(difference) ? [] : [{ clause, exact: exactText(difference), amount: money(shares[index] ?? 0n) }];
    }),
  };
}

/** As `restateClauses`, down to the recordings: each clause's difference is spread over its recordings' differences. */
export function restate(booked: RatedPeriod, rerated: RatedPeriod): Restatement {
  const restated = restateClauses(booked, rerated);
  const amounts = new Map(restated.clauses.map(({ clause, amount }) => [clause, amount]));
  const clauses = new Set([...rerated.clauses, ...booked.clauses].map(({ clause }) => clause));
  // A clause that is worth what it was may still pay other recordings: a floor is spread anew when usage moves.
  const deltas = [...clauses].map((clause) =>
    recordingDeltas({ clause, amount: amounts.get(clause) ?? '0' }, { booked, rerated }),
  );
  return { ...restated, recordings: deltas.flat() };
}

function recordingDeltas(
  { clause, amount }: { clause: string; amount: string },
  { booked, rerated }: { booked: RatedPeriod; rerated: RatedPeriod },
): RecordingDelta[] {
  const before = clauseState(booked, clause);
  const after = clauseState(rerated, clause);
  const unattributed = subtract(after.unattributed, before.unattributed);
  const denominator = [after.rate, before.rate, unattributed].map(denominatorOf).reduce(leastCommonMultiple, 1n);
  const over = (value: Rational): bigint => numeratorOf(value) * (denominator / denominatorOf(value));
  const [rateAfter, rateBefore] = [over(after.rate), over(before.rate)];
  const changed = pairs(before.recordings, after.recordings)
    .map(({ recording, unitsBefore, unitsAfter }) => ({
      recording: { ...recording, units: unitsAfter - unitsBefore },
      numerator: unitsAfter * rateAfter - unitsBefore * rateBefore,
    }))
    .filter(({ numerator }) => numerator !== 0n);

  const [scale = ZERO] = inRoundingUnits([ratio(1n, denominator)], rerated.rounding);
  const unit = minorPerUnit(rerated.currency, rerated.rounding.decimals);
  const weights = [...changed.map(({ numerator }) => numerator), over(unattributed)];
  const parts = allocateOver(moneyFromText(amount, rerated.currency).minor / unit, {
    numerators: weights.map((weight) => weight * numeratorOf(scale)),
    denominator: denominatorOf(scale),
    slack: roundingSlack,
  });
  return changed.map(({ recording, numerator }, index) => ({
    ...recording,
    exact: exactText(ratio(numerator, denominator)),
    minor: (parts[index] ?? 0n) * unit,
  }));
}

interface ClauseState {
  readonly rate: Rational;
  readonly unattributed: Rational;
  readonly recordings: readonly RecordingUnits[];
}

function clauseState(rated: RatedPeriod, clause: string): ClauseState {
  const lines = rated.clauses.filter((line) => line.clause === clause);
  return {
    rate: sumOf(lines.map(({ perUnit }) => rateOf(perUnit))),
    unattributed: sumOf(lines.map((line) => rational(line.unattributed))),
    recordings: rated.recordings.filter((recording) => recording.clause === clause),
  };
}

interface Pair {
  readonly recording: RecordingUnits;
  readonly unitsBefore: bigint;
  readonly unitsAfter: bigint;
}

/** Both lists side by side, in canonical order. Each is in that order already, so the sort merely merges them. */
function pairs(before: readonly RecordingUnits[], after: readonly RecordingUnits[]): Pair[] {
  const both = [
    ...before.map((recording): Pair => ({ recording, unitsBefore: recording.units, unitsAfter: 0n })),
    ...after.map((recording): Pair => ({ recording, unitsBefore: 0n, unitsAfter: recording.units })),
  ].sort((a, b) => compareRecordings(a.recording, b.recording));
  const result: Pair[] = [];
  for (const pair of both) {
    const last = result.at(-1);
    if (last && compareRecordings(last.recording, pair.recording) === 0) {
      result[result.length - 1] = { ...last, unitsAfter: pair.unitsAfter };
    } else {
      result.push(pair);
    }
  }
  return result;
}
