import { moneyFromText } from '../money';
import { type Terms } from '../terms';

/** Balances of an agreement that pass from period to period: minor units as text, running totals since signature. */
export interface Carried {
  readonly royaltiesToDate: string;
  readonly recoupedToDate: string;
  readonly advancesToDate: string;
  /** Not positive: what earlier corrections took back beyond what was then payable. Absent means "0". */
  readonly carriedForward?: string;
}

/** What one close does with royalties. All in minor units. */
export interface Settled {
  /** The period's total and the differences of restated periods. */
  readonly royalties: bigint;
  /** Advances not yet recouped, before and after. */
  readonly opening: bigint;
  readonly recouped: bigint;
  readonly closing: bigint;
  /** royalties − recouped, with its sign: what the close posts. */
  readonly net: bigint;
  /** carriedForward of the close before: not positive. */
  readonly broughtForward: bigint;
  /** broughtForward + net, where positive: what becomes payable now. */
  readonly payable: bigint;
  /** broughtForward + net, where negative: it waits for later royalties and is never pulled back. */
  readonly carriedForward: bigint;
  readonly carried: Carried;
}

/** The balances at signature: all advances are due then, nothing is earned yet. */
export function openingCarried(terms: Pick<Terms, 'advances' | 'currency'>): Carried {
  const advances = terms.advances.reduce((sum, { amount }) => sum + moneyFromText(amount, terms.currency).minor, 0n);
  return { royaltiesToDate: '0', recoupedToDate: '0', advancesToDate: advances.toString(), carriedForward: '0' };
}

/**
 * Recoups advances from royalties, cumulatively: recouped to date is the lesser of the advances and of what was ever
 * earned, so a correction that lowers past royalties gives back recoupment by the same rule. `amounts` are the period's
 * total and the deltas of restated periods, in minor units.
 */
export function settlePeriods(before: Carried, amounts: readonly bigint[]): Settled {
  const advances = BigInt(before.advancesToDate);
  const recoupedBefore = BigInt(before.recoupedToDate);
  const royalties = amounts.reduce((sum, amount) => sum + amount, 0n);
  const royaltiesToDate = BigInt(before.royaltiesToDate) + royalties;
  const recoupedToDate = lesser(advances, greater(0n, royaltiesToDate));
  const recouped = recoupedToDate - recoupedBefore;
  const broughtForward = BigInt(before.carriedForward ?? '0');
  const balance = broughtForward + royalties - recouped;
  const carriedForward = lesser(0n, balance);
  return {
    royalties,
    opening: advances - recoupedBefore,
    recouped,
    closing: advances - recoupedToDate,
    net: royalties - recouped,
    broughtForward,
    payable: greater(0n, balance),
    carriedForward,
    carried: {
      royaltiesToDate: royaltiesToDate.toString(),
      recoupedToDate: recoupedToDate.toString(),
      advancesToDate: before.advancesToDate,
      carriedForward: carriedForward.toString(),
    },
  };
}

/** How much of each advance is recouped when `recoupedToDate` minor units are in all: the advance listed first goes first. */
export function recoupedByAdvance(
  terms: Pick<Terms, 'advances' | 'currency'>,
  recoupedToDate: bigint,
): { advance: string; recouped: bigint; balance: bigint }[] {
  let left = recoupedToDate;
  return terms.advances.map(({ id, amount }) => {
    const { minor } = moneyFromText(amount, terms.currency);
    const recouped = lesser(minor, left);
    left -= recouped;
    return { advance: id, recouped, balance: minor - recouped };
  });
}

const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
