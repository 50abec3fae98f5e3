import {
  allocateShares,
  compare,
  divide,
  isZero,
  minorExact,
  multiply,
  subtract,
  sumOf,
  ZERO,
  type MoneyRounding,
  type Rational,
} from '../money';
import { greater } from './minor';
import { exactAndRounded, type ExactAndRounded } from './rounded';

export interface UnearnedAdvance {
  /** What of the advance nobody earned: money without a recording it belongs to. */
  readonly breakage: bigint;
  /** What was earned beyond it. */
  readonly overage: bigint;
}

/** breakage = max(0, advance − earned), overage = max(0, earned − advance), in minor units. */
export function breakageOf({ advance, earned }: { advance: bigint; earned: bigint }): UnearnedAdvance {
  return { breakage: greater(0n, advance - earned), overage: greater(0n, earned - advance) };
}

/** Who takes part by a weight (streams, royalties) that is not negative. */
export interface BreakageClaim {
  readonly weight: Rational;
  /** The participant's royalty on what is allocated, a fraction of one. */
  readonly royaltyRate: Rational;
}

export interface BreakageAllocation {
  /** breakage × weight / total, in whole units of the currency. */
  readonly exact: Rational;
  /** In minor units, by largest remainder. */
  readonly allocated: bigint;
  readonly royalty: ExactAndRounded;
}

/**
 * Allocates breakage (minor units) by weight, to the minor unit, by largest remainder; everybody else is one more part,
 * last in order. The royalty is the rate × the allocated amount, rounded once. A total of zero allocates nothing. Throws
 * RangeError on a weight below zero and when the weights exceed the total.
 */
export function allocateBreakage({
  breakage,
  claims,
  totalWeight,
  rounding,
}: {
  breakage: bigint;
  claims: readonly BreakageClaim[];
  totalWeight: Rational;
  rounding: MoneyRounding;
}): { allocations: BreakageAllocation[]; leftForOthers: bigint } {
  const weights = claims.map(({ weight }) => weight);
  const others = subtract(totalWeight, sumOf(weights));
  if ([...weights, others].some((weight) => compare(weight, ZERO) < 0)) {
    throw new RangeError('the weights of the parts are below zero, or exceed the total weight');
  }
  const whole = minorExact(breakage, rounding);
  const parts = isZero(totalWeight) ? claims.map(() => 0n) : allocateShares(breakage, [...weights, others]);
  const allocations = claims.map(({ weight, royaltyRate }, index) => {
    const allocated = parts[index] ?? 0n;
    return {
      exact: isZero(totalWeight) ? ZERO : divide(multiply(whole, weight), totalWeight),
      allocated,
      royalty: exactAndRounded(multiply(minorExact(allocated, rounding), royaltyRate), rounding),
    };
  });
  return { allocations, leftForOthers: allocations.reduce((rest, { allocated }) => rest - allocated, breakage) };
}
