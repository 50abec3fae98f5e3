import {
  allocate,
  allocateOver,
  denominatorOf,
  exactText,
  leastCommonMultiple,
  minorPerUnit,
  moneyFromText,
  multiply,
  numeratorOf,
  ratio,
  rational,
  round,
  ZERO,
  type Rational,
} from '../money';
import { inRoundingUnits, type ClauseLine, type RatedPeriod } from './rate-period';
import { type RecordingUnits } from './recordings';

/** The exact amount of each recording of a rated period: its net units × what one unit of its clause earned, or what its own usage did. */
export function exactOfRecordings(
  rated: Pick<RatedPeriod, 'clauses' | 'recordings' | 'uneven'>,
): (recording: RecordingUnits) => string {
  const rates = new Map(rated.clauses.map(({ clause, perUnit }) => [clause, rateOf(perUnit)]));
  const own = new Map<RecordingUnits, Rational>();
  for (const [clause, exact] of rated.uneven) {
    recordingsOf(rated, clause).forEach((recording, place) => own.set(recording, exact[place] ?? ZERO));
  }
  return (recording) => {
    const rate = rates.get(recording.clause) ?? ZERO;
    // One reduced quotient a recording, not that of its units as well.
    return exactText(own.get(recording) ?? ratio(recording.units * numeratorOf(rate), denominatorOf(rate)));
  };
}

/**
 * The amounts in minor units of the recordings, in their order: each clause's amount spread by largest remainder, or each
 * recording's own rounded where the terms round lines. They sum to the clause's amount, less what belongs to no recording.
 */
export function spreadOverRecordings(rated: RatedPeriod): bigint[] {
  const unit = minorPerUnit(rated.currency, rated.rounding.decimals);
  return rated.clauses.flatMap((line) => partsOf(rated, line).map((part) => part * unit));
}

/** In units of the rounding. */
function partsOf(rated: RatedPeriod, line: ClauseLine): bigint[] {
  const { rounding } = rated;
  const recordings = recordingsOf(rated, line.clause);
  const uneven = rated.uneven.get(line.clause);
  const rate = rateOf(line.perUnit);
  if (rounding.apply === 'line') {
    const exact = uneven ?? recordings.map(({ units }) => multiply(rational(units), rate));
    return exact.map((amount) => round(amount, rounding));
  }
  const total = moneyFromText(line.amount, rated.currency).minor / minorPerUnit(rated.currency, rounding.decimals);
  const unattributed = rational(line.unattributed);
  const parts = uneven
    ? allocate(total, inRoundingUnits([...uneven, unattributed], rounding))
    : allocateOver(total, evenNumerators(recordings, inRoundingUnits([rate, unattributed], rounding)));
  return parts.slice(0, recordings.length);
}

const recordingsOf = ({ recordings }: Pick<RatedPeriod, 'recordings'>, clause: string): RecordingUnits[] =>
  recordings.filter((recording) => recording.clause === clause);

/** The recordings' amounts, and last the unattributed one, as numerators over one denominator. */
function evenNumerators(
  recordings: readonly RecordingUnits[],
  [rate = ZERO, unattributed = ZERO]: readonly Rational[],
): { numerators: bigint[]; denominator: bigint } {
  const denominator = leastCommonMultiple(denominatorOf(rate), denominatorOf(unattributed));
  const perUnit = numeratorOf(rate) * (denominator / denominatorOf(rate));
  const numerators = recordings.map(({ units }) => units * perUnit);
  numerators.push(numeratorOf(unattributed) * (denominator / denominatorOf(unattributed)));
  return { numerators, denominator };
}

/** What one unit earned; where there were no net units, single recordings may still have some, and earn nothing. */
export function rateOf(perUnit: string | null): Rational {
  return perUnit === null ? ZERO : rational(perUnit);
}
