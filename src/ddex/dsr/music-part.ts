import { canonicalDecimal } from './decimal-sum';
import { compare, exactText, multiply, ONE, ratio, rational } from '../../kernel/money';

const hundred = rational('100');

/**
 * The part of a use that is music, told in percent, as a ratio. 85 is 0.85, and 1 is all, since that is how many write 100.
 * Null for anything below 1: it may be a ratio or a part of a hundredth, and money hangs on it.
 */
export function ratioOfPercentage(text: string): string | null {
  const told = rational(canonicalDecimal(text));
  if (compare(told, ONE) < 0 || compare(told, hundred) > 0) return null;
  return compare(told, ONE) === 0 ? '1' : exactText(multiply(told, ratio(1n, 100n)));
}
