import { type Faults } from '../faults';
import { needsOf } from './royalty-needs';
import { type Grant, type RoyaltyClause } from './terms';

/** Reports state all plays and music advertising revenue of advertising-supported use: only its units can have a share in them. */
const REPORTED_MODEL = 'AdvertisementSupportedModel';

/**
 * Notes clauses in which units of other commercial models would take a share of all plays of advertising-supported use: they
 * would be paid from a revenue to which they do not belong.
 */
export function refuseForeignShares(
  clauses: readonly RoyaltyClause[],
  { grants, pointer, faults }: { grants: readonly Grant[]; pointer: string; faults: Faults },
): void {
  clauses.forEach(({ grants: ids, royalty }, index) => {
    const granted = grants.filter(({ id }) => ids.includes(id)).flatMap(({ models }) => models);
    const foreign = needsOf(royalty)
      .shares.filter(({ part, whole }) => part === 'units' && whole === 'allPlays')
      .flatMap(({ where }) => where?.models ?? granted)
      .filter((model) => model !== REPORTED_MODEL);
    if (foreign.length === 0) return;
    faults.add(
      `${pointer}/${index}/royalty`,
      'terms-share-models',
      `counts ${[...new Set(foreign)].sort().join(', ')} in all plays, which are those of ${REPORTED_MODEL}: narrow it by "where", or define figures`,
    );
  });
}
