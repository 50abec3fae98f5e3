import { controlGaps, openConflictsOf, rivalStatements } from '../catalogue';
import { expandTerritories, type Grant, territoryCode, type Terms, type TerritorySet } from '../kernel';
import { compactTerritories } from './compact-territories';
import type { Tx } from '../platform/database/tx';
import { scopeOf } from './control';

/**
 * Why a recording cannot be licensed for sure: the label does not state to control it; it states less than the whole; or it
 * states the whole, and another label states a share too. The first stands in the way of an acceptance.
 */
export const rightsReasons = ['not-controlled', 'shared', 'conflicting'] as const;
export type RightsReason = (typeof rightsReasons)[number];

/** Uses in places for which one reason holds. */
export interface RightsProblem {
  readonly reason: RightsReason;
  readonly uses: readonly string[];
  readonly territories: TerritorySet;
}

export interface TrackInDoubt {
  readonly isrc: string;
  /** The open conflict between labels that the recording is in; undefined: none. */
  readonly conflictId?: string;
  readonly problems: readonly RightsProblem[];
}

/**
 * Every recording of the terms that the label does not, or not alone, control wherever and whenever they license it, in the
 * order of its ISRC. Works in a transaction of either party.
 */
export async function tracksInDoubt(tx: Tx, terms: Terms): Promise<TrackInDoubt[]> {
  const scope = scopeOf(terms);
  const { isrcs } = scope;
  const labelId = terms.parties.label.id;
  const gaps = await controlGaps(tx, labelId, scope);
  const rivals = await rivalStatements(tx, labelId, scope);
  const places = usesByPlace(terms.grants);
  const all = scope.territories;
  const byPlace = new Map<number, Record<RightsReason, readonly string[]>>();
  for (const { place, known, unstated, shared } of gaps) {
    const missing = known ? unstated.map(territoryCode) : all;
    byPlace.set(place, { 'not-controlled': missing, shared: shared.map(territoryCode), conflicting: [] });
  }
  for (const { place, territories } of rivals) {
    const own = byPlace.get(place) ?? { 'not-controlled': [], shared: [], conflicting: [] };
    const told = new Set([...own['not-controlled'], ...own.shared]);
    const conflicting = territories.map(territoryCode).filter((code) => !told.has(code));
    byPlace.set(place, { ...own, conflicting });
  }
  const doubted = [...byPlace.keys()].map((place) => isrcs[place] ?? '');
  const conflicts = await openConflictsOf(tx, labelId, doubted);
  return [...byPlace]
    .sort(([a], [b]) => a - b)
    .map(([place, reasons]) => ({
      isrc: isrcs[place] ?? '',
      ...conflictOf(conflicts.get(isrcs[place] ?? '')),
      problems: rightsReasons.flatMap((reason) => problemsFor(reason, reasons[reason], places)),
    }))
    .filter(({ problems }) => problems.length > 0);
}

const conflictOf = (conflict: { readonly id: string } | undefined): Pick<TrackInDoubt, 'conflictId'> =>
  conflict === undefined ? {} : { conflictId: conflict.id };

/** Territories in which the same uses are licensed, and these uses. */
interface LicensedPlaces {
  readonly uses: readonly string[];
  readonly territories: ReadonlySet<string>;
}

function usesByPlace(grants: readonly Grant[]): LicensedPlaces[] {
  const uses = new Map<string, Set<string>>();
  for (const grant of grants) {
    for (const territory of expandTerritories(grant.territories)) {
      const known = uses.get(territory) ?? new Set();
      grant.uses.forEach((use) => known.add(use));
      uses.set(territory, known);
    }
  }
  const groups = new Map<string, { uses: string[]; territories: Set<string> }>();
  for (const [territory, licensed] of uses) {
    const sorted = [...licensed].sort();
    const group = groups.get(sorted.join()) ?? { uses: sorted, territories: new Set() };
    group.territories.add(territory);
    groups.set(sorted.join(), group);
  }
  return [...groups.values()];
}

function problemsFor(
  reason: RightsReason,
  codes: readonly string[],
  places: readonly LicensedPlaces[],
): RightsProblem[] {
  return places.flatMap(({ uses, territories }) => {
    const here = codes.filter((code) => territories.has(code));
    return here.length === 0 ? [] : [{ reason, uses, territories: compactTerritories(here) }];
  });
}
