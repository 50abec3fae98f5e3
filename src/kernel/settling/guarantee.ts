import { contains, daysOf, intersect, type Period } from '../calendar';
import { maximum, multiply, ratio, subtract, add, ZERO, type MoneyRounding, type Rational } from '../money';
import { greater, total } from './minor';
import { exactAndRounded, type ExactAndRounded } from './rounded';

export interface TrueUp {
  /** In whole units of the currency; in proportion to the active days, never rounded itself. */
  readonly minimum: Rational;
  readonly trueUp: ExactAndRounded;
  /** earned + true-up. Its rounding is its own: it may differ by a minor unit from the sum of two rounded amounts. */
  readonly due: ExactAndRounded;
}

/** The minimum of a period by its days inside `active`, of all its days. No active day: nothing. */
export function proratedMinimum(minimum: Rational, { period, active }: { period: Period; active: Period }): Rational {
  const inside = intersect(period, active);
  if (!inside) return ZERO;
  return multiply(minimum, ratio(BigInt(daysOf(inside)), BigInt(daysOf(period))));
}

/**
 * Tops what a reporting period earned up to its minimum: true-up = max(0, minimum − earned). Both amounts are in whole
 * units of the currency. With `active` the minimum is prorated by days; without, it is whole.
 */
export function trueUp({
  minimum,
  earned,
  period,
  active,
  rounding,
}: {
  minimum: Rational;
  earned: Rational;
  period: Period;
  active?: Period | undefined;
  rounding: MoneyRounding;
}): TrueUp {
  const ofPeriod = active ? proratedMinimum(minimum, { period, active }) : minimum;
  const missing = maximum(ZERO, subtract(ofPeriod, earned));
  return {
    minimum: ofPeriod,
    trueUp: exactAndRounded(missing, rounding),
    due: exactAndRounded(add(earned, missing), rounding),
  };
}

/** Tops up periods one by one; the totals (minor units) add what each of them was rounded to. */
export function trueUpPeriods(
  periods: readonly { readonly period: Period; readonly earned: Rational }[],
  terms: { minimum: Rational; active?: Period | undefined; rounding: MoneyRounding },
): { periods: readonly TrueUp[]; total: { readonly trueUp: bigint; readonly due: bigint } } {
  const toppedUp = periods.map((period) => trueUp({ ...terms, ...period }));
  return {
    periods: toppedUp,
    total: {
      trueUp: total(toppedUp.map((result) => result.trueUp.rounded)),
      due: total(toppedUp.map((result) => result.due.rounded)),
    },
  };
}

/** What is guaranteed for an interval and what was earned in it, in minor units. */
export interface GuaranteedInterval {
  readonly guarantee: bigint;
  readonly earned: bigint;
}

export interface GuaranteeResult {
  /** What was earned beyond the guarantee. */
  readonly overage: bigint;
  /** What of the guarantee was not earned; it is paid all the same. */
  readonly unearned: bigint;
}

export interface SettledGuarantees {
  /** One for each interval in its order; none when crossed, for then only the whole has a result. */
  readonly intervals: readonly GuaranteeResult[];
  readonly guaranteed: bigint;
  readonly earned: bigint;
  readonly overage: bigint;
  readonly unearned: bigint;
  /** guaranteed + overage. */
  readonly payable: bigint;
}

/** overage = max(0, earned − guarantee), unearned = max(0, guarantee − earned): at most one is above zero. */
export function settleGuarantee({ guarantee, earned }: GuaranteedInterval): GuaranteeResult {
  return { overage: greater(0n, earned - guarantee), unearned: greater(0n, guarantee - earned) };
}

/**
 * Sets what was earned against guarantees, all in minor units. Crossed: all intervals together, so that a good one makes
 * up for a bad one. Not crossed: each alone.
 */
export function settleGuarantees({
  crossed,
  intervals,
}: {
  crossed: boolean;
  intervals: readonly GuaranteedInterval[];
}): SettledGuarantees {
  const guaranteed = total(intervals.map(({ guarantee }) => guarantee));
  const earned = total(intervals.map((interval) => interval.earned));
  const alone = crossed ? [] : intervals.map(settleGuarantee);
  const results = crossed ? [settleGuarantee({ guarantee: guaranteed, earned })] : alone;
  const overage = total(results.map((result) => result.overage));
  const unearned = total(results.map((result) => result.unearned));
  return { intervals: alone, guaranteed, earned, overage, unearned, payable: guaranteed + overage };
}

/**
 * What was earned in each interval, in minor units: a period counts in the interval that contains its first day, the
 * first listed where intervals overlap. Royalties of other periods stand under no guarantee and are in no sum.
 */
export function earnedByInterval(
  intervals: readonly Period[],
  periods: readonly { readonly period: Period; readonly earned: bigint }[],
): bigint[] {
  const earned = intervals.map(() => 0n);
  for (const { period, earned: amount } of periods) {
    const index = intervals.findIndex((interval) => contains(interval, period.from));
    if (index >= 0) earned[index] = (earned[index] ?? 0n) + amount;
  }
  return earned;
}
