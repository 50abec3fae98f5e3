import { maximum, minimum, multiply, rational, subtract, ZERO, type Rational } from '../money';
import { type Deduction } from '../terms';
import { valueText, type DeductionStep } from './explanation';
import { type Figures } from './figures';

/**
 * Takes deductions off a base in the order written: a percentage of the original base, of what remains or of another
 * figure, or a fixed amount; at most its cap, and never more than what is left above `notBelow`. A negative base (more
 * returned than sold) gives its percentages back and bears no fixed amount.
 */
export function takeDeductions(
  deductions: readonly Deduction[],
  { base, notBelow = '0', figures }: DeductionBase,
): { left: Rational; steps: DeductionStep[] } {
  let left = base;
  const steps = deductions.map((deduction): DeductionStep => {
    const wanted = wantedBy(deduction, { base, left, figures });
    const capped = deduction.cap === undefined ? wanted : minimum(wanted, rational(deduction.cap));
    const taken = minimum(capped, maximum(subtract(left, rational(notBelow)), ZERO));
    left = subtract(left, taken);
    return { name: deduction.name, deducted: valueText(taken), remaining: valueText(left) };
  });
  return { left, steps };
}

interface DeductionBase {
  readonly base: Rational;
  readonly notBelow?: string | undefined;
  readonly figures: Pick<Figures, 'measure'>;
}

function wantedBy(
  deduction: Deduction,
  { base, left, figures }: { base: Rational; left: Rational; figures: Pick<Figures, 'measure'> },
): Rational {
  if (deduction.kind === 'fixed') return rational(deduction.amount);
  const rate = rational(deduction.rate);
  if (deduction.of === 'original') return multiply(base, rate);
  if (deduction.of === 'remaining') return multiply(left, rate);
  return multiply(figures.measure(deduction.of), rate);
}
