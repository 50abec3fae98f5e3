import { exactText, ratio } from './rational';

/** A share of a recording is stated with six decimals, and kept as a whole number of millionths. */
export const wholeShare = 1_000_000;

/** As usage tells it: "0.6". */
export const shareText = (millionths: number): string => exactText(ratio(BigInt(millionths), BigInt(wholeShare)));

/** A share as it is stated, in millionths: "0.6" is 600,000. It has at most six decimals. */
export function millionthsOf(share: string): number {
  const [whole, decimals = ''] = share.split('.');
  return parseInt(whole!, 10) * wholeShare + parseInt(decimals.padEnd(6, '0'), 10);
}
