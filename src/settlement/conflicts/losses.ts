import { disputedPieceOf, type RatedPeriod, spreadOverRecordings, territoryNumber, type UsageSum } from '../../kernel';
import type { RightsHold } from './conflict-holds.repository';
import type { DisputedShare } from './disputed-shares';

/** A piece of what a period loses by the shares that nobody else states; together they say how it is spread. */
export interface Loss extends Omit<RightsHold, 'minor'> {
  readonly weight: bigint;
}

interface Lowered {
  /** Its first month. */
  readonly period: string;
  readonly usage: readonly UsageSum[];
  readonly rated: RatedPeriod;
  /** By the shares that nobody else states. */
  readonly lower: RatedPeriod;
}

/** What each recording in dispute loses in each place; where roundings hide that, or nothing is paid by units, its units. */
export function lossesOf(disputed: readonly DisputedShare[], { period, usage, rated, lower }: Lowered): Loss[] {
  const amounts = new Losses(disputed, period);
  for (const [of, sign] of [[rated, 1n] as const, [lower, -1n] as const]) {
    const parts = spreadOverRecordings(of);
    of.recordings.forEach((recording, at) => amounts.add(recording, sign * (parts[at] ?? 0n)));
  }
  const lost = amounts.some();
  if (lost.length > 0) return lost;
  const units = new Losses(disputed, period);
  for (const sum of usage) units.add(sum, sum.quantity);
  return units.some();
}

class Losses {
  private readonly losses = new Map<string, Loss>();
  private readonly shares: ReadonlyMap<string, DisputedShare>;

  constructor(
    disputed: readonly DisputedShare[],
    private readonly period: string,
  ) {
    this.shares = new Map(disputed.map((share) => [share.isrc, share]));
  }

  add(use: Pick<UsageSum, 'isrc' | 'territory' | 'usedOn'>, weight: bigint): void {
    const { isrc } = use;
    const disputed = this.shares.get(isrc);
    const piece = disputed && disputedPieceOf(disputed.pieces, use);
    if (piece === undefined) return;
    const territory = territoryNumber(use.territory);
    const { from, until, share, undisputed } = piece;
    const { conflictId } = disputed!;
    // Pieces of one place have no day in common; uses whose day is not known are of all of them.
    const key = `${isrc} ${territory} ${from} ${until}`;
    const before = this.losses.get(key)?.weight ?? 0n;
    const part = { conflictId, period: this.period, isrc, territory, from, until, share, undisputed };
    this.losses.set(key, { ...part, weight: before + weight });
  }

  some(): Loss[] {
    return [...this.losses.values()].filter(({ weight }) => weight > 0n);
  }
}
