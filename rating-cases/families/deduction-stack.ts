import {
  exactText,
  percentageRate,
  periodOf,
  rateRoyalty,
  rational,
  roundEach,
  takeInTurn,
  type NamedRate,
} from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family, type Days } from './family';
import { expectKind, FigureBook, figuresOfPeriod, readRoyaltyOf, type CaseMetrics } from './royalty-of-formula';

interface CaseDeduction {
  readonly name: string;
  readonly kind: 'percent' | 'fixed';
  readonly rate?: string;
  readonly of?: 'original' | 'remaining' | 'metric';
  readonly metric?: string;
  readonly amount?: string;
  readonly cap?: string | null;
}

type Terms = MoneyTerms & {
  readonly base: string;
  readonly deductions: readonly CaseDeduction[];
  readonly not_below?: string | null;
  readonly royalty: { readonly rate: string; readonly adjustment_rates?: readonly string[] };
  readonly after_royalty?: readonly NamedRate[];
};

/** deduction-stack: a percentage royalty after its deductions, and what is then taken off in turn. */
export const deductionStack = family((terms: Terms, { periods }: { periods: readonly (Days & CaseMetrics)[] }) => {
  const money = new CaseMoney(terms);
  const book = new FigureBook();
  const json = royaltyJson(terms, book);
  const royalty = expectKind(readRoyaltyOf(json, book.figures), 'percentage');
  const rated = rateRoyalty({
    royalty,
    rounding: money.scale,
    periods: periods.map((period) => ({
      period: periodOf(period.from, period.until),
      figures: figuresOfPeriod(book.figures, period),
    })),
  });
  const taken = rated.periods.map(({ exact }) => takeInTurn(rational(exact), terms.after_royalty ?? []));
  const issued = roundEach(
    taken.map(({ remaining }, index) => ({ line: entryAt(periods, index).from, amount: remaining })),
    money.scale,
  );
  return {
    periods: rated.periods.map(({ period, exact, explanation }, index) => ({
      from: period.from,
      until: period.until,
      steps: explanation.deductions ?? [],
      royalty_rate: exactText(percentageRate(royalty)),
      royalty: exact,
      after_royalty: entryAt(taken, index).steps.map(({ name, deducted, remaining }) => ({
        name,
        deducted: exactText(deducted),
        remaining: exactText(remaining),
      })),
      ...money.exactAndFinal(entryAt(issued.lines, index)),
    })),
    total: money.exactAndFinal(issued.total),
  };
});

function royaltyJson({ base, deductions, not_below: notBelow, royalty }: Terms, book: FigureBook): object {
  const { rate, adjustment_rates: adjustments = [] } = royalty;
  return {
    kind: 'percentage',
    measure: book.figure('money', base),
    rate,
    ...(adjustments.length > 0 ? { adjustments } : {}),
    // A limit of deductions stands where there are deductions.
    ...(deductions.length > 0
      ? {
          deductions: deductions.map((deduction) => deductionJson(deduction, book)),
          notBelow: notBelow ?? undefined,
        }
      : {}),
  };
}

function deductionJson({ name, kind, of, metric, rate, amount, cap }: CaseDeduction, book: FigureBook): object {
  const base = of === 'metric' && metric !== undefined ? book.figure('money', metric) : of;
  const taken = kind === 'fixed' ? { amount } : { rate, of: base };
  return { name, kind, ...taken, cap: cap ?? undefined };
}
