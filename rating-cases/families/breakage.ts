import { allocateBreakage, breakageOf, exactText, rational } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family } from './family';

interface Usage {
  readonly earned_at_term_end: string;
  readonly total_streams: string;
  readonly artists: readonly { readonly artist: string; readonly streams: string; readonly royalty_rate: string }[];
}

/** breakage. */
export const breakage = family((terms: MoneyTerms & { readonly advance: string }, usage: Usage) => {
  const money = new CaseMoney(terms);
  const unearned = breakageOf({ advance: money.read(terms.advance), earned: money.read(usage.earned_at_term_end) });
  const { allocations, leftForOthers } = allocateBreakage({
    breakage: unearned.breakage,
    claims: usage.artists.map(({ streams, royalty_rate }) => ({
      weight: rational(streams),
      royaltyRate: rational(royalty_rate),
    })),
    totalWeight: rational(usage.total_streams),
    rounding: money.scale,
  });
  return {
    ...money.texts({ ...unearned }),
    allocations: allocations.map(({ exact, allocated, royalty }, index) => ({
      artist: entryAt(usage.artists, index).artist,
      exact: exactText(exact),
      ...money.texts({ allocated, artist_royalty: royalty.rounded }),
    })),
    left_for_other_artists: money.text(leftForOthers),
  };
});
