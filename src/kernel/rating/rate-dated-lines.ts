import { type Period } from '../calendar';
import { rational, sumOf, toMinor, ZERO, type MoneyRounding, type Rational } from '../money';
import { type Escalation } from '../terms';
import { clauseUsage } from './clause-usage';
import { evaluate } from './evaluate';
import { NO_STEP, stepOn } from './evaluate-escalation';
import { valueText } from './explanation';

/** A line with its days and what it is worth a rate of: a count of units, or the money of its sales. */
export interface DatedLine {
  readonly line: string;
  readonly usedOn: string;
  readonly reportedOn: string;
  readonly base: string;
}

export type RatedLine =
  | {
      readonly line: string;
      readonly status: 'rated';
      /** Place of the step whose royalty applied. */
      readonly step: number;
      readonly exact: string;
      /** Rounded once, in minor units. */
      readonly minor: bigint;
    }
  | { readonly line: string; readonly status: 'unrated'; readonly reason: 'no-rate-for-date' };

export interface RatedLines {
  readonly lines: readonly RatedLine[];
  /** `exact` adds exact values, `minor` adds what was issued. */
  readonly total: { readonly exact: string; readonly minor: bigint };
  /** What waits for a rate: it is never dropped. */
  readonly unratedBase: string;
}

/**
 * Rates lines one by one under an escalation, each by its own day and rounded on its own. The royalties of its steps are in
 * units or in sales: the base of a line stands for both.
 */
export function rateDatedLines(
  escalation: Escalation,
  { lines, rounding }: { lines: readonly DatedLine[]; rounding: MoneyRounding },
): RatedLines {
  const dayOf = (line: DatedLine) => (escalation.trigger === 'usageDate' ? line.usedOn : line.reportedOn);
  const rated = lines.map((line) => {
    const step = stepOn(escalation.steps, dayOf(line));
    return { line, step, value: step === NO_STEP ? ZERO : valueOf(escalation, { line, step, day: dayOf(line) }) };
  });
  const results = rated.map(({ line: { line }, step, value }): RatedLine =>
    step === NO_STEP
      ? { line, status: 'unrated', reason: 'no-rate-for-date' }
      : { line, status: 'rated', step, exact: valueText(value), minor: toMinor(value, rounding) },
  );
  const minor = results.reduce((sum, result) => sum + (result.status === 'rated' ? result.minor : 0n), 0n);
  const waiting = rated.filter(({ step }) => step === NO_STEP).map(({ line }) => rational(line.base));
  return {
    lines: results,
    total: { exact: valueText(sumOf(rated.map(({ value }) => value))), minor },
    unratedBase: valueText(sumOf(waiting)),
  };
}

function valueOf({ steps }: Escalation, { line, step, day }: { line: DatedLine; step: number; day: string }): Rational {
  const royalty = steps[step]?.of;
  if (royalty === undefined) throw new RangeError(`no step ${step}`);
  const usage = clauseUsage([]);
  const base = rational(line.base);
  const oneDay = { from: day, until: day } as Period;
  return evaluate(royalty, {
    period: oneDay,
    usage,
    rows: usage.all,
    measure: () => base,
    before: undefined,
    flag: () => false,
  }).value;
}
