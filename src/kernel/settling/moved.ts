import { moneyFromText } from '../money';
import { type Terms } from '../terms';
import { joinsAtSignature } from './advances';
import { carriedClauses, type Carried, type CarriedClauses } from './carried';
import { total } from './minor';
import { type Settled } from './steps';

/** How a close moved the balances of an agreement, in minor units: what its books need beside what is payable and recouped. */
export interface MovedBalances {
  /** Change of what results below zero left to later periods: below zero where there is more of it. */
  readonly carriedForward: bigint;
  /** Change of what waits for the minimum payout. */
  readonly waiting: bigint;
  /** Change of what reserves on royalties hold. */
  readonly reserved: bigint;
  /** Paid beforehand, and to be recouped from this period on; advances at signature joined at signature. */
  readonly joined: bigint;
  /** Paid beforehand, and can be recouped no more. */
  readonly lapsed: bigint;
  /** Change of what guarantees have added to royalties. */
  readonly toppedUp: bigint;
}

/** What a close was and became: two balances, and what it recouped. */
export interface BalancesOfClose {
  readonly before: Carried;
  readonly settled: Pick<Settled, 'recouped' | 'carried'>;
}

/**
 * From balances to movements, so that whoever kept the balances can book the close. For every close: net = payable + carriedForward + waiting,
 * and opening + joined − recouped − lapsed = closing.
 */
export function movedBetween(terms: Terms, { before, settled }: BalancesOfClose): MovedBalances {
  const totals = (carried: Carried): Totals => totalsOf(terms, carriedClauses(terms, carried));
  const [from, to] = [totals(before), totals(settled.carried)];
  const joined = to.joined - from.joined;
  return {
    carriedForward: BigInt(settled.carried.carriedForward ?? '0') - BigInt(before.carriedForward ?? '0'),
    waiting: to.waiting - from.waiting,
    reserved: to.reserved - from.reserved,
    joined,
    lapsed: from.open + joined - settled.recouped - to.open,
    toppedUp: to.toppedUp - from.toppedUp,
  };
}

type Totals = Pick<MovedBalances, 'waiting' | 'reserved' | 'joined' | 'toppedUp'> & { readonly open: bigint };

function totalsOf(terms: Terms, { recoupment, reserves, guarantees, waiting }: CarriedClauses): Totals {
  const known = new Set(recoupment.advances.map(({ advance }) => advance));
  // What joins at signature is booked then; the balances have it from the first close on.
  const early = terms.advances.filter((advance) => joinsAtSignature(advance) && !known.has(advance.id));
  const added = total(recoupment.advances.map((entry) => BigInt(entry.added)));
  const joined = added + total(early.map(({ amount }) => moneyFromText(amount, terms.currency).minor));
  const gone = total(recoupment.advances.map(({ recouped, lapsed }) => BigInt(recouped) + BigInt(lapsed)));
  const onRoyalties = (terms.reserves ?? []).filter(({ basis }) => basis === 'royalties');
  return {
    waiting: BigInt(waiting),
    reserved: total(onRoyalties.flatMap(({ id }) => (reserves[id]?.due ?? []).map(BigInt))),
    joined,
    open: joined - gone + BigInt(recoupment.opened),
    toppedUp: total(Object.values(guarantees).map(({ toppedUp }) => BigInt(toppedUp))),
  };
}
