import { type Period } from '../calendar';
import { isZero, type Rational } from '../money';
import { type Measure, type RoyaltyKind, type Selection } from '../terms';
import { type Portion } from './attribution';
import { type ClauseUsage, type UsageRows } from './clause-usage';
import { valueText, type Explanation } from './explanation';

/** What a royalty is worked out from: one clause in one period, over all its services together. */
export interface Figures {
  readonly period: Period;
  /** The clause's usage of the period, and the part of it that counts here. */
  readonly usage: ClauseUsage;
  readonly rows: UsageRows;
  /** Units, sales, or a figure of the period. */
  measure(measure: Measure, where?: Selection): Rational;
  /** The same from the start of the term until this period; undefined in the first one. */
  readonly before: ((measure: Measure, where?: Selection) => Rational) | undefined;
  flag(id: string): boolean;
}

/** An exact value, how it came about, and whose usage earned it: the portions sum to the value. */
export interface Evaluation {
  readonly value: Rational;
  readonly explanation: Explanation;
  readonly portions: readonly Portion[];
}

export interface Explained extends Omit<Explanation, 'kind' | 'name' | 'value' | 'formula'> {
  readonly royalty: { readonly kind: RoyaltyKind; readonly name?: string };
  readonly value: Rational;
  /** Left of the equals sign: "3120000 × 0.002"; `formula` says it whole instead where it is no sum. */
  readonly arithmetic?: string;
  readonly formula?: string;
  readonly portions: readonly Portion[];
}

export function explained({ royalty, value, arithmetic, formula, portions, ...more }: Explained): Evaluation {
  const text = valueText(value);
  return {
    value,
    explanation: {
      kind: royalty.kind,
      ...(royalty.name === undefined ? {} : { name: royalty.name }),
      value: text,
      formula: formula ?? `${arithmetic} = ${text}`,
      ...more,
    },
    portions,
  };
}

/** What a measure earned belongs to the usage that was measured; what a figure earned, to all the clause's units. */
export function portionOf(
  value: Rational,
  { measure, where, figures }: { measure: Measure; where?: Selection | undefined; figures: Figures },
): Portion[] {
  if (isZero(value)) return [];
  const by = measure === 'sales' ? 'sales' : 'units';
  const chosen = measure === 'sales' || measure === 'units' ? where : undefined;
  return [{ by, value, ...(chosen ? { where: chosen } : {}), rows: figures.usage.select(chosen, figures.rows) }];
}

/** The figures narrowed to some rows: units and sales are theirs alone. */
export function narrowTo(figures: Figures, rows: UsageRows): Figures {
  const { usage } = figures;
  return {
    ...figures,
    rows,
    measure: (measure, where) => {
      if (measure === 'units') return usage.units(usage.select(where, rows));
      if (measure === 'sales') return usage.sales(usage.select(where, rows));
      return figures.measure(measure, where);
    },
  };
}
