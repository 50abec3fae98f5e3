import { moneyFromText, moneyText } from '../../kernel';
import type { AmountsRun, DifferingPeriod, PeriodRun, RevisionRun, RunDifference } from './simulation-result';

/** What each other revision pays more (or, below zero, less) than the first, by the months of usage that both have. */
export function runDifferences([first, ...others]: readonly RevisionRun[]): RunDifference[] {
  return others.map((other): RunDifference => {
    const { revision } = other;
    const against = first?.revision ?? revision;
    if (!first?.totals || !other.totals || first.currency !== other.currency) {
      return { revision, against, currency: null, periods: [], totals: null };
    }
    const { currency } = first;
    const periods = commonMonths(first.periods, other.periods).map((months): DifferingPeriod => {
      const within = (run: RevisionRun) =>
        run.periods.filter(({ usageOf }) => usageOf.some((month) => months.has(month)));
      return { usageOf: [...months], ...lessOf(within(other), within(first), currency) };
    });
    return { revision, against, currency, periods, totals: lessOf(periods, [], currency) };
  });
}

/** The smallest groups of months that no period of either revision lies across, without those that only one of them has. */
function commonMonths(a: readonly PeriodRun[], b: readonly PeriodRun[]): Set<string>[] {
  let groups: Set<string>[] = [];
  for (const { usageOf } of [...a, ...b]) {
    const touching = groups.filter((group) => usageOf.some((month) => group.has(month)));
    const united = new Set([...touching.flatMap((group) => [...group]), ...usageOf].sort());
    groups = [...groups.filter((group) => !touching.includes(group)), united];
  }
  const covers = (periods: readonly PeriodRun[], group: ReadonlySet<string>): boolean => {
    const months = new Set(periods.flatMap(({ usageOf }) => usageOf));
    return [...group].every((month) => months.has(month));
  };
  return groups
    .filter((group) => covers(a, group) && covers(b, group))
    .sort((one, two) => ([...one].join() < [...two].join() ? -1 : 1));
}

function lessOf(these: readonly AmountsRun[], those: readonly AmountsRun[], currency: string): AmountsRun {
  const sum = (runs: readonly AmountsRun[], name: keyof AmountsRun): bigint =>
    runs.reduce((total, run) => total + moneyFromText(run[name], currency).minor, 0n);
  const less = (name: keyof AmountsRun): string => moneyText({ minor: sum(these, name) - sum(those, name), currency });
  return { royalties: less('royalties'), recouped: less('recouped'), payable: less('payable') };
}
