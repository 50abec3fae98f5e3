import { LISTS } from './limits';
import { fault, readClauseId, readList, sortedSet, type Place } from './reading';
import { type Figure } from './royalty';

/** What money clauses refer to, in other parts of the same terms. */
export interface MoneyReferences {
  /** Undefined when it is itself at fault: amounts are then not held against it. */
  readonly currency: string | undefined;
  /** Ids of the royalty clauses. */
  readonly clauses: ReadonlySet<string>;
  /** The unit of every figure that may be named. */
  readonly figures: ReadonlyMap<string, Figure['unit']>;
}

/** A set of royalty clauses of these terms. */
export function readNamedClauses(place: Place, { clauses }: Pick<MoneyReferences, 'clauses'>): string[] {
  const ids = readList(place, LISTS.namedClauses).map((entry) => {
    const id = readClauseId(entry);
    if (id !== '' && !clauses.has(id)) fault(entry, 'terms-reference', 'is not one of the royalties of these terms');
    return id;
  });
  return sortedSet(ids);
}
