import { exactText, ratio } from './rational';

/** A share of a recording is stated with six decimals, and kept as a whole number of millionths. */
export const wholeShare = 1_000_000;

/** As usage tells it: "0.6". */
export const shareText = (millionths: number): string => exactText(ratio(BigInt(millionths), BigInt(wholeShare)));
