import {
  add,
  compare,
  minorExact,
  multiply,
  ONE,
  rational,
  sumOf,
  toMinor,
  type MoneyRounding,
  type Rational,
} from '../money';
import { type Reserve } from '../terms';

/** What a reserve still holds: minor units as text, first those released in the next period, then the one after. */
export interface ReserveState {
  readonly due: readonly string[];
}

export const EMPTY_RESERVE: ReserveState = { due: [] };

/** The rule that holds and releases: rate and shares as in the terms. */
export type ReserveRule = Pick<Reserve, 'rate' | 'release'>;

export interface ReserveRefused {
  readonly accepted: false;
  readonly reason: 'release-shares-do-not-sum-to-one';
  /** What the shares sum to. */
  readonly at: Rational;
}

/** One period of a reserve, in minor units: balance before + held − released = balance. */
export interface ReserveMove {
  readonly held: bigint;
  readonly released: bigint;
  readonly balance: bigint;
  readonly state: ReserveState;
}

/** A reserve on royalties, all in minor units: earned − held + released = payable. */
export interface RoyaltyReserveMove extends ReserveMove {
  readonly earned: bigint;
  readonly payable: bigint;
}

/** A reserve on sales: what the royalty is taken of, exact and in minor units. */
export interface SalesReserveMove extends ReserveMove {
  readonly royaltyBase: Rational;
  readonly royaltyBaseMinor: bigint;
}

interface Before {
  readonly state: ReserveState;
  readonly rule: ReserveRule;
  readonly rounding: MoneyRounding;
}

/** Why a release schedule cannot be kept: its shares are not one. Undefined when they are. */
export function refuseRelease(release: ReserveRule['release']): ReserveRefused | undefined {
  const whole = sumOf(release.map(({ share }) => rational(share)));
  if (compare(whole, ONE) === 0) return undefined;
  return { accepted: false, reason: 'release-shares-do-not-sum-to-one', at: whole };
}

/**
 * One period: holds the rate of `base`, of which anything below zero holds nothing, and releases what falls due now. Each
 * amount is rounded when it is posted. Throws RangeError when the release shares do not sum to one.
 */
export function moveReserve({ state, rule, rounding }: Before, base: Rational): ReserveMove {
  const held = base.s < 0n ? 0n : toMinor(multiply(base, rational(rule.rate)), rounding);
  const due = state.due.map((minor) => BigInt(minor));
  for (const { afterPeriods, minor } of releasesOf(held, rule.release, rounding)) {
    while (due.length <= afterPeriods) due.push(0n);
    due[afterPeriods] = (due[afterPeriods] ?? 0n) + minor;
  }
  const [released = 0n, ...later] = due;
  while (later.at(-1) === 0n) later.pop();
  return {
    held,
    released,
    balance: later.reduce((sum, minor) => sum + minor, 0n),
    state: { due: later.map(String) },
  };
}

/** Royalties first, reserve after: `onSales` is the royalty on sales alone, `earned` the royalty on sales and returns. */
export function reserveRoyalties(
  before: Before,
  { earned, onSales }: { earned: Rational; onSales: Rational },
): RoyaltyReserveMove {
  const move = moveReserve(before, onSales);
  const earnedMinor = toMinor(earned, before.rounding);
  return { ...move, earned: earnedMinor, payable: earnedMinor - move.held + move.released };
}

/** Reserve first, royalties after: sales + returns (not positive) − held + released is what royalties are taken of. */
export function reserveSales(
  before: Before,
  { sales, returns }: { sales: Rational; returns: Rational },
): SalesReserveMove {
  const move = moveReserve(before, sales);
  const royaltyBase = add(add(sales, returns), minorExact(move.released - move.held, before.rounding));
  return { ...move, royaltyBase, royaltyBaseMinor: toMinor(royaltyBase, before.rounding) };
}

interface Release {
  readonly afterPeriods: number;
  readonly minor: bigint;
}

/**
 * Each share rounded, the last release takes what is left. Rounding up many small shares could give back more than was
 * held: no release takes more than is left.
 */
function releasesOf(held: bigint, release: ReserveRule['release'], rounding: MoneyRounding): Release[] {
  const refused = refuseRelease(release);
  if (refused) throw new RangeError('release shares do not sum to one');
  const inTime = release.toSorted((a, b) => a.afterPeriods - b.afterPeriods);
  let left = held;
  return inTime.map(({ afterPeriods, share }, place) => {
    const part = toMinor(multiply(minorExact(held, rounding), rational(share)), rounding);
    const minor = place === inTime.length - 1 || part > left ? left : part;
    left -= minor;
    return { afterPeriods, minor };
  });
}
