import { allocateMinor, minorExact, toMinor, type MoneyRounding } from './money-rounding';
import { divide, multiply, subtract, sumOf, ZERO, type Rational } from './rational';

/** One line before rounding; `line` is its name. */
export interface ExactLine {
  readonly line: string;
  readonly amount: Rational;
}

/** One line after rounding: the exact amount, and minor units. */
export interface RoundedLine {
  readonly line: string;
  readonly exact: Rational;
  readonly minor: bigint;
}

/** Lines that were rounded one by one. The total adds what was issued; its exact value adds what was not rounded. */
export interface RoundedEach {
  readonly lines: readonly RoundedLine[];
  readonly total: { readonly exact: Rational; readonly minor: bigint };
}

/** Rounds each line on its own. */
export function roundEach(lines: readonly ExactLine[], rounding: MoneyRounding): RoundedEach {
  const rounded = lines.map(({ line, amount }) => ({ line, exact: amount, minor: toMinor(amount, rounding) }));
  return {
    lines: rounded,
    total: { exact: sumOf(rounded.map(({ exact }) => exact)), minor: sumOfMinor(rounded) },
  };
}

/** Lines whose finals sum to their rounded exact total, and how that differs from rounding each alone. All but `exact` in minor units. */
export interface RoundedTogether {
  readonly exactTotal: Rational;
  /** What the lines would sum to if each were rounded half-up alone. */
  readonly roundedEachTotal: bigint;
  /** linesTotal − roundedEachTotal. */
  readonly drift: bigint;
  readonly lines: readonly RoundedLine[];
  /** Lines whose final is not their own half-up rounding, and the difference; they sum to the drift. */
  readonly adjusted: readonly { readonly line: string; readonly by: bigint }[];
  readonly linesTotal: bigint;
  /** Not positive for a credit that lowers what is due. */
  readonly creditApplied: bigint;
  /** linesTotal + creditApplied. */
  readonly amountDue: bigint;
}

/** Rounds the total once and shares it out over the lines by largest remainder; a credit is then taken off as it stands. */
export function roundTogether(
  lines: readonly ExactLine[],
  { rounding, credit = ZERO }: { rounding: MoneyRounding; credit?: Rational },
): RoundedTogether {
  const amounts = lines.map(({ amount }) => amount);
  const exactTotal = sumOf(amounts);
  const linesTotal = toMinor(exactTotal, rounding);
  const parts = allocateMinor(linesTotal, amounts, rounding);
  const alone = roundEach(lines, { ...rounding, mode: 'half-up' });
  const rounded = alone.lines.map(({ line, exact }, index) => ({ line, exact, minor: parts[index] ?? 0n }));
  const adjusted = alone.lines
    .map(({ line, minor }, index) => ({ line, by: (parts[index] ?? 0n) - minor }))
    .filter(({ by }) => by !== 0n);
  const creditApplied = -toMinor(credit, rounding);
  return {
    exactTotal,
    roundedEachTotal: alone.total.minor,
    drift: linesTotal - alone.total.minor,
    lines: rounded,
    adjusted,
    linesTotal,
    creditApplied,
    amountDue: linesTotal + creditApplied,
  };
}

/**
 * Shares out an amount in proportion to weights, by largest remainder; without lines nothing is shared out. Throws RangeError
 * on a negative weight, or when no line has any.
 */
export function allocateByWeights(
  amount: Rational,
  { lines, rounding }: { lines: readonly { line: string; weight: Rational }[]; rounding: MoneyRounding },
): { lines: readonly RoundedLine[]; linesTotal: bigint } {
  if (lines.length === 0) return { lines: [], linesTotal: 0n };
  const whole = sumOf(lines.map(({ weight }) => weight));
  if (whole.n === 0n || lines.some(({ weight }) => weight.s < 0n)) {
    throw new RangeError('weights are not negative, and one is above zero');
  }
  const exact = lines.map(({ weight }) => divide(multiply(amount, weight), whole));
  const linesTotal = toMinor(amount, rounding);
  const parts = allocateMinor(linesTotal, exact, rounding);
  return {
    lines: lines.map(({ line }, index) => ({ line, exact: exact[index] ?? ZERO, minor: parts[index] ?? 0n })),
    linesTotal,
  };
}

/** A trimmed total: rawTotal + adjustment = what is invoiced (minor units), exactly. */
export interface TrimmedTotal {
  readonly rawTotal: Rational;
  readonly invoiced: bigint;
  readonly adjustment: Rational;
}

/** Trims the total towards zero, whatever the mode, and states as a row of its own what the lines carry beyond it. */
export function trimTotal(lines: readonly ExactLine[], rounding: MoneyRounding): TrimmedTotal {
  const rawTotal = sumOf(lines.map(({ amount }) => amount));
  const invoiced = toMinor(rawTotal, { ...rounding, mode: 'down' });
  return { rawTotal, invoiced, adjustment: subtract(minorExact(invoiced, rounding), rawTotal) };
}

function sumOfMinor(lines: readonly RoundedLine[]): bigint {
  return lines.reduce((sum, { minor }) => sum + minor, 0n);
}
