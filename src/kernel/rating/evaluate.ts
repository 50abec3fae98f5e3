import { daysOf, type Period } from '../calendar';
import { compare, divide, isZero, maximum, multiply, ratio, rational, subtract, sumOf } from '../money';
import { type Less, type OpenPeriod, type Prorated, type Royalty, type UsageShareOf } from '../terms';
import { mergePortions, scalePortions, type Portion } from './attribution';
import { evaluateEscalation } from './evaluate-escalation';
import { evaluatePercentage } from './evaluate-percentage';
import { evaluatePerSubscriber, evaluatePerUnit, evaluateRevenueShare, usageShare } from './evaluate-rates';
import { evaluateTiered } from './evaluate-tiers';
import { explained, type Evaluation, type Figures } from './figures';

/** The exact value of a royalty expression, its explanation and whose usage earned it. Comparisons are between exact values; nothing is rounded. */
export function evaluate(royalty: Royalty, figures: Figures): Evaluation {
  switch (royalty.kind) {
    case 'perUnit':
      return evaluatePerUnit(royalty, figures);
    case 'tiered':
      return evaluateTiered(royalty, figures);
    case 'perSubscriber':
      return evaluatePerSubscriber(royalty, figures);
    case 'revenueShare':
      return evaluateRevenueShare(royalty, figures);
    case 'percentage':
      return evaluatePercentage(royalty, figures);
    case 'flat':
      return evaluateFlat(royalty, figures);
    default:
      return evaluateAround(royalty, figures);
  }
}

type Around = Exclude<
  Royalty,
  { kind: 'perUnit' | 'tiered' | 'perSubscriber' | 'revenueShare' | 'percentage' | 'flat' }
>;

/** What stands around other royalties. */
function evaluateAround(royalty: Around, figures: Figures): Evaluation {
  switch (royalty.kind) {
    case 'greaterOf':
    case 'lesserOf':
      return choose(royalty, figures);
    case 'sum':
      return sumUp(royalty, figures);
    case 'floor':
    case 'cap':
      return bound(royalty, figures);
    case 'less':
      return evaluateLess(royalty, figures);
    case 'usageShare':
      return evaluateUsageShare(royalty, figures);
    case 'prorated':
      return evaluateProrated(royalty, figures);
    case 'escalation':
      return evaluateEscalation(royalty, { figures, evaluate });
  }
}

function evaluateFlat(royalty: Extract<Royalty, { kind: 'flat' }>, { rows }: Figures): Evaluation {
  const value = rational(royalty.amount);
  const portions: Portion[] = isZero(value) ? [] : [{ by: royalty.spread ?? 'units', value, rows }];
  return explained({ royalty, value, formula: `${royalty.amount} for the period`, portions });
}

/** Largest or smallest in value, not in size: −3 is greater than −4. */
function choose(royalty: Extract<Royalty, { kind: 'greaterOf' | 'lesserOf' | 'sum' }>, figures: Figures): Evaluation {
  const branches = royalty.of.map((branch) => evaluate(branch, figures));
  const sign = royalty.kind === 'greaterOf' ? 1 : -1;
  const best = branches.reduce((won, branch) => (compare(branch.value, won.value) * sign > 0 ? branch : won));
  const tied = branches.flatMap((branch, index) => (compare(branch.value, best.value) === 0 ? [index] : []));
  const word = royalty.kind === 'greaterOf' ? 'greatest' : 'least';
  return explained({
    royalty,
    value: best.value,
    arithmetic: `${word} of ${branches.map(({ explanation }) => explanation.value).join(', ')}`,
    portions: best.portions,
    chosen: branches.indexOf(best),
    ...(tied.length > 1 ? { tied } : {}),
    of: branches.map(({ explanation }) => explanation),
  });
}

function sumUp(royalty: Extract<Royalty, { kind: 'greaterOf' | 'lesserOf' | 'sum' }>, figures: Figures): Evaluation {
  const branches = royalty.of.map((branch) => evaluate(branch, figures));
  return explained({
    royalty,
    value: sumOf(branches.map(({ value }) => value)),
    arithmetic: branches.map(({ explanation }) => explanation.value).join(' + '),
    portions: mergePortions(branches.flatMap(({ portions }) => portions)),
    of: branches.map(({ explanation }) => explanation),
  });
}

