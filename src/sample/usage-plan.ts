import { allocateShares, rational } from '../kernel';
import { licensedSize } from './names';
import { licensedTerritories } from './terms';

/** One month's figures over both services, chosen so that the story's amounts can be checked by hand. */
export interface MonthFigures {
  readonly month: string;
  readonly plays: bigint;
  readonly allPlays: bigint;
  /** Net music advertising revenue, in cents. */
  readonly netRevenueCents: bigint;
  readonly downloads: bigint;
  readonly returns: bigint;
}

/** January is won by the per-play branch, February by the floor, March by the revenue share. */
export const storyMonths: readonly MonthFigures[] = [
  {
    month: '2026-01',
    plays: 3_120_000n,
    allPlays: 62_400_000n,
    netRevenueCents: 41_000_000n,
    downloads: 5_400n,
    returns: 100n,
  },
  {
    month: '2026-02',
    plays: 1_450_000n,
    allPlays: 58_000_000n,
    netRevenueCents: 38_400_000n,
    downloads: 4_200n,
    returns: 50n,
  },
  {
    month: '2026-03',
    plays: 2_600_000n,
    allPlays: 52_000_000n,
    netRevenueCents: 56_000_000n,
    downloads: 4_700n,
    returns: 80n,
  },
];

/** What January's replacement, sent in March for the first service, changes: plays that were missing, and returns that came late. */
export const januaryCorrection = { plays: 150_000n, allPlays: 150_000n, returns: 20n } as const;

/** The figures of one service's report. */
export interface ServiceFigures extends MonthFigures {
  readonly service: number;
  readonly corrected: boolean;
}

const serviceShares = [rational('6'), rational('4')];

/** Splits a month over the two services; the correction concerns the first. */
export function serviceFigures(figures: MonthFigures, service: 0 | 1, corrected = false): ServiceFigures {
  const part = (total: bigint): bigint => allocateShares(total, serviceShares)[service]!;
  const extra = corrected ? januaryCorrection : { plays: 0n, allPlays: 0n, returns: 0n };
  return {
    month: figures.month,
    service,
    corrected,
    plays: part(figures.plays) + extra.plays,
    allPlays: part(figures.allPlays) + extra.allPlays,
    netRevenueCents: part(figures.netRevenueCents),
    downloads: part(figures.downloads),
    returns: part(figures.returns) + extra.returns,
  };
}

export interface PlannedContext {
  readonly id: string;
  readonly use: string;
  readonly model: string;
  readonly territory: string;
  readonly allUsages: bigint;
  readonly netRevenueCents: bigint;
  /** Units and returns per line: `parts` lines for each track, tracks in order. */
  readonly quantities: readonly bigint[];
  readonly returns: readonly bigint[];
  readonly parts: number;
}

const uses = [
  { use: 'OnDemandStream', model: 'AdvertisementSupportedModel', weight: 7n },
  { use: 'UserMakeAvailableUserProvided', model: 'AdvertisementSupportedModel', weight: 3n },
] as const;
const territoryWeights = [50n, 9n, 14n, 4n, 5n, 4n, 4n, 4n, 6n];

/** Spreads a service's month over territories, uses, tracks and halves of the month; sums come out exactly. */
export function planContexts(figures: ServiceFigures): PlannedContext[] {
  const streaming = uses.flatMap(({ use, model, weight }) =>
    licensedTerritories.map((territory, at) => ({ use, model, territory, weight: weight * territoryWeights[at]! })),
  );
  const shares = streaming.map(({ weight }) => rational(weight));
  const plays = allocateShares(figures.plays, shares);
  const allPlays = allocateShares(figures.allPlays, shares);
  const revenue = allocateShares(figures.netRevenueCents, shares);
  const streams = streaming.map(({ use, model, territory }, at) => ({
    id: `S${at + 1}`,
    use,
    model,
    territory,
    allUsages: allPlays[at]!,
    netRevenueCents: revenue[at]!,
    quantities: allocateShares(plays[at]!, trackWeights(figures, at, 2)),
    returns: [],
    parts: 2,
  }));
  return [...streams, ...downloadContexts(figures)];
}

function downloadContexts(figures: ServiceFigures): PlannedContext[] {
  const shares = territoryWeights.map((weight) => rational(weight));
  const downloads = allocateShares(figures.downloads, shares);
  const returns = allocateShares(figures.returns, shares);
  return licensedTerritories.map((territory, at) => {
    const quantities = allocateShares(downloads[at]!, trackWeights(figures, 100 + at, 1));
    return {
      id: `D${at + 1}`,
      use: 'PermanentDownload',
      model: 'PayAsYouGoModel',
      territory,
      allUsages: downloads[at]! * 20n,
      netRevenueCents: (downloads[at]! - returns[at]!) * 60n,
      quantities,
      // Nobody returns more than was sold: returns follow the sales.
      returns: allocateShares(
        returns[at]!,
        quantities.map((quantity) => rational(quantity)),
      ),
      parts: 1,
    };
  });
}

/** A few tracks are played a lot and most a little; a hash stirs it by month and place, the same in every run. */
function trackWeights({ month, service }: ServiceFigures, place: number, parts: number): ReturnType<typeof rational>[] {
  const stir = Number(month.slice(-2)) * 131 + service * 17 + place * 7;
  return Array.from({ length: licensedSize * parts }, (_, index) => {
    const rank = Math.floor(index / parts);
    return rational(BigInt(Math.floor(1_000_000 / (rank + 60)) + ((index * 7919 + stir * 104_729) % 1_500)));
  });
}
