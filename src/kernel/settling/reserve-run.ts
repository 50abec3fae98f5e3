import { add, multiply, toMinor, type MoneyRounding, type Rational } from '../money';
import { type Reserve } from '../terms';
import {
  EMPTY_RESERVE,
  refuseRelease,
  reserveRoyalties,
  reserveSales,
  type ReserveRefused,
  type ReserveRule,
  type RoyaltyReserveMove,
  type SalesReserveMove,
} from './reserve';

/** Sales and returns (not positive) of one period, in whole units of the currency. */
export interface SalesOfPeriod {
  readonly sales: Rational;
  readonly returns: Rational;
}

export type ReserveRun =
  | ReserveRefused
  | {
      readonly accepted: true;
      readonly periods: readonly (
        | ({ readonly basis: 'royalties' } & RoyaltyReserveMove)
        | ({ readonly basis: 'sales'; readonly payable: bigint } & SalesReserveMove)
      )[];
      /** The sum of what was payable, and the balance of the last period. */
      readonly total: { readonly payable: bigint; readonly balance: bigint };
    };

/** Periods in a row under a royalty that is a share of sales; refused when the release shares do not sum to one. */
export function runReserve(
  periods: readonly SalesOfPeriod[],
  {
    basis,
    rule,
    royaltyRate,
    rounding,
  }: { basis: Reserve['basis']; rule: ReserveRule; royaltyRate: Rational; rounding: MoneyRounding },
): ReserveRun {
  const refused = refuseRelease(rule.release);
  if (refused) return refused;
  let state = EMPTY_RESERVE;
  const moves = periods.map(({ sales, returns }) => {
    const before = { state, rule, rounding };
    const move =
      basis === 'royalties'
        ? { basis, ...reserveRoyalties(before, onRoyalties({ sales, returns, royaltyRate })) }
        : { basis, ...payableOf(reserveSales(before, { sales, returns }), { royaltyRate, rounding }) };
    state = move.state;
    return move;
  });
  return {
    accepted: true,
    periods: moves,
    total: { payable: moves.reduce((sum, { payable }) => sum + payable, 0n), balance: moves.at(-1)?.balance ?? 0n },
  };
}

function onRoyalties({ sales, returns, royaltyRate }: SalesOfPeriod & { royaltyRate: Rational }): {
  earned: Rational;
  onSales: Rational;
} {
  return { earned: multiply(add(sales, returns), royaltyRate), onSales: multiply(sales, royaltyRate) };
}

function payableOf(
  move: SalesReserveMove,
  { royaltyRate, rounding }: { royaltyRate: Rational; rounding: MoneyRounding },
): SalesReserveMove & { payable: bigint } {
  return { ...move, payable: toMinor(multiply(move.royaltyBase, royaltyRate), rounding) };
}
