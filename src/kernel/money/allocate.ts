import { denominatorOf, numeratorOf, ratio, type Rational } from './rational';

/**
 * Spreads a rounded total over the exact amounts it was rounded from, in the same unit, by largest remainder: each is
 * rounded down (towards minus infinity), the missing units go one each to the largest remainders, the earlier one first
 * on a tie. A negative total is shared out like the positive one with its signs put back. Parts sum to the total exactly.
 * Throws RangeError when the amounts do not add up to about the total. A difference of two rounded totals may lie further from its
 * exact amounts than one rounding: `slack` says by how many units, and amounts of zero get none of them.
 */
export function allocate(total: bigint, amounts: readonly Rational[], slack = 0n): bigint[] {
  const denominator = amounts.reduce((common, amount) => leastCommonMultiple(common, denominatorOf(amount)), 1n);
  const numerators = amounts.map((amount) => numeratorOf(amount) * (denominator / denominatorOf(amount)));
  return allocateOver(total, { numerators, denominator, slack });
}

/** Shares a total out in proportion to weights that are not negative. Throws RangeError when nothing has weight. */
export function allocateShares(total: bigint, weights: readonly Rational[]): bigint[] {
  const whole = weights.reduce((sum, weight) => sum.add(weight), ratio(0n, 1n));
  if (weights.some((weight) => weight.s < 0n) || whole.n === 0n) {
    throw new RangeError('shares need weights that are not negative, and one above zero');
  }
  return allocate(
    total,
    weights.map((weight) => weight.mul(total, 1n).div(whole)),
  );
}

/** As `allocate`, over amounts that share one denominator: no rational per part, for totals of a million parts. */
export function allocateOver(
  total: bigint,
  { numerators, denominator, slack = 0n }: { numerators: readonly bigint[]; denominator: bigint; slack?: bigint },
): bigint[] {
  const sign = total < 0n ? -1n : 1n;
  const mirrored = sign < 0n ? numerators.map((numerator) => -numerator) : numerators;
  const parts = mirrored.map((numerator) => floorDivide(numerator, denominator));
  const missing = parts.reduce((rest, part) => rest - part, total * sign);
  if (missing < -slack || missing > BigInt(parts.length) + slack || (missing !== 0n && parts.length === 0)) {
    throw new RangeError('the amounts do not add up to the total that is spread over them');
  }
  if (missing !== 0n) {
    const remainders = mirrored.map((numerator, index) => numerator - (parts[index] ?? 0n) * denominator);
    const weighty = largestFirst(remainders).filter((index) => mirrored[index] !== 0n);
    const takers = weighty.length > 0 ? weighty : largestFirst(remainders);
    handOut(parts, missing, missing > 0n ? takers : takers.toReversed());
  }
  return sign < 0n ? parts.map((part) => -part) : parts;
}

/** One unit each, in turn, and again from the first when all have had one. */
function handOut(parts: bigint[], missing: bigint, takers: readonly number[]): void {
  const unit = missing > 0n ? 1n : -1n;
  let turn = 0;
  for (let left = missing; left !== 0n; left -= unit) {
    const index = takers[turn % takers.length] ?? 0;
    parts[index] = (parts[index] ?? 0n) + unit;
    turn += 1;
  }
}

function largestFirst(remainders: readonly bigint[]): number[] {
  return remainders
    .map((_, index) => index)
    .sort((a, b) => {
      const left = remainders[a] ?? 0n;
      const right = remainders[b] ?? 0n;
      if (left === right) return a - b;
      return left > right ? -1 : 1;
    });
}

function floorDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}

export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return (a / x) * b;
}
