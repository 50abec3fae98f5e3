import { exactText, rational, runReserve } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family, type Days } from './family';

type Terms = MoneyTerms & {
  readonly royalty_rate: string;
  readonly reserve: {
    readonly rate: string;
    readonly basis: 'post-calculation' | 'pre-calculation';
    readonly release: readonly { readonly after_periods: string; readonly share: string }[];
  };
};

type Period = Days & { readonly sales: string; readonly returns: string };

/** reserve. */
export const reserve = family((terms: Terms, { periods }: { periods: readonly Period[] }) => {
  const money = new CaseMoney(terms);
  const { rate, basis, release } = terms.reserve;
  const run = runReserve(
    periods.map(({ sales, returns }) => ({ sales: rational(sales), returns: rational(returns) })),
    {
      basis: basis === 'post-calculation' ? 'royalties' : 'sales',
      rule: {
        rate,
        release: release.map(({ after_periods, share }) => ({ afterPeriods: parseInt(after_periods, 10), share })),
      },
      royaltyRate: rational(terms.royalty_rate),
      rounding: money.scale,
    },
  );
  if (!run.accepted) return { accepted: false, reason: run.reason, at: exactText(run.at) };
  return {
    accepted: true,
    periods: run.periods.map((move, index) => {
      const { from, until } = entryAt(periods, index);
      return {
        from,
        until,
        ...money.texts({
          ...(move.basis === 'royalties' ? { earned: move.earned } : { royalty_base: move.royaltyBaseMinor }),
          reserve_held: move.held,
          reserve_released: move.released,
          payable: move.payable,
          reserve_balance: move.balance,
        }),
      };
    }),
    total: money.texts({ payable: run.total.payable, reserve_balance: run.total.balance }),
  };
});
