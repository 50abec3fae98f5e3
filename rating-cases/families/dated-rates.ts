import { rateDatedLines, type Escalation } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { family, type OpenDays } from './family';
import { expectKind, readRoyaltyOf } from './royalty-of-formula';

type Rate = OpenDays & { readonly rate: string };

type Terms = MoneyTerms & {
  readonly trigger: 'sale-date' | 'reporting-date';
  readonly rate_kind: 'percentage' | 'per-unit';
  readonly rates: readonly Rate[];
};

interface Line {
  readonly line: string;
  readonly sale_date: string;
  readonly reporting_date: string;
  readonly base: string;
}

/** escalation-by-date. */
export const escalationByDate = family((terms: Terms, usage: { lines: readonly Line[] }) => {
  const money = new CaseMoney(terms);
  const rates = terms.rates.toSorted(byFrom);
  const rated = rateDatedLines(escalationOf(terms, rates), {
    lines: usage.lines.map(({ line, sale_date: usedOn, reporting_date: reportedOn, base }) => {
      return { line, usedOn, reportedOn, base };
    }),
    rounding: money.scale,
  });
  return {
    lines: rated.lines.map((line) =>
      line.status === 'unrated'
        ? line
        : {
            line: line.line,
            status: line.status,
            rate: rates[line.step]?.rate,
            exact: line.exact,
            final: money.text(line.minor),
          },
    ),
    total: { exact: rated.total.exact, final: money.text(rated.total.minor) },
    unrated_base: rated.unratedBase,
  };
});

function escalationOf({ trigger, rate_kind }: Terms, rates: readonly Rate[]): Escalation {
  const royalty = readRoyaltyOf({
    kind: 'escalation',
    trigger: trigger === 'sale-date' ? 'usageDate' : 'reportDate',
    steps: rates.map(({ from, until, rate }) => ({
      from,
      until,
      of: rate_kind === 'percentage' ? { kind: 'percentage', rate } : { kind: 'perUnit', rate },
    })),
  });
  return expectKind(royalty, 'escalation');
}

/** The product wants the intervals in the order of time, an open side first. */
function byFrom(a: Rate, b: Rate): number {
  if (a.from === b.from) return 0;
  return a.from === null || (b.from !== null && a.from < b.from) ? -1 : 1;
}
