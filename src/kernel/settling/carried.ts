import { moneyFromText } from '../money';
import { type Terms } from '../terms';
import { joinsAtSignature, recoupableAdvances } from './advances';
import { type InKindBalance } from './in-kind-credit';
import { lesser, total } from './minor';
import { NOTHING_RECOUPED, type RecoupmentBalance } from './recoupment-balance';
import { type ReserveState } from './reserve';

/** Balances of an agreement that pass from period to period: minor units as text, running totals since signature. */
export interface Carried {
  readonly royaltiesToDate: string;
  readonly recoupedToDate: string;
  readonly advancesToDate: string;
  /** Not positive: what earlier corrections took back beyond what was then payable. Absent means "0". */
  readonly carriedForward?: string;
  /** Only where the terms have more money clauses than advances at signature. */
  readonly clauses?: CarriedClauses;
}

/** What single clauses carry, by their ids. */
export interface CarriedClauses {
  readonly recoupment: RecoupmentBalance;
  readonly guarantees: Readonly<Record<string, GuaranteeState>>;
  /** The fee of each year that has begun, by "id from". */
  readonly fees: Readonly<Record<string, string>>;
  readonly reserves: Readonly<Record<string, ReserveState>>;
  readonly credits: Readonly<Record<string, InKindBalance>>;
  /** Less than the minimum payout, waiting. */
  readonly waiting: string;
}

/** What counted towards a guarantee in each period, by its name, or each interval, by its first day, and the top-ups booked. */
export interface GuaranteeState {
  readonly earned: Readonly<Record<string, string>>;
  readonly toppedUp: string;
}

/** The balances at signature: what is due then is added, nothing is earned yet. */
export function openingCarried(terms: Terms): Carried {
  const advances = total(terms.advances.map((advance) => dueAtSignature(terms, advance)));
  const opening = {
    royaltiesToDate: '0',
    recoupedToDate: '0',
    advancesToDate: advances.toString(),
    carriedForward: '0',
  };
  return isPlain(terms) ? opening : { ...opening, clauses: NOTHING_CARRIED };
}

function dueAtSignature({ currency }: Terms, advance: Terms['advances'][number]): bigint {
  return joinsAtSignature(advance) ? moneyFromText(advance.amount, currency).minor : 0n;
}

const NOTHING_CARRIED: CarriedClauses = {
  recoupment: NOTHING_RECOUPED,
  guarantees: {},
  fees: {},
  reserves: {},
  credits: {},
  waiting: '0',
};

/** Whether the money clauses are advances at signature alone: then four running totals say everything. */
export function isPlain(terms: Terms): boolean {
  const { guarantees, minimumFees, inKindCredits, recoupment, reserves, payment } = terms;
  const others = [guarantees, minimumFees, inKindCredits, recoupment, reserves, payment.minimumPayout];
  const plainAdvances = terms.advances.every(
    (advance) => joinsAtSignature(advance) && advance.recoupableFrom === 'all',
  );
  return plainAdvances && others.every((clause) => clause === undefined);
}

/** What the clauses carry; for plain terms worked out from the running totals, advances recouped in the order written. */
export function carriedClauses(terms: Terms, carried: Carried): CarriedClauses {
  if (carried.clauses) return carried.clauses;
  let left = BigInt(carried.recoupedToDate);
  const advances = recoupableAdvances(terms).map(({ id, amount }) => {
    const recouped = lesser(amount, left);
    left -= recouped;
    return { advance: id, added: amount.toString(), recouped: recouped.toString(), lapsed: '0' };
  });
  return {
    ...NOTHING_CARRIED,
    recoupment: {
      netToDate: carried.royaltiesToDate,
      recoupedToDate: carried.recoupedToDate,
      clauses: [],
      advances,
      opened: '0',
      carriedForward: carried.carriedForward ?? '0',
    },
  };
}
