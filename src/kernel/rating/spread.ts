import {
  allocateOver,
  denominatorOf,
  exactText,
  leastCommonMultiple,
  minorPerUnit,
  moneyFromText,
  multiply,
  numeratorOf,
  rational,
  ZERO,
  type Rational,
} from '../money';
import { inRoundingUnits, type RatedPeriod } from './rate-period';
import { type RecordingUnits } from './recordings';

/** The exact amount of each recording of a rated period: its net units × what one unit of its clause earned. */
export function exactOfRecordings(rated: Pick<RatedPeriod, 'clauses'>): (recording: RecordingUnits) => string {
  const rates = new Map(rated.clauses.map(({ clause, perUnit }) => [clause, rateOf(perUnit)]));
  return ({ clause, units }) => exactText(multiply(rational(units), rates.get(clause) ?? ZERO));
}

/**
 * The amounts in minor units of the recordings, in their order: each clause's amount spread by largest remainder. They sum
 * to the clause's amount, less what belongs to no recording.
 */
export function spreadOverRecordings(rated: RatedPeriod): bigint[] {
  const unit = minorPerUnit(rated.currency, rated.rounding.decimals);
  return rated.clauses.flatMap((line) => {
    const recordings = rated.recordings.filter(({ clause }) => clause === line.clause);
    const [rate = ZERO, unattributed = ZERO] = inRoundingUnits(
      [rateOf(line.perUnit), rational(line.unattributed)],
      rated.rounding,
    );
    const parts = allocateOver(
      moneyFromText(line.amount, rated.currency).minor / unit,
      overOneDenominator(recordings, { rate, unattributed }),
    );
    return parts.slice(0, recordings.length).map((part) => part * unit);
  });
}

/** The recordings' amounts, and last the unattributed one, as numerators over one denominator. */
function overOneDenominator(
  recordings: readonly RecordingUnits[],
  { rate, unattributed }: { rate: Rational; unattributed: Rational },
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
