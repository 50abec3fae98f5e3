import { periodOf, rateRoyalty, type Explanation, type RatedSeries } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { family, type Days } from './family';
import { childrenOfFormula, type Formula } from './formula';
import { figuresOfPeriod, royaltyOfFormula, type CaseMetrics } from './royalty-of-formula';

export type FormulaTerms = MoneyTerms & { readonly formula: Formula };
export type FormulaPeriod = Days & CaseMetrics;

/** per-play, per-subscriber, revenue-share, greater-of, …: the families that have nothing but a formula. */
export const formulas = family((terms: FormulaTerms, { periods }: { periods: readonly FormulaPeriod[] }) => {
  const rated = rateFormula(terms, periods);
  const money = new CaseMoney(terms);
  return {
    periods: rated.periods.map((period) => ({
      from: period.period.from,
      until: period.period.until,
      ...branchesOf(terms.formula, period.explanation),
      exact: period.exact,
      final: money.text(period.minor),
    })),
    total: { exact: rated.total.exact, final: money.text(rated.total.minor) },
  };
});

/** Rates a formula by the product's own `rateRoyalty`. */
export function rateFormula(terms: FormulaTerms, periods: readonly FormulaPeriod[]): RatedSeries {
  const { royalty, figures } = royaltyOfFormula(terms.formula);
  return rateRoyalty({
    royalty,
    rounding: new CaseMoney(terms).scale,
    periods: periods.map((period) => ({
      period: periodOf(period.from, period.until),
      figures: figuresOfPeriod(figures, period),
    })),
  });
}

export interface Branches {
  readonly branches: Readonly<Record<string, string>>;
  readonly chosen?: Readonly<Record<string, string>>;
  readonly tied?: Readonly<Record<string, readonly string[]>>;
}

/** The exact value of every named node, and which children won, read off the explanation that has the shape of the formula. */
export function branchesOf(formula: Formula, explanation: Explanation): Branches {
  const [branches, chosen, tied] = [new Map<string, string>(), new Map<string, string>(), new Map<string, string[]>()];
  visit(formula, explanation);
  return {
    branches: Object.fromEntries(branches),
    ...(chosen.size > 0 ? { chosen: Object.fromEntries(chosen) } : {}),
    ...(tied.size > 0 ? { tied: Object.fromEntries(tied) } : {}),
  };

  function visit(node: Formula, explained: Explanation): void {
    const children = childrenOfFormula(node);
    children.forEach((child, place) => {
      const inner = explained.of?.[place];
      if (inner) visit(child, inner);
    });
    const { name } = node;
    if (name === undefined) return;
    const nameAt = (place: number) => children[place]?.name ?? '';
    branches.set(name, explained.value);
    if (explained.chosen !== undefined) chosen.set(name, nameAt(explained.chosen));
    if (explained.tied !== undefined) tied.set(name, explained.tied.map(nameAt));
  }
}
