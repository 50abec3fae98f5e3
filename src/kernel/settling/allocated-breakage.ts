import { canonicalText, sha256HexOf } from '../canonical';
import { add, exactText, maximum, moneyRoundingIn, moneyText, rational, sumOf, ZERO, type Rational } from '../money';
import { controlledUnits, exactOfRecordings, type RatedPeriod, type RecordingUnits } from '../rating';
import { type Breakage, type Terms } from '../terms';
import { allocateBreakage } from './breakage';

/** What of a period's breakage is a recording's. */
export interface BreakageLine {
  readonly isrc: string;
  /** Exact: its net units, or its royalties, in all contexts of the period together. */
  readonly weight: string;
  readonly exact: string;
  readonly minor: bigint;
}

/** Breakage by recordings, in the order of their ISRCs. The lines and what is left sum to what lapsed. */
export interface AllocatedBreakage extends Breakage {
  readonly lapsed: bigint;
  readonly lines: readonly BreakageLine[];
  /** What belongs to no recording: all of it where the period had no units, or no royalties. */
  readonly unallocated: bigint;
}

/**
 * Allocates what lapsed in a period to the recordings of that period, by the key of the terms (clause 19), to the minor unit by largest remainder, ties to the first ISRC. A recording that came to
 * less than nothing has no part. Undefined where nothing lapsed, or the terms allocate nothing.
 */
export function breakageOfPeriod(
  { breakage, currency, rounding }: Terms,
  { rated, lapsed }: { readonly rated: RatedPeriod; readonly lapsed: bigint },
): AllocatedBreakage | undefined {
  if (breakage === undefined || lapsed === 0n) return undefined;
  const weights = [...weightsOf(rated, breakage)].sort(([a], [b]) => (a < b ? -1 : 1));
  const { allocations, leftForOthers } = allocateBreakage({
    breakage: lapsed,
    claims: weights.map(([, weight]) => ({ weight, royaltyRate: ZERO })),
    totalWeight: sumOf(weights.map(([, weight]) => weight)),
    rounding: moneyRoundingIn(currency, { mode: rounding.mode }),
  });
  const lines = weights.map(([isrc, weight], place): BreakageLine => {
    const { exact = ZERO, allocated = 0n } = allocations[place] ?? {};
    return { isrc, weight: exactText(weight), exact: exactText(exact), minor: allocated };
  });
  return { ...breakage, lapsed, lines, unallocated: leftForOthers };
}

function weightsOf(rated: RatedPeriod, { allocateBy }: Breakage): Map<string, Rational> {
  const exact = exactOfRecordings(rated);
  const weightOf = (recording: RecordingUnits): Rational =>
    allocateBy === 'royalties' ? rational(exact(recording)) : controlledUnits(recording);
  const sums = new Map<string, Rational>();
  for (const recording of rated.recordings) {
    sums.set(recording.isrc, add(sums.get(recording.isrc) ?? ZERO, weightOf(recording)));
  }
  return new Map([...sums].map(([isrc, weight]) => [isrc, maximum(weight, ZERO)]));
}

/**
 * The allocation as a statement's clause lines say it: how many recordings, and the SHA-256 over their canonical lines, one RFC 8785 object
 * `{amount, exact, isrc, weight}` each, ended by LF. A statement of a million recordings says it no longer.
 */
export function breakageStated(
  { lapsed, allocateBy, lines, unallocated }: AllocatedBreakage,
  currency: string,
): object {
  const money = (minor: bigint): string => moneyText({ minor, currency });
  return {
    allocateBy,
    amount: money(lapsed),
    recordings: String(lines.length),
    unallocated: money(unallocated),
    sha256: sha256HexOf(texts()),
  };

  function* texts(): Generator<string> {
    for (const { minor, ...line } of lines) yield `${canonicalText({ ...line, amount: money(minor) })}\n`;
  }
}
