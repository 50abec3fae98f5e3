import { type Period } from '../calendar';
import { compare, rational, shareText } from '../money';
import { type UsageSum } from '../rating';
import { territoryNumber } from '../territory';
import { type Overclaimed, undisputedShare } from './overclaimed';

/** Places and days of one period in which others state a part of a label's share of a recording too. */
export interface DisputedPiece {
  /** Their numbers, ascending. */
  readonly territories: readonly number[];
  /** Within the period. */
  readonly from: string;
  /** The first day that is not included. */
  readonly until: string;
  /** What the label states, in millionths. */
  readonly share: number;
  /** What of that nobody else states: less than it. */
  readonly undisputed: number;
}

export interface DisputedRecording {
  readonly isrc: string;
  readonly pieces: readonly DisputedPiece[];
}

/** What of a conflict is about a label's share in a period and in these places; nothing where the label states none there by now, or no more than an earlier conflict has left it. */
export function disputedPieces(
  pieces: readonly Overclaimed[],
  {
    labelId,
    period,
    places,
  }: { readonly labelId: string; readonly period: Period; readonly places: ReadonlySet<number> },
): DisputedPiece[] {
  return pieces.flatMap((piece) => {
    const claim = piece.claims.find((each) => each.labelId === labelId);
    const territories = piece.territories.filter((territory) => places.has(territory));
    const from = piece.from > period.from ? piece.from : period.from;
    const until = piece.until !== null && piece.until < period.until ? piece.until : period.until;
    if (claim === undefined || territories.length === 0 || from >= until) return [];
    const [share, undisputed] = [claim.share, undisputedShare(piece, labelId)];
    return undisputed < share ? [{ territories, from, until, share, undisputed }] : [];
  });
}

/**
 * Where a use is disputed. Where its day is not known it may be of any piece of its place: then it is the one that leaves the label least, on the days from the first to the last of them.
 */
export function disputedPieceOf(
  pieces: readonly DisputedPiece[],
  { territory, usedOn }: Pick<UsageSum, 'territory' | 'usedOn'>,
): DisputedPiece | undefined {
  const place = territoryNumber(territory);
  const there = pieces.filter(({ territories }) => territories.includes(place));
  if (usedOn !== undefined) return there.find(({ from, until }) => from <= usedOn && usedOn < until);
  return there.reduce<DisputedPiece | undefined>((all, piece) => {
    if (all === undefined) return piece;
    const from = piece.from < all.from ? piece.from : all.from;
    const until = piece.until > all.until ? piece.until : all.until;
    return { ...(piece.undisputed < all.undisputed ? piece : all), from, until };
  }, undefined);
}

/** A label's usage of a period, counted by the share that nobody else states too wherever a recording is in a conflict; units stay as they are, and no share becomes larger. */
export function withUndisputedShares(
  usage: readonly UsageSum[],
  disputed: readonly DisputedRecording[],
): readonly UsageSum[] {
  if (disputed.length === 0) return usage;
  const piecesOf = new Map(disputed.map(({ isrc, pieces }) => [isrc, pieces]));
  return usage.map((sum) => {
    const piece = disputedPieceOf(piecesOf.get(sum.isrc) ?? [], sum);
    if (piece === undefined) return sum;
    const share = shareText(piece.undisputed);
    const counted = sum.controlledShare ?? '1';
    return compare(rational(counted), rational(share)) <= 0 ? sum : { ...sum, controlledShare: share };
  });
}

/** What of an amount that was held between two shares is a label's own by the share that it has now: rounded down. */
export function ownPartOf(
  minor: bigint,
  { share, undisputed, now }: Pick<DisputedPiece, 'share' | 'undisputed'> & { readonly now: number },
): bigint {
  const above = Math.min(Math.max(now - undisputed, 0), share - undisputed);
  return (minor * BigInt(above)) / BigInt(share - undisputed);
}
