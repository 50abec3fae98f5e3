import { overlaps, type Period } from '../calendar';
import { lesser, total } from './minor';

export interface CreditInterval extends Period {
  /** In minor units: the worth of what is owed in kind, never money. */
  readonly amount: bigint;
}

/** What passes from period to period: minor units as text. */
export interface InKindBalance {
  readonly grantedToDate: string;
  readonly left: string;
}

export const NO_IN_KIND_CREDIT: InKindBalance = { grantedToDate: '0', left: '0' };

export interface InKindUsed {
  /** Credit that began in the period. */
  readonly granted: bigint;
  /** What was left before and what is granted now, as far as it may be used in this period. */
  readonly available: bigint;
  readonly used: bigint;
  /** What was asked beyond the credit: not owed in kind, nor in cash. */
  readonly refused: bigint;
  readonly lapsed: bigint;
  readonly left: bigint;
  readonly balance: InKindBalance;
}

/**
 * Uses credit in one period: used = min(requested, available), the rest is refused. The credit of an interval is granted
 * in the first period that touches it. Without carry-over it lapses in the period in which its interval ends, with
 * carry-over in the period in which the last interval ends. Intervals do not overlap, periods come in order. Minor units.
 */
export function useInKindCredit(
  before: InKindBalance,
  {
    carryOver,
    intervals,
    period,
    requested,
  }: { carryOver: boolean; intervals: readonly CreditInterval[]; period: Period; requested: bigint },
): InKindUsed {
  const worth = (of: readonly CreditInterval[]) => total(of.map(({ amount }) => amount));
  const begun = intervals.filter(({ from }) => from < period.until);
  const granted = worth(begun) - BigInt(before.grantedToDate);
  const held = BigInt(before.left) + granted;
  // What an interval left that was over before this period began is of no use in it.
  const available = carryOver ? held : lesser(held, worth(begun.filter((interval) => overlaps(interval, period))));
  const used = lesser(requested, available);
  const open = available - used;
  const runsOn = ({ until }: Period) => until > period.until;
  const kept = carryOver ? (intervals.some(runsOn) ? open : 0n) : lesser(open, worth(begun.filter(runsOn)));
  return {
    granted,
    available,
    used,
    refused: requested - used,
    lapsed: held - used - kept,
    left: kept,
    balance: { grantedToDate: worth(begun).toString(), left: kept.toString() },
  };
}

/** Uses credit in periods in a row, from none on. In-kind credit has no cash value: `cashDue` is nothing, whatever is left. */
export function useInKindCredits(
  periods: readonly { readonly period: Period; readonly requested: bigint }[],
  credit: { carryOver: boolean; intervals: readonly CreditInterval[] },
): {
  periods: readonly InKindUsed[];
  total: { readonly granted: bigint; readonly used: bigint; readonly lapsed: bigint; readonly cashDue: bigint };
} {
  let balance = NO_IN_KIND_CREDIT;
  const results = periods.map((period) => {
    const result = useInKindCredit(balance, { ...credit, ...period });
    balance = result.balance;
    return result;
  });
  const sum = (part: 'granted' | 'used' | 'lapsed') => total(results.map((result) => result[part]));
  return {
    periods: results,
    total: { granted: sum('granted'), used: sum('used'), lapsed: sum('lapsed'), cashDue: 0n },
  };
}
