import { type Period } from '../calendar';
import { compare, rational, shareText } from '../money';
import { type UsageSum } from '../rating';
import { territoryNumber } from '../territory';
import { type Overclaimed, undisputedShare } from './overclaimed';

/** Where several labels state more than the whole of one recording. */
export interface DisputedRecording {
  readonly isrc: string;
  readonly pieces: readonly Overclaimed[];
}

/**
 * A label's usage of a period, counted by the share that nobody else states too wherever a recording is in a conflict; units stay as they are, and no share becomes larger. A sum whose day is not known is in a
 * conflict if that is about any day of the period.
 */
export function withUndisputedShares(
  usage: readonly UsageSum[],
  disputed: readonly DisputedRecording[],
  { labelId, period }: { readonly labelId: string; readonly period: Period },
): UsageSum[] {
  const piecesOf = new Map(disputed.map(({ isrc, pieces }) => [isrc, pieces]));
  return usage.map((sum) => {
    const pieces = (piecesOf.get(sum.isrc) ?? []).filter((piece) => covers(piece, sum, period));
    if (pieces.length === 0) return sum;
    const share = shareText(Math.min(...pieces.map((piece) => undisputedShare(piece, labelId))));
    const counted = sum.controlledShare ?? '1';
    return compare(rational(counted), rational(share)) <= 0 ? sum : { ...sum, controlledShare: share };
  });
}

function covers({ territories, from, until }: Overclaimed, { territory, usedOn }: UsageSum, period: Period): boolean {
  const begins = usedOn === undefined ? from < period.until : from <= usedOn;
  const lasts = until === null || until > (usedOn ?? period.from);
  return begins && lasts && territories.includes(territoryNumber(territory));
}
