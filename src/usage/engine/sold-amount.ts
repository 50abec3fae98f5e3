import { saleDecimals } from './asked-uses';
import type { SoundLine } from './tally';

const exactMax = BigInt(Number.MAX_SAFE_INTEGER);
const plain = /^(-?)(\d{1,30})(?:\.(\d*))?$/;

/** Puts what a line was sold for into it, in units of the eighth decimal. */
export function setSold(line: SoundLine, units: bigint): void {
  const isExact = units <= exactMax && units >= -exactMax;
  line.sold = isExact ? Number(units) : Infinity;
  line.soldLarge = isExact ? 0n : units;
}

/** Nothing is told of it, and why. */
export function setUntold(line: SoundLine, code: SoundLine['untold']): void {
  line.sold = NaN;
  line.untold = code;
}

/** A decimal with a point, in units of the eighth decimal; undefined where it has more decimals that say something, or is none. */
export function soldUnits(text: string): bigint | undefined {
  const [, sign, whole = '', part = ''] = plain.exec(text) ?? [];
  const decimals = part.replace(/0+$/, '');
  if (sign === undefined || decimals.length > saleDecimals) return undefined;
  const units = BigInt(whole + decimals.padEnd(saleDecimals, '0'));
  return sign === '-' ? -units : units;
}
