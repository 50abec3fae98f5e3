import { add, compare, exactText, isZero, multiply, ratio, rational, ZERO, type Rational } from '../money';
import { ratePerUnit } from '../terms/describe-royalty';
import { type PerUnit, type RevenueShare, type Royalty, type RoyaltyKind } from '../terms';

/** What a royalty is computed from: the sums of one clause in one period, over all its services together. */
export interface ClauseFigures {
  /** Net units: plays or sales less returns. */
  readonly units: bigint;
  readonly allPlays: bigint;
  readonly netMusicAdvertisingRevenue: Rational;
}

/** How a value came about. Losing branches are kept: a reader must be able to check the choice. */
export interface Explanation {
  readonly kind: RoyaltyKind;
  /** The exact value as text: a decimal, or a quotient where no decimal ends. */
  readonly value: string;
  /** The arithmetic with its numbers: "3120000 × 0.002 = 6240". */
  readonly formula: string;
  /** Place in `of` of the branch that won; on an exact tie the first listed, and `tied` names all of them. */
  readonly chosen?: number;
  readonly tied?: readonly number[];
  /** Whether a floor or cap changed the value. */
  readonly applied?: boolean;
  readonly of?: readonly Explanation[];
}

export interface Evaluation {
  readonly value: Rational;
  readonly explanation: Explanation;
}

/** The exact value of a royalty expression and its explanation. Comparisons are between exact values; nothing is rounded. */
export function evaluate(royalty: Royalty, figures: ClauseFigures): Evaluation {
  switch (royalty.kind) {
    case 'perUnit':
      return evaluatePerUnit(royalty, figures);
    case 'revenueShare':
      return evaluateRevenueShare(royalty, figures);
    case 'flat':
      return explained('flat', rational(royalty.amount), `${royalty.amount} for the period`);
    case 'greaterOf':
    case 'lesserOf':
      return choose(royalty.kind, evaluateAll(royalty.of, figures));
    case 'sum':
      return sumUp(evaluateAll(royalty.of, figures));
    case 'floor':
    case 'cap':
      return bound(royalty.kind, { amount: royalty.amount, inner: evaluate(royalty.of, figures) });
  }
}

/** Whether the expression asks for the figures of the services: revenue and all plays. */
export function needsContext(royalty: Royalty): boolean {
  switch (royalty.kind) {
    case 'revenueShare':
      return true;
    case 'perUnit':
    case 'flat':
      return false;
    case 'greaterOf':
    case 'lesserOf':
    case 'sum':
      return royalty.of.some(needsContext);
    case 'floor':
    case 'cap':
      return needsContext(royalty.of);
  }
}

function evaluatePerUnit(royalty: PerUnit, { units }: ClauseFigures): Evaluation {
  const value = multiply(rational(units), rational(ratePerUnit(royalty)));
  const rate = 'rate' in royalty ? royalty.rate : `${royalty.price} × ${royalty.share}`;
  return explained('perUnit', value, `${units} × ${rate} = ${exactText(value)}`);
}

function evaluateRevenueShare(royalty: RevenueShare, figures: ClauseFigures): Evaluation {
  const { units, allPlays, netMusicAdvertisingRevenue: revenue } = figures;
  // Where nobody played anything there is no share to speak of: the revenue is nobody's, not everybody's.
  if (allPlays === 0n) return explained('revenueShare', ZERO, 'no plays at all = 0');
  const value = multiply(multiply(rational(royalty.share), revenue), ratio(units, allPlays));
  const formula = `${royalty.share} × ${exactText(revenue)} × ${units} / ${allPlays} = ${exactText(value)}`;
  return explained('revenueShare', value, formula);
}

function evaluateAll(branches: readonly Royalty[], figures: ClauseFigures): Evaluation[] {
  return branches.map((branch) => evaluate(branch, figures));
}

/** Largest or smallest in value, not in size: −3 is greater than −4. */
function choose(kind: 'greaterOf' | 'lesserOf', branches: readonly Evaluation[]): Evaluation {
  const sign = kind === 'greaterOf' ? 1 : -1;
  const best = branches.reduce((won, branch) => (compare(branch.value, won.value) * sign > 0 ? branch : won));
  const tied = branches.flatMap((branch, index) => (compare(branch.value, best.value) === 0 ? [index] : []));
  const word = kind === 'greaterOf' ? 'greatest' : 'least';
  const values = branches.map(({ explanation }) => explanation.value);
  const { explanation } = explained(kind, best.value, `${word} of ${values.join(', ')} = ${exactText(best.value)}`);
  return {
    value: best.value,
    explanation: {
      ...explanation,
      chosen: branches.indexOf(best),
      ...(tied.length > 1 ? { tied } : {}),
      of: branches.map((branch) => branch.explanation),
    },
  };
}

function sumUp(branches: readonly Evaluation[]): Evaluation {
  const value = branches.reduce((sum, branch) => add(sum, branch.value), ZERO);
  const formula = `${branches.map((branch) => branch.explanation.value).join(' + ')} = ${exactText(value)}`;
  const { explanation } = explained('sum', value, formula);
  return { value, explanation: { ...explanation, of: branches.map((branch) => branch.explanation) } };
}

function bound(kind: 'floor' | 'cap', { amount, inner }: { amount: string; inner: Evaluation }): Evaluation {
  const limit = rational(amount);
  const applied = compare(inner.value, limit) * (kind === 'floor' ? -1 : 1) > 0;
  const value = applied ? limit : inner.value;
  const words = kind === 'floor' ? 'at least' : 'at most';
  const { explanation } = explained(kind, value, `${exactText(inner.value)}, ${words} ${amount} = ${exactText(value)}`);
  return { value, explanation: { ...explanation, applied, of: [inner.explanation] } };
}

function explained(kind: RoyaltyKind, value: Rational, formula: string): Evaluation {
  return { value, explanation: { kind, value: isZero(value) ? '0' : exactText(value), formula } };
}
