import { exactText, minorExact, moneyRoundingIn } from '../money';
import { type Terms } from '../terms';
import { carriedClauses, type Carried } from './carried';
import { total } from './minor';

/** Whether some reserve holds back of sales, before the royalty. */
export const reservesSales = ({ reserves = [] }: Pick<Terms, 'reserves'>): boolean =>
  reserves.some(({ basis }) => basis === 'sales');

/**
 * What reserves held back of each clause's sales in a period (below zero) or gave back to them, by the balances before and after its close: what is rated again must
 * be rated with it. As `heldSales` of a rating.
 */
export function heldSalesBetween(
  terms: Terms,
  { before, after }: { readonly before: Carried; readonly after: Carried },
): Readonly<Record<string, string>> {
  const rounding = moneyRoundingIn(terms.currency, terms.rounding);
  const [was, is] = [carriedClauses(terms, before).reserves, carriedClauses(terms, after).reserves];
  const held = new Map<string, bigint>();
  for (const { id, clauses = [], basis } of terms.reserves ?? []) {
    if (basis !== 'sales') continue;
    for (const clause of clauses) {
      const balance = (of: typeof was): bigint => total((of[`${id} ${clause}`]?.due ?? []).map(BigInt));
      held.set(clause, (held.get(clause) ?? 0n) + balance(was) - balance(is));
    }
  }
  return Object.fromEntries([...held].map(([clause, minor]) => [clause, exactText(minorExact(minor, rounding))]));
}
