import { exactText, isZero, type Rational } from '../money';
import { type RoyaltyKind } from '../terms';

/** How a value came about. Losing branches are kept: a reader must be able to check the choice. */
export interface Explanation {
  readonly kind: RoyaltyKind;
  /** What the terms call it. */
  readonly name?: string;
  /** The exact value as text: a decimal, or a quotient where no decimal ends. */
  readonly value: string;
  /** The arithmetic with its numbers: "3120000 × 0.002 = 6240". */
  readonly formula: string;
  /** Place in `of` of the branch that won; on an exact tie the first listed, and `tied` names all of them. */
  readonly chosen?: number;
  readonly tied?: readonly number[];
  /** Whether a floor or cap changed the value. */
  readonly applied?: boolean;
  /** What was taken off the base, in order. */
  readonly deductions?: readonly DeductionStep[];
  /** Each tier that has something in it. */
  readonly tiers?: readonly TierStep[];
  /** Each step of an escalation that has something in it. */
  readonly steps?: readonly EscalationStep[];
  /** Units (or, where there are none, sales) of days for which no step has a rate: they earn nothing yet. */
  readonly unrated?: string;
  readonly of?: readonly Explanation[];
}

export interface DeductionStep {
  readonly name: string;
  readonly deducted: string;
  readonly remaining: string;
}

export interface TierStep {
  readonly upTo: string | null;
  readonly quantity: string;
  readonly rate: string;
  readonly flat: string;
  readonly value: string;
}

export interface EscalationStep {
  readonly from: string | null;
  readonly until: string | null;
  readonly of: Explanation;
}

/** Exact text without a sign before zero. */
export const valueText = (value: Rational): string => (isZero(value) ? '0' : exactText(value));
