import { allocateShares, compare, ONE, sumOf, type Rational } from '../money';
import { type RecoupableAdvance } from './advances';
import { total } from './minor';
import { NOTHING_RECOUPED, type RecoupmentBalance } from './recoupment-balance';
import { recoupPeriod, type RecoupedPeriod, type RecoupmentPeriod } from './recoupment';

/** A payee's part of everything, a fraction of one. All shares sum to one. */
export interface PayeeShare {
  readonly payee: string;
  readonly share: Rational;
}

export interface PayeeBalance {
  readonly payee: string;
  readonly balance: RecoupmentBalance;
}

/**
 * Shares an amount (minor units, of either sign) out among payees by largest remainder, ties to the first listed. Throws
 * RangeError unless the shares are not negative and sum to one.
 */
export function shareAmongPayees(amount: bigint, shares: readonly PayeeShare[]): bigint[] {
  const parts = shares.map(({ share }) => share);
  if (compare(sumOf(parts), ONE) !== 0) throw new RangeError('the shares of the payees do not sum to one');
  return allocateShares(amount, parts);
}

/** For each payee an advance of its own: the amount, or each instalment, is shared out on its own. */
export function shareAdvance(advance: RecoupableAdvance, shares: readonly PayeeShare[]): RecoupableAdvance[] {
  const { due } = advance;
  const amounts = shareAmongPayees(advance.amount, shares);
  if (due === 'signature') return amounts.map((amount) => ({ ...advance, amount }));
  const instalments = due.map(({ on, amount }) => ({ on, parts: shareAmongPayees(amount, shares) }));
  return shares.map((_, index) => {
    const own = instalments.map(({ on, parts }) => ({ on, amount: parts[index] ?? 0n }));
    // With a recoup interval the advance joins as one amount; without, instalment by instalment.
    const amount = advance.recoup ? (amounts[index] ?? 0n) : total(own.map((instalment) => instalment.amount));
    return { ...advance, amount, due: own };
  });
}

/**
 * One period for several payees: advances, earnings by clause and expenses are each shared out first, then every payee
 * recoups alone. A payee without a balance starts with none. The shares stay the same from period to period: a balance
 * belongs to the shares it began with.
 */
export function recoupForPayees(
  before: readonly PayeeBalance[],
  { shares, ...whole }: RecoupmentPeriod & { readonly shares: readonly PayeeShare[] },
): (RecoupedPeriod & { readonly payee: string })[] {
  const advances = whole.advances.map((advance) => shareAdvance(advance, shares));
  const earned = whole.earned.map(({ clause, amount }) => ({ clause, parts: shareAmongPayees(amount, shares) }));
  const expenses = shareAmongPayees(whole.expenses ?? 0n, shares);
  return shares.map(({ payee }, index) => {
    const balance = before.find((entry) => entry.payee === payee)?.balance ?? NOTHING_RECOUPED;
    const own = recoupPeriod(balance, {
      ...whole,
      advances: advances.flatMap((parts) => parts[index] ?? []),
      earned: earned.map(({ clause, parts }) => ({ clause, amount: parts[index] ?? 0n })),
      expenses: expenses[index] ?? 0n,
    });
    return { payee, ...own };
  });
}
