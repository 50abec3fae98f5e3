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
  multiply,
  numeratorOf,
  ratio,
  rational,
  roundMoney,
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
  /** `amount` is asked for where the terms round each line: it cannot be told from the exact value then. */
  readonly clauses: readonly (Pick<ClauseLine, 'clause' | 'exact'> & Partial<Pick<ClauseLine, 'amount'>>)[];
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
  const shares =
    rerated.rounding.apply === 'line'
      ? clauses.map(
          (clause) => (amountOf(rerated, clause) - amountOf({ ...booked, currency: rerated.currency }, clause)) / unit,
        )
      : allocate(minor / unit, inRoundingUnits(exact, rerated.rounding), roundingSlack);
  const money = (units: bigint): string => moneyText({ minor: units * unit, currency: rerated.currency });
  return {
    period: rerated.period,
    booked: moneyText(booked.total),
    rerated: moneyText(rerated.total),
    delta: { minor, currency: rerated.currency },
    clauses: clauses.flatMap((clause, index) => {
      const [difference, share] = [exact[index] ?? ZERO, shares[index] ?? 0n];
      // Where lines are rounded, usage that only moved between them may change what they come to.
      if (isZero(difference) && share === 0n) return [];
      return [{ clause, exact: exactText(difference), amount: money(share) }];
    }),
  };
}

function amountOf({ clauses, currency }: BookedClauses & { currency: string }, clause: string): bigint {
  const line = clauses.find((candidate) => candidate.clause === clause);
  if (line && line.amount === undefined) throw new TypeError('terms that round each line restate clause amounts');
  return line?.amount === undefined ? 0n : moneyFromText(line.amount, currency).minor;
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
  const both = pairs(before.recordings, after.recordings);
  const uneven = booked.uneven.has(clause) || rerated.uneven.has(clause);
  const { changed, denominator } = uneven ? unevenChanges(both) : evenChanges(both, { before, after });
  const unit = minorPerUnit(rerated.currency, rerated.rounding.decimals);
  const parts =
    rerated.rounding.apply === 'line'
      ? changed.map(({ pair }) => (roundedAmount(pair.after, rerated) - roundedAmount(pair.before, rerated)) / unit)
      : spread(moneyFromText(amount, rerated.currency).minor / unit, {
          changed,
          denominator,
          unattributed: subtract(after.unattributed, before.unattributed),
          rerated,
        });
  return changed.map(({ pair, numerator }, index) => ({
    ...withoutSums(pair.recording),
    units: pair.unitsAfter - pair.unitsBefore,
    exact: exactText(ratio(numerator, denominator)),
    minor: (parts[index] ?? 0n) * unit,
  }));
}

/** A recording in its context: its returns and sales are those of one version, not of a difference. */
function withoutSums({ returned: _, sales: __, ...recording }: RecordingUnits): RecordingUnits {
  return recording;
}

interface Change {
  readonly pair: Pair;
  /** Of the exact difference, over the denominator that all changes share. */
  readonly numerator: bigint;
}

interface Changes {
  readonly changed: readonly Change[];
  readonly denominator: bigint;
}

/** Where every unit of the clause earns the same, a recording's difference is that of its units: no rational per recording. */
function evenChanges(both: readonly Pair[], { before, after }: { before: ClauseState; after: ClauseState }): Changes {
  const denominator = leastCommonMultiple(denominatorOf(after.rate), denominatorOf(before.rate));
  const over = (value: Rational): bigint => numeratorOf(value) * (denominator / denominatorOf(value));
  const [rateAfter, rateBefore] = [over(after.rate), over(before.rate)];
  const changed = both
    .map((pair) => ({ pair, numerator: pair.unitsAfter * rateAfter - pair.unitsBefore * rateBefore }))
    .filter(({ numerator }) => numerator !== 0n);
  return { changed, denominator };
}

function unevenChanges(both: readonly Pair[]): Changes {
  const differences = both
    .map((pair) => ({ pair, difference: subtract(pair.after(), pair.before()) }))
    .filter(({ difference }) => !isZero(difference));
  const denominator = differences.reduce(
    (all, { difference }) => leastCommonMultiple(all, denominatorOf(difference)),
    1n,
  );
  const changed = differences.map(({ pair, difference }) => ({
    pair,
    numerator: numeratorOf(difference) * (denominator / denominatorOf(difference)),
  }));
  return { changed, denominator };
}

function roundedAmount(exact: () => Rational, { rounding, currency }: RatedPeriod): bigint {
  return roundMoney(exact(), { currency, decimals: rounding.decimals, mode: rounding.mode }).minor;
}

function spread(
  total: bigint,
  { changed, denominator, unattributed, rerated }: Changes & { unattributed: Rational; rerated: RatedPeriod },
): bigint[] {
  const common = leastCommonMultiple(denominator, denominatorOf(unattributed));
  const [scale = ZERO] = inRoundingUnits([ratio(1n, common)], rerated.rounding);
  const factor = common / denominator;
  const weights = changed.map(({ numerator }) => numerator * factor);
  weights.push(numeratorOf(unattributed) * (common / denominatorOf(unattributed)));
  return allocateOver(total, {
    numerators: weights.map((weight) => weight * numeratorOf(scale)),
    denominator: denominatorOf(scale),
    slack: roundingSlack,
  });
}

interface ClauseState {
  readonly rate: Rational;
  readonly unattributed: Rational;
  readonly recordings: readonly Earning[];
}

/** A recording and what it earned exactly, worked out when asked. */
interface Earning {
  readonly recording: RecordingUnits;
  readonly exact: () => Rational;
}

function clauseState(rated: RatedPeriod, clause: string): ClauseState {
  const lines = rated.clauses.filter((line) => line.clause === clause);
  const rate = sumOf(lines.map(({ perUnit }) => rateOf(perUnit)));
  const uneven = rated.uneven.get(clause);
  const recordings = rated.recordings.filter((recording) => recording.clause === clause);
  return {
    rate,
    unattributed: sumOf(lines.map((line) => rational(line.unattributed))),
    recordings: recordings.map((recording, place) => ({
      recording,
      exact: () => uneven?.[place] ?? multiply(rational(recording.units), rate),
    })),
  };
}

interface Pair {
  readonly recording: RecordingUnits;
  readonly unitsBefore: bigint;
  readonly unitsAfter: bigint;
  readonly before: () => Rational;
  readonly after: () => Rational;
}

const nothing = (): Rational => ZERO;

/** Both lists side by side, in canonical order. Each is in that order already, so the sort merely merges them. */
function pairs(before: readonly Earning[], after: readonly Earning[]): Pair[] {
  const both = [
    ...before.map(({ recording, exact }): Pair => {
      return { recording, unitsBefore: recording.units, unitsAfter: 0n, before: exact, after: nothing };
    }),
    ...after.map(({ recording, exact }): Pair => {
      return { recording, unitsBefore: 0n, unitsAfter: recording.units, before: nothing, after: exact };
    }),
  ].sort((a, b) => compareRecordings(a.recording, b.recording));
  const result: Pair[] = [];
  for (const pair of both) {
    const last = result.at(-1);
    if (last && compareRecordings(last.recording, pair.recording) === 0) {
      result[result.length - 1] = { ...last, unitsAfter: pair.unitsAfter, after: pair.after };
    } else {
      result.push(pair);
    }
  }
  return result;
}
