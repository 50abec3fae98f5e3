import { periodOf, useInKindCredits } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family, periodWithin, type Days, type OpenDays } from './family';

type Terms = MoneyTerms & {
  readonly carry_over: boolean;
  readonly credits: readonly (OpenDays & { readonly amount: string })[];
};

/** in-kind-credit. */
export const inKindCredit = family(
  (terms: Terms, { periods }: { periods: readonly (Days & { readonly requested: string })[] }) => {
    const money = new CaseMoney(terms);
    const result = useInKindCredits(
      periods.map(({ from, until, requested }) => ({
        period: periodOf(from, until),
        requested: money.read(requested),
      })),
      {
        carryOver: terms.carry_over,
        intervals: terms.credits.map(({ amount, ...days }) => ({ ...periodWithin(days), amount: money.read(amount) })),
      },
    );
    const { cashDue, ...total } = result.total;
    return {
      periods: result.periods.map(({ available, used, refused, lapsed, left }, index) => {
        const { from, until } = entryAt(periods, index);
        return { from, until, ...money.texts({ available, used, refused, lapsed, left }) };
      }),
      total: money.texts(total),
      cash_due: money.text(cashDue),
    };
  },
);
