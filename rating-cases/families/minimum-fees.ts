import {
  creditFees,
  minimumFee,
  periodOf,
  rateDatedLines,
  rational,
  type Escalation,
  type RatedLine,
} from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family, type Days } from './family';
import { expectKind, readRoyaltyOf } from './royalty-of-formula';

type Terms = MoneyTerms & {
  readonly fee_per_channel: string;
  readonly annual_fee_cap?: string | null;
  readonly years: readonly (Days & { readonly rate_per_performance: string })[];
};

interface Usage {
  readonly years: readonly (Days & { readonly channels: string })[];
  readonly periods: readonly (Days & { readonly performances: string })[];
}

/** minimum-fee-credit. */
export const minimumFeeCredit = family((terms: Terms, usage: Usage) => {
  const money = new CaseMoney(terms);
  const liabilities = liabilitiesOf(terms, { periods: usage.periods, money });
  const years = usage.years.map(({ from, until, channels }) => ({
    year: periodOf(from, until),
    fee: minimumFee({
      rate: rational(terms.fee_per_channel),
      count: rational(channels),
      cap: terms.annual_fee_cap == null ? undefined : rational(terms.annual_fee_cap),
      rounding: money.scale,
    }),
  }));
  const credited = creditFees(
    years,
    usage.periods.map(({ from, until }, index) => ({
      period: periodOf(from, until),
      liability: finalOf(entryAt(liabilities, index)),
    })),
  );
  return {
    years: credited.years.map(({ fee, creditUsed, creditLapsed }, index) => {
      const { from, until } = entryAt(usage.years, index);
      return { from, until, ...money.texts({ fee, credit_used: creditUsed, credit_lapsed: creditLapsed }) };
    }),
    periods: credited.periods.map(({ creditUsed, creditLeft, cash }, index) => {
      const { from, until } = entryAt(usage.periods, index);
      const line = entryAt(liabilities, index);
      return {
        from,
        until,
        liability: { exact: line.status === 'rated' ? line.exact : '0', final: money.text(finalOf(line)) },
        ...money.texts({ credit_used: creditUsed, credit_left: creditLeft, cash }),
      };
    }),
    total_cash: money.text(credited.totalCash),
  };
});

/** What each period owes at the rate of the year that it begins in; a period in no year has no rate and owes nothing. */
function liabilitiesOf(
  { years }: Terms,
  { periods, money }: { periods: Usage['periods']; money: CaseMoney },
): readonly RatedLine[] {
  const lines = periods.map(({ from, performances }) => {
    return { line: from, usedOn: from, reportedOn: from, base: performances };
  });
  return rateDatedLines(ratesByYear(years), { lines, rounding: money.scale }).lines;
}

function ratesByYear(years: Terms['years']): Escalation {
  const steps = years.map(({ from, until, rate_per_performance: rate }) => {
    return { from, until, of: { kind: 'perUnit', rate } };
  });
  return expectKind(readRoyaltyOf({ kind: 'escalation', trigger: 'usageDate', steps }), 'escalation');
}

const finalOf = (line: RatedLine): bigint => (line.status === 'rated' ? line.minor : 0n);