/** The top-up to a floor belongs to all units of the clause; a cap takes from every portion alike. */
function bound(royalty: Extract<Royalty, { kind: 'floor' | 'cap' }>, figures: Figures): Evaluation {
  const inner = evaluate(royalty.of, figures);
  const limit = rational(royalty.amount);
  const applied = compare(inner.value, limit) * (royalty.kind === 'floor' ? -1 : 1) > 0;
  const value = applied ? limit : inner.value;
  const words = royalty.kind === 'floor' ? 'at least' : 'at most';
  return explained({
    royalty,
    value,
    arithmetic: `${inner.explanation.value}, ${words} ${royalty.amount}`,
    portions: applied ? boundPortions({ inner, value, figures, floor: royalty.kind === 'floor' }) : inner.portions,
    applied,
    of: [inner.explanation],
  });
}

interface Bounded {
  readonly inner: Evaluation;
  readonly value: Evaluation['value'];
  readonly figures: Figures;
  readonly floor: boolean;
}

function boundPortions({ inner, value, figures, floor }: Bounded): Portion[] {
  if (!floor) return scalePortions(inner.portions, divide(value, inner.value));
  const topUp: Portion = { by: 'units', value: subtract(value, inner.value), rows: figures.rows };
  return mergePortions([...inner.portions, topUp]).filter((portion) => !isZero(portion.value));
}

function evaluateLess(royalty: Less, figures: Figures): Evaluation {
  const from = evaluate(royalty.of, figures);
  const deducted = royalty.deduct.map((branch) => evaluate(branch, figures));
  const left = subtract(from.value, sumOf(deducted.map(({ value }) => value)));
  const limit = rational(royalty.notBelow ?? '0');
  const value = maximum(left, limit);
  const terms = [from, ...deducted].map(({ explanation }) => explanation.value).join(' − ');
  const bounded = compare(left, limit) < 0 ? `, not below ${royalty.notBelow ?? '0'}` : '';
  return explained({
    royalty,
    value,
    arithmetic: `${terms}${bounded}`,
    portions: becoming(from, { value, figures }),
    of: [from, ...deducted].map(({ explanation }) => explanation),
  });
}

/** The portions of a value that became another one; what came from nothing belongs to all units. */
function becoming(
  { value: before, portions }: Evaluation,
  { value, figures }: Pick<Bounded, 'value' | 'figures'>,
): Portion[] {
  if (isZero(value)) return [];
  if (isZero(before)) return [{ by: 'units', value, rows: figures.rows }];
  return scalePortions(portions, divide(value, before));
}

function evaluateUsageShare(royalty: UsageShareOf, figures: Figures): Evaluation {
  const inner = evaluate(royalty.of, figures);
  const share = usageShare(royalty.by, { figures });
  return explained({
    royalty,
    value: multiply(inner.value, share.value),
    arithmetic: `${inner.explanation.value} × ${share.arithmetic}`,
    portions: isZero(share.value) ? [] : scalePortions(inner.portions, share.value),
    of: [inner.explanation],
  });
}

function evaluateProrated(royalty: Prorated, figures: Figures): Evaluation {
  const inner = evaluate(royalty.of, figures);
  const [active, all] = [activeDays(royalty.active, figures.period), daysOf(figures.period)];
  const part = ratio(BigInt(active), BigInt(all));
  return explained({
    royalty,
    value: multiply(inner.value, part),
    arithmetic: `${inner.explanation.value} × ${active} / ${all} days`,
    portions: isZero(part) ? [] : scalePortions(inner.portions, part),
    of: [inner.explanation],
  });
}

/** How many days of the period are active. */
function activeDays({ from, until }: OpenPeriod, period: Period): number {
  const start = from !== null && from > period.from ? from : period.from;
  const end = until !== null && until < period.until ? until : period.until;
  return start < end ? daysOf({ from: start, until: end } as Period) : 0;
}
