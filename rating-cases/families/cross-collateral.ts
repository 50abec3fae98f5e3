import { collateralisePeriods } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family, type Days } from './family';

type Terms = MoneyTerms & {
  readonly mode: 'pooled' | 'separate';
  readonly accounts: readonly { readonly account: string; readonly opening_unrecouped: string }[];
};

type Period = Days & { readonly earned: Readonly<Record<string, string>> };

/** cross-collateralisation. */
export const crossCollateralisation = family((terms: Terms, { periods }: { periods: readonly Period[] }) => {
  const money = new CaseMoney(terms);
  const result = collateralisePeriods(terms.mode, {
    accounts: terms.accounts.map(({ account, opening_unrecouped: opening }) => {
      return { account, opening: money.read(opening) };
    }),
    periods: periods.map(({ earned }) =>
      Object.entries(earned).map(([account, amount]) => ({ account, earned: money.read(amount) })),
    ),
  });
  return {
    periods: result.periods.map(({ groups, payable }, index) => {
      const { from, until } = entryAt(periods, index);
      return {
        from,
        until,
        groups: groups.map(({ group, opening, closing, ...amounts }) => ({
          group,
          ...money.texts({ opening_unrecouped: opening, ...amounts, closing_unrecouped: closing }),
        })),
        payable: money.text(payable),
      };
    }),
    total_payable: money.text(result.payable),
  };
});
