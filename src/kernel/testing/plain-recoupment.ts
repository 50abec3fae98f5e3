import { type Carried, type Settled } from '../settling';

/**
 * For specs: advances that are all due at signature, by the one rule that needs no periods. Recoups advances from royalties, cumulatively: recouped to date is the lesser of the advances and of what was ever
 * earned, so a correction that lowers past royalties gives back recoupment by the same rule. `amounts` are the period's
 * total and the deltas of restated periods, in minor units.
 */
export function settlePlainly(before: Carried, amounts: readonly bigint[]): Omit<Settled, 'steps'> {
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

const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
