import {
  periodOf,
  rational,
  recoupableAdvances,
  recoupPeriods,
  recoupPeriodsForPayees,
  totalAdvances,
  type Advance,
  type EarnedInPeriod,
  type RecoupedPeriod,
} from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family, periodWithin, type Days, type OpenDays } from './family';

interface CaseAdvance {
  readonly name: string;
  readonly amount: string;
  readonly recoup?: OpenDays;
  readonly payments?: readonly { readonly on: string; readonly amount: string }[];
  readonly optional?: boolean;
  readonly exercised?: boolean;
}

type Terms = MoneyTerms & {
  readonly carry_over: boolean;
  readonly advances: readonly CaseAdvance[];
  readonly payees?: readonly { readonly payee: string; readonly share: string }[];
};

type Period = Days & { readonly earned: string; readonly expenses?: string };

/** advance-recoupment: a result below zero is added to what is unrecouped, expenses come first. */
export const advanceRecoupment = family((terms: Terms, usage: { periods: readonly Period[] }) => {
  const money = new CaseMoney(terms);
  const agreed = { currency: terms.currency, advances: terms.advances.map((advance) => advanceOf(advance, terms)) };
  const exercised = new Set(terms.advances.filter((advance) => advance.exercised).map(({ name }) => name));
  const rule = { advances: recoupableAdvances(agreed, exercised), negative: 'unrecouped' } as const;
  const periods = usage.periods.map((period) => earnedIn(period, money));
  if (terms.payees) return forPayees(terms.payees, { rule, periods, money });
  const recouped = recoupPeriods(periods, rule);
  const advances = totalAdvances(agreed, exercised);
  return {
    periods: recouped.periods.map((period, index) => ({
      ...entryAt(periods, index).period,
      ...money.texts({
        advance_added: period.added,
        opening_unrecouped: period.opening,
        net_earned: period.netEarned,
        recouped: period.recouped,
        payable: period.payable,
        lapsed: period.lapsed,
        closing_unrecouped: period.closing,
      }),
    })),
    total: money.texts(recouped.total),
    advances_paid: money.text(advances.due),
    ...(terms.advances.some(({ optional }) => optional)
      ? { advances_with_all_options: money.text(advances.withAllOptions) }
      : {}),
  };
});

function advanceOf({ name, amount, recoup, payments, optional }: CaseAdvance, { carry_over }: Terms): Advance {
  return {
    id: name,
    amount,
    due: payments ?? 'signature',
    recoupableFrom: 'all',
    ...(recoup ? { recoup: { ...periodWithin(recoup), carryOver: carry_over } } : {}),
    ...(optional ? { option: true } : {}),
  };
}

function earnedIn({ from, until, earned, expenses }: Period, money: CaseMoney): EarnedInPeriod {
  return {
    period: periodOf(from, until),
    earned: [{ clause: 'royalties', amount: money.read(earned) }],
    expenses: money.read(expenses),
  };
}

function forPayees(
  payees: NonNullable<Terms['payees']>,
  {
    rule,
    periods,
    money,
  }: { rule: Parameters<typeof recoupPeriods>[1]; periods: readonly EarnedInPeriod[]; money: CaseMoney },
): unknown {
  const shares = payees.map(({ payee, share }) => ({ payee, share: rational(share) }));
  const recouped = recoupPeriodsForPayees(periods, { ...rule, shares });
  return {
    advance_per_payee: recouped.advances.map(({ payee, advance }) => ({ payee, advance: money.text(advance) })),
    periods: recouped.periods.map((results, index) => ({
      ...entryAt(periods, index).period,
      payees: results.map((result) => payeeShown(result, money)),
    })),
  };
}

function payeeShown(result: RecoupedPeriod & { readonly payee: string }, money: CaseMoney): unknown {
  const { payee, earned, expenses, opening, recouped, payable, closing } = result;
  return {
    payee,
    ...money.texts({ earned, expenses, opening_unrecouped: opening, recouped, payable, closing_unrecouped: closing }),
  };
}
