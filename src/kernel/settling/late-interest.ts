import { calendarDateOf, daysOf } from '../calendar';
import { multiply, ratio, rational, toMinor, type MoneyRounding, type Rational } from '../money';
import { type DayCount, type LateInterest } from '../terms';

/** Simple interest: principal × annual rate × days / days of the year; `exact` in units of the principal, `minor` rounded once. */
export interface Interest {
  readonly days: number;
  readonly exact: Rational;
  readonly minor: bigint;
}

const DAYS_OF_YEAR: Readonly<Record<DayCount, bigint>> = { 'actual/365': 365n, 'actual/360': 360n };

/**
 * Interest on a principal that is outstanding from the day `from` (it bears interest) until the day `until` (it does not).
 * The first `graceDays` bear none. The year has the clause's days, also in a leap year.
 */
export function interestOn(
  principal: Rational,
  { clause, from, until, rounding }: { clause: LateInterest; from: string; until: string; rounding: MoneyRounding },
): Interest {
  const days = Math.max(daysOf({ from: calendarDateOf(from), until: calendarDateOf(until) }) - clause.graceDays, 0);
  const years = ratio(BigInt(days), DAYS_OF_YEAR[clause.dayCount]);
  const exact = multiply(multiply(principal, rational(clause.annualRate)), years);
  return { days, exact, minor: toMinor(exact, rounding) };
}
