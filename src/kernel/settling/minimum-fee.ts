import { contains, type Period } from '../calendar';
import { minimum, multiply, toMinor, type MoneyRounding, type Rational } from '../money';
import { greater, lesser, total } from './minor';

/** The fee of a year in minor units: rate × count (channels), at most the cap, rounded once. Rate and cap in whole units. */
export function minimumFee({
  rate,
  count,
  cap,
  rounding,
}: {
  rate: Rational;
  count: Rational;
  cap?: Rational | undefined;
  rounding: MoneyRounding;
}): bigint {
  const uncapped = multiply(rate, count);
  return toMinor(cap === undefined ? uncapped : minimum(uncapped, cap), rounding);
}

export interface FeeCredited {
  /** Below zero when a liability below zero gives credit back. */
  readonly creditUsed: bigint;
  readonly creditLeft: bigint;
  /** What the credit does not cover. Below zero when money already due is taken back. */
  readonly cash: bigint;
}

/**
 * Sets one liability of a year against the year's fee; `before` is the sum of its earlier liabilities. The credit used to
 * date is the lesser of the fee and of all liabilities, so a correction returns cash first and credit after it. Minor units.
 */
export function creditFee({ fee, before, liability }: { fee: bigint; before: bigint; liability: bigint }): FeeCredited {
  const usedBefore = lesser(fee, greater(0n, before));
  const used = lesser(fee, greater(0n, before + liability));
  return { creditUsed: used - usedBefore, creditLeft: fee - used, cash: liability - (used - usedBefore) };
}

export interface FeeYear {
  readonly year: Period;
  readonly fee: bigint;
}

export interface LiabilityOfPeriod {
  readonly period: Period;
  /** Rounded, in minor units. */
  readonly liability: bigint;
}

export interface CreditedFees {
  /** In the order of the years. `creditLapsed`: what is left when all periods given are credited; it is of no use later. */
  readonly years: readonly { readonly fee: bigint; readonly creditUsed: bigint; readonly creditLapsed: bigint }[];
  /** In the order of the periods. */
  readonly periods: readonly FeeCredited[];
  /** All fees and all cash. */
  readonly totalCash: bigint;
}

/**
 * Uses up the fee of each year by the liabilities of the periods that begin in it, in the order given. Neither credit nor
 * liability crosses into another year; a period in no year is paid in cash.
 */
export function creditFees(years: readonly FeeYear[], liabilities: readonly LiabilityOfPeriod[]): CreditedFees {
  const toDate = years.map(() => 0n);
  const periods = liabilities.map(({ period, liability }) => {
    const index = years.findIndex(({ year }) => contains(year, period.from));
    const before = toDate[index] ?? 0n;
    if (index >= 0) toDate[index] = before + liability;
    return creditFee({ fee: years[index]?.fee ?? 0n, before, liability });
  });
  const credited = years.map(({ fee }, index) => {
    const creditUsed = lesser(fee, greater(0n, toDate[index] ?? 0n));
    return { fee, creditUsed, creditLapsed: fee - creditUsed };
  });
  const totalCash = total(years.map(({ fee }) => fee)) + total(periods.map(({ cash }) => cash));
  return { years: credited, periods, totalCash };
}
