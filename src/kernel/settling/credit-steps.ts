import { type Period } from '../calendar';
import { moneyFromText, moneyText } from '../money';
import { clauseNumber, type Terms } from '../terms';
import { NO_IN_KIND_CREDIT, useInKindCredit, type InKindBalance } from './in-kind-credit';
import { type SettlingStep } from './steps';

/** Uses up credits in kind by what is asked for. They never become money, so their steps change nothing that is payable. */
export function useCredits(
  { inKindCredits = [], currency }: Terms,
  {
    period,
    requested,
    before,
  }: { period: Period; requested: Readonly<Record<string, bigint>>; before: Readonly<Record<string, InKindBalance>> },
): { steps: SettlingStep[]; balances: Record<string, InKindBalance> } {
  const money = (minor: bigint) => moneyText({ minor, currency });
  const used = inKindCredits.map(({ id, kind, carryOver, intervals }, place) => {
    const credit = useInKindCredit(before[id] ?? NO_IN_KIND_CREDIT, {
      carryOver,
      intervals: intervals.map(({ from, until, amount }) => ({
        from,
        until,
        amount: moneyFromText(amount, currency).minor,
      })),
      period,
      requested: requested[id] ?? 0n,
    });
    const refused = credit.refused > 0n ? `, refused ${money(credit.refused)}` : '';
    const lapsed = credit.lapsed > 0n ? `, lapsed ${money(credit.lapsed)}` : '';
    const step: SettlingStep = {
      clause: clauseNumber('inKindCredits', place),
      step: 'in-kind-credit',
      id,
      formula: `${kind}: available ${money(credit.available)} − used ${money(credit.used)}${refused}${lapsed}, left ${money(credit.left)}`,
      minor: 0n,
    };
    return { id, step, balance: credit.balance };
  });
  return {
    steps: used.map(({ step }) => step),
    balances: { ...before, ...Object.fromEntries(used.map(({ id, balance }) => [id, balance])) },
  };
}
