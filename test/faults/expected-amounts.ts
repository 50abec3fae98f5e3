import type { ServiceMonth } from './month-plan';

/**
 * What the story's terms (DESIGN.md, revision 2) say, worked out a second time in cents: the greater of 0.0020 a play and 25 % of the net
 * revenue by share of plays, at least 4,000.00, plus 0.36 for each download kept; rounded once, half up.
 */
export function royaltiesOf(services: readonly ServiceMonth[], licensed: ReadonlySet<string>): bigint {
  let [plays, allPlays, revenue, downloads] = [0n, 0n, 0n, 0n];
  for (const { contexts, lines } of services) {
    const isStream = contexts.map(({ model }) => model === 'AdvertisementSupportedModel');
    for (const { context, isrc, quantity, returns } of lines) {
      if (!licensed.has(isrc)) continue;
      if (isStream[context]) plays += quantity - returns;
      else downloads += quantity - returns;
    }
    for (const context of contexts.filter((_, at) => isStream[at])) {
      allPlays += context.allUsages;
      revenue += context.netRevenueCents;
    }
  }
  const branches: Fraction[] = [
    [plays, 5n],
    [revenue * plays, 4n * allPlays],
    [400_000n, 1n],
  ];
  const [over, under] = branches.reduce((best, each) => (each[0] * best[1] > best[0] * each[1] ? each : best));
  const exact: Fraction = [over + downloads * 36n * under, under];
  return (2n * exact[0] + exact[1]) / (2n * exact[1]);
}

type Fraction = readonly [over: bigint, under: bigint];

/** One statement's three amounts, in cents. */
export interface ExpectedStatement {
  readonly royalties: bigint;
  readonly recouped: bigint;
  readonly payable: bigint;
}

/** The advance of 12,000.00, taken from all royalties until it is used up. */
export class Advance {
  private left = 1_200_000n;

  recoup(royalties: bigint): ExpectedStatement {
    const recouped = royalties < this.left ? royalties : this.left;
    this.left -= recouped;
    return { royalties, recouped, payable: royalties - recouped };
  }
}
