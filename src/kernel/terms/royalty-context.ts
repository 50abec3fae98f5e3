import { readMoney } from '../money';
import { fault, readDecimal, type Place } from './reading';
import { type Figure, type Royalty } from './terms';

/** Stands in for a royalty that could not be read. */
export const NOTHING: Royalty = { kind: 'flat', amount: '0' };

/** What a royalty may refer to. `currency` is undefined when it is itself at fault: amounts are then not held against it. */
export interface RoyaltyReferences {
  readonly currency: string | undefined;
  readonly figures: readonly Figure[];
  readonly services: ReadonlySet<string>;
}

export interface RoyaltyContext extends RoyaltyReferences {
  readonly depth: number;
  /** Set inside an escalation, where each unit has its own day: only what is paid by the unit or by the sale makes sense there. */
  readonly dated?: true;
}

export type RoyaltyReader = (place: Place, context: RoyaltyContext) => Royalty;

/** Notes a royalty that is worked out for the period as a whole where every unit counts by its own day. */
export function refuseDated(place: Place): void {
  fault(place, 'terms-escalation', 'is worked out for a whole period: outside an escalation, or prorated by days');
}

/** An amount of money in the terms' currency, no finer than its minor unit. */
export function readAmount(place: Place, currency: string | undefined): string {
  const amount = readDecimal(place);
  if (currency !== undefined && !readMoney(amount, currency)) {
    fault(place, 'terms-decimals-exceed-currency', `is finer than the minor unit of ${currency}`);
  }
  return amount;
}
