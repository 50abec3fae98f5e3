import { divide, multiply, ONE, ratio, rational, round, subtract, type Rational } from '../money';
import { type Taxes } from '../terms';

export interface NamedRate {
  readonly name: string;
  /** Share of one, as text. */
  readonly rate: string;
}

/** What one percentage took, and what it left, exact. */
export interface TakenStep {
  readonly name: string;
  readonly deducted: Rational;
  readonly remaining: Rational;
}

/** Percentages taken one after another, each from what the one before left. Nothing is rounded. */
export function takeInTurn(
  amount: Rational,
  rates: readonly NamedRate[],
): { steps: readonly TakenStep[]; remaining: Rational } {
  let remaining = amount;
  const steps = rates.map(({ name, rate }) => {
    const deducted = multiply(remaining, rational(rate));
    remaining = subtract(remaining, deducted);
    return { name, deducted, remaining };
  });
  return { steps, remaining };
}

/** Tax that the payer keeps back for the state: gross = tax + net, in minor units. The payee receives `net`. */
export interface Withheld {
  readonly treatment: Taxes['withholding'];
  readonly rate: string;
  readonly gross: bigint;
  readonly tax: bigint;
  readonly net: bigint;
}

/**
 * Withholding tax on an amount in minor units. `deducted`: the amount is the gross, the payee bears the tax. `grossed-up`:
 * the amount is what the payee receives, the payer bears the tax on top. The tax is rounded half-up, once. Throws RangeError
 * on a rate outside [0, 1).
 */
export function withhold(
  amount: bigint,
  { rate, treatment }: { rate: string; treatment: Taxes['withholding'] },
): Withheld {
  const share = rational(rate);
  if (share.s < 0n || share.n >= share.d) throw new RangeError(`not a rate of withholding: ${rate}`);
  if (treatment === 'deducted') {
    const tax = wholeMinor(amount, share);
    return { treatment, rate, gross: amount, tax, net: amount - tax };
  }
  const tax = wholeMinor(amount, divide(share, subtract(ONE, share)));
  return { treatment, rate, gross: amount + tax, tax, net: amount };
}

/** An amount × a factor in whole minor units, half-up. */
export function wholeMinor(amount: bigint, factor: Rational): bigint {
  return round(multiply(ratio(amount, 1n), factor), { decimals: 0, mode: 'half-up' });
}
