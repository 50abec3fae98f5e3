import {
  allocateMinor,
  compare,
  exactText,
  multiply,
  ONE,
  rational,
  sumOf,
  toMinor,
  ZERO,
  type MoneyRounding,
  type Rational,
} from '../money';
import { type OpenPeriod } from '../terms';

/** Shares of payees in the days of an interval; null is an open side. */
export interface SplitInterval extends OpenPeriod {
  readonly shares: readonly { readonly payee: string; readonly share: string }[];
}

export interface DatedAmount {
  readonly line: string;
  readonly date: string;
  readonly amount: Rational;
}

/** Why splits cannot be used. `at`: what the shares sum to, or the days in two intervals ("2025-03-01..2025-04-01"). */
export interface SplitRefused {
  readonly accepted: false;
  readonly reason: 'shares-do-not-sum-to-one' | 'intervals-overlap';
  readonly at: string;
}

export interface PayeePart {
  readonly payee: string;
  readonly exact: Rational;
  readonly minor: bigint;
}

/** A line shared out, its parts summing to it, or one that no interval contains: it waits for a split. */
export type SplitLine =
  | { readonly line: string; readonly status: 'allocated'; readonly shares: readonly PayeePart[] }
  | { readonly line: string; readonly status: 'unallocated'; readonly reason: 'no-split-for-date' };

export type SplitResult =
  | SplitRefused
  | { readonly accepted: true; readonly gaps: readonly OpenPeriod[]; readonly lines: readonly SplitLine[] };

/** Shares out each line by the interval that contains its day, by largest remainder; refused when an interval is not sound. */
export function splitLines(
  lines: readonly DatedAmount[],
  { intervals, rounding }: { intervals: readonly SplitInterval[]; rounding: MoneyRounding },
): SplitResult {
  const refused = refuseSplits(intervals);
  if (refused) return refused;
  return {
    accepted: true,
    gaps: gapsOf(intervals),
    lines: lines.map((line) => splitLine(line, { intervals, rounding })),
  };
}

/**
 * The first thing wrong with splits: shares that do not sum to one, in the order written; else the earliest days that two
 * intervals share. Throws RangeError on an interval without a day.
 */
export function refuseSplits(intervals: readonly SplitInterval[]): SplitRefused | undefined {
  for (const { from, until, shares } of intervals) {
    if (from !== null && until !== null && from >= until) throw new RangeError(`an empty interval: ${from}..${until}`);
    const whole = sumOf(shares.map(({ share }) => rational(share)));
    if (compare(whole, ONE) !== 0) {
      return { accepted: false, reason: 'shares-do-not-sum-to-one', at: exactText(whole) };
    }
  }
  const [overlap] = seams(intervals).filter(({ kind }) => kind === 'overlap');
  return overlap && { accepted: false, reason: 'intervals-overlap', at: `${overlap.from}..${overlap.until}` };
}

/** Days between two intervals that no interval contains, in order. Before the first and after the last there is no gap. */
export function gapsOf(intervals: readonly OpenPeriod[]): OpenPeriod[] {
  return seams(intervals)
    .filter(({ kind }) => kind === 'gap')
    .map(({ from, until }) => ({ from, until }));
}

function splitLine(
  { line, date, amount }: DatedAmount,
  { intervals, rounding }: { intervals: readonly SplitInterval[]; rounding: MoneyRounding },
): SplitLine {
  const interval = intervals.find(
    ({ from, until }) => (from === null || from <= date) && (until === null || date < until),
  );
  if (!interval) return { line, status: 'unallocated', reason: 'no-split-for-date' };
  const exact = interval.shares.map(({ share }) => multiply(amount, rational(share)));
  const parts = allocateMinor(toMinor(amount, rounding), exact, rounding);
  const shares = interval.shares.map(({ payee }, index) => ({
    payee,
    exact: exact[index] ?? ZERO,
    minor: parts[index] ?? 0n,
  }));
  return { line, status: 'allocated', shares };
}

interface Seam extends OpenPeriod {
  readonly kind: 'gap' | 'overlap';
}

/** What lies between each interval and all those that begin before it: days of nobody, or days of two. */
function seams(intervals: readonly OpenPeriod[]): Seam[] {
  const found: Seam[] = [];
  let covered: string | null | undefined;
  for (const { from, until } of intervals.toSorted(byFrom)) {
    if (covered !== undefined) {
      if (covered === null || from === null || from < covered) {
        found.push({ kind: 'overlap', from, until: earlierEnd(covered, until) });
      } else if (covered < from) {
        found.push({ kind: 'gap', from: covered, until: from });
      }
    }
    covered = covered === undefined ? until : laterEnd(covered, until);
  }
  return found;
}

function byFrom(a: OpenPeriod, b: OpenPeriod): number {
  if (a.from === b.from) return 0;
  if (a.from === null || b.from === null) return a.from === null ? -1 : 1;
  return a.from < b.from ? -1 : 1;
}

/** Of two ends; null never ends. */
const earlierEnd = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b < a) ? b : a);
const laterEnd = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? null : a > b ? a : b;
