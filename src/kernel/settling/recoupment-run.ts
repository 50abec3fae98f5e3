import { type RecoupableAdvance } from './advances';
import { total } from './minor';
import { recoupForPayees, shareAdvance, type PayeeBalance, type PayeeShare } from './payees';
import { NOTHING_RECOUPED } from './recoupment-balance';
import { recoupPeriod, type RecoupedPeriod, type RecoupmentPeriod } from './recoupment';

/** What differs from period to period; the advances and the rule stay. */
export type EarnedInPeriod = Pick<RecoupmentPeriod, 'period' | 'earned' | 'expenses'>;

type RecoupmentRule = Pick<RecoupmentPeriod, 'advances' | 'negative'>;

/** Periods in a row from signature on. The totals (minor units) are over all of them. */
export function recoupPeriods(
  periods: readonly EarnedInPeriod[],
  rule: RecoupmentRule,
): {
  periods: readonly RecoupedPeriod[];
  total: { readonly recouped: bigint; readonly payable: bigint; readonly lapsed: bigint };
} {
  let balance = NOTHING_RECOUPED;
  const recouped = periods.map((period) => {
    const result = recoupPeriod(balance, { ...rule, ...period });
    balance = result.balance;
    return result;
  });
  const sum = (part: 'recouped' | 'payable' | 'lapsed') => total(recouped.map((period) => period[part]));
  return { periods: recouped, total: { recouped: sum('recouped'), payable: sum('payable'), lapsed: sum('lapsed') } };
}

/** The same for payees with balances of their own. `advances`: what each of them is advanced, options not exercised left out. */
export function recoupPeriodsForPayees(
  periods: readonly EarnedInPeriod[],
  { shares, ...rule }: RecoupmentRule & { readonly shares: readonly PayeeShare[] },
): {
  advances: readonly { readonly payee: string; readonly advance: bigint }[];
  periods: readonly (readonly (RecoupedPeriod & { readonly payee: string })[])[];
} {
  let balances: readonly PayeeBalance[] = [];
  const recouped = periods.map((period) => {
    const results = recoupForPayees(balances, { ...rule, ...period, shares });
    balances = results;
    return results;
  });
  return { advances: advancesOf(rule.advances, shares), periods: recouped };
}

function advancesOf(advances: readonly RecoupableAdvance[], shares: readonly PayeeShare[]) {
  const parts = advances.map((advance) => shareAdvance(advance, shares));
  return shares.map(({ payee }, index) => ({
    payee,
    advance: total(parts.map((ofAdvance) => ofAdvance[index]?.amount ?? 0n)),
  }));
}
