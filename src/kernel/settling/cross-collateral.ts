import { allocateShares, rational } from '../money';
import { greater, lesser, total } from './minor';

/** An account (agreement) with what is unrecouped of it and what it earned in the period, in minor units. */
export interface CollateralAccount {
  readonly account: string;
  readonly opening: bigint;
  readonly earned: bigint;
}

/**
 * Another agreement of the pool, as a close is told of it. `received`: what it has lent to the agreement that is closed, at closes of its own. Agreements that are closed one after
 * the other are told so, each with nothing earned; then what is left here recoups each of them by name.
 */
export interface PoolAccount extends CollateralAccount {
  readonly received?: bigint;
}

/** recouped = min(opening, earned), payable = earned − recouped, closing = opening − recouped. */
export interface CollateralGroup {
  /** The account, or 'pool'. */
  readonly group: string;
  readonly opening: bigint;
  readonly earned: bigint;
  readonly recouped: bigint;
  readonly payable: bigint;
  readonly closing: bigint;
}

/** An account's part of its group, for a ledger that keeps the accounts apart: earned = recouped + payable + lent − borrowed. */
export interface CollateralPart extends Omit<CollateralGroup, 'group'> {
  readonly account: string;
  /** Royalties of this account that recoup others of the pool. */
  readonly lent: bigint;
  /** Royalties of others that recoup this account. */
  readonly borrowed: bigint;
}

export interface Collateralised {
  readonly groups: readonly CollateralGroup[];
  readonly accounts: readonly CollateralPart[];
  readonly payable: bigint;
}

/**
 * One period of accounts whose royalties and advances are taken together, or each alone. Within a pool every account
 * first recoups itself; the rest the pool recoups is lent by accounts in proportion to what they have left, to accounts in
 * proportion to what is open, by largest remainder. The closings of the accounts open the next period.
 */
export function collateralise(mode: 'pooled' | 'separate', accounts: readonly CollateralAccount[]): Collateralised {
  if (mode === 'separate') {
    const groups = accounts.map(({ account, ...amounts }) => groupOf(account, amounts));
    const parts = groups.map(({ group, ...amounts }) => ({ account: group, ...amounts, lent: 0n, borrowed: 0n }));
    return { groups, accounts: parts, payable: total(groups.map(({ payable }) => payable)) };
  }
  const pool = groupOf('pool', {
    opening: total(accounts.map(({ opening }) => opening)),
    earned: total(accounts.map(({ earned }) => earned)),
  });
  return { groups: [pool], accounts: partsOf(pool, accounts), payable: pool.payable };
}

/** What an account earned in a period, in minor units. */
export type EarnedByAccount = Pick<CollateralAccount, 'account' | 'earned'>;

/**
 * Periods in a row: each opens with what the one before left unrecouped. An account that is not named in a period earned
 * nothing in it. `payable` is that of all periods.
 */
export function collateralisePeriods(
  mode: 'pooled' | 'separate',
  {
    accounts,
    periods,
  }: {
    accounts: readonly Pick<CollateralAccount, 'account' | 'opening'>[];
    periods: readonly (readonly EarnedByAccount[])[];
  },
): { periods: readonly Collateralised[]; payable: bigint } {
  let open = accounts;
  const results = periods.map((earned) => {
    const result = collateralise(
      mode,
      open.map(({ account, opening }) => ({ account, opening, earned: earnedBy(account, earned) })),
    );
    open = result.accounts.map(({ account, closing }) => ({ account, opening: closing }));
    return result;
  });
  return { periods: results, payable: total(results.map(({ payable }) => payable)) };
}

function earnedBy(name: string, earned: readonly EarnedByAccount[]): bigint {
  return total(earned.filter(({ account }) => account === name).map((entry) => entry.earned));
}

function groupOf(group: string, { opening, earned }: { opening: bigint; earned: bigint }): CollateralGroup {
  const recouped = lesser(opening, earned);
  return { group, opening, earned, recouped, payable: earned - recouped, closing: opening - recouped };
}

function partsOf(pool: CollateralGroup, accounts: readonly CollateralAccount[]): CollateralPart[] {
  const alone = accounts.map(({ account, ...amounts }) => groupOf(account, amounts));
  const payable = inProportion(
    pool.payable,
    alone.map((group) => group.payable),
  );
  const borrowed = inProportion(
    pool.recouped - total(alone.map(({ recouped }) => recouped)),
    alone.map(({ closing }) => closing),
  );
  return alone.map(({ group, ...amounts }, index) => {
    const [kept = 0n, from = 0n] = [payable[index], borrowed[index]];
    return {
      account: group,
      opening: amounts.opening,
      earned: amounts.earned,
      recouped: amounts.recouped + from,
      payable: kept,
      closing: amounts.closing - from,
      lent: amounts.payable - kept,
      borrowed: from,
    };
  });
}

function inProportion(amount: bigint, weights: readonly bigint[]): bigint[] {
  if (amount === 0n) return weights.map(() => 0n);
  return allocateShares(
    amount,
    weights.map((weight) => rational(greater(0n, weight))),
  );
}
