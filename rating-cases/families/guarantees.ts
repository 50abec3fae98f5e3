import { earnedByInterval, exactText, periodOf, rational, settleGuarantees, trueUpPeriods } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family, periodWithin, type Days, type OpenDays } from './family';

type TrueUpTerms = MoneyTerms & {
  readonly model: 'per-period-true-up';
  readonly minimum_per_period: string;
  readonly prorate_by_days?: { readonly active: OpenDays };
};

type IntervalTerms = MoneyTerms & {
  readonly model: 'guarantee-by-interval';
  readonly crossed: boolean;
  readonly guarantees: readonly (OpenDays & { readonly amount: string })[];
};

type Earned = Days & { readonly earned: string };

/** minimum-guarantee. */
export const minimumGuarantee = family(
  (terms: TrueUpTerms | IntervalTerms, { periods }: { periods: readonly Earned[] }) =>
    terms.model === 'per-period-true-up' ? perPeriod(terms, periods) : byInterval(terms, periods),
);

function perPeriod(terms: TrueUpTerms, periods: readonly Earned[]): unknown {
  const money = new CaseMoney(terms);
  const active = terms.prorate_by_days?.active;
  const result = trueUpPeriods(
    periods.map(({ from, until, earned }) => ({ period: periodOf(from, until), earned: rational(earned) })),
    {
      minimum: rational(terms.minimum_per_period),
      active: active && periodWithin(active),
      rounding: money.scale,
    },
  );
  return {
    periods: result.periods.map(({ minimum, trueUp, due }, index) => {
      const { from, until, earned } = entryAt(periods, index);
      return {
        from,
        until,
        minimum: exactText(minimum),
        earned,
        true_up: money.exactAndRounded(trueUp),
        due: money.exactAndRounded(due),
      };
    }),
    total: money.texts({ true_up: result.total.trueUp, due: result.total.due }),
  };
}

function byInterval({ crossed, guarantees, ...terms }: IntervalTerms, periods: readonly Earned[]): unknown {
  const money = new CaseMoney(terms);
  const days = guarantees.map(periodWithin);
  const earned = earnedByInterval(
    days,
    periods.map((period) => ({ period: periodOf(period.from, period.until), earned: money.read(period.earned) })),
  );
  const intervals = guarantees.map(({ amount }, index) => ({
    guarantee: money.read(amount),
    earned: entryAt(earned, index),
  }));
  const { intervals: results, ...total } = settleGuarantees({ crossed, intervals });
  return {
    periods: guarantees.map(({ from, until }, index) => ({
      from,
      until,
      // Crossed guarantees have a result together only.
      ...money.texts({ ...entryAt(intervals, index), ...results[index] }),
    })),
    total: money.texts({ ...total }),
  };
}
