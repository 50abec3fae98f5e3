import { compare, exactText, ONE, rational, sumOf } from '../money';
import { fault, readExact, type Place } from './reading';

/** A fraction of one, in canonical form: "0.25" is 25 %, "1/3" a third. */
export function readShare(place: Place): string {
  const share = readExact(place);
  if (compare(rational(share), ONE) > 0) {
    fault(place, 'terms-share-above-one', 'is a fraction of one: 25 % is written "0.25"');
  }
  return share;
}

/** Notes parts that do not sum to the whole. Exact: "0.3333" three times is not one. */
export function refuseOtherSum(
  place: Place,
  { parts, whole, code }: { parts: readonly string[]; whole: string; code: string },
): void {
  const sum = sumOf(parts.map(rational));
  if (compare(sum, rational(whole)) !== 0) fault(place, code, `must sum to ${whole}, and sum to ${exactText(sum)}`);
}
