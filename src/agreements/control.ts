import { controlFaults, type LicensedScope } from '../catalogue';
import { expandTerritories, type Fault, type Terms } from '../kernel';
import type { Tx } from '../platform/database/tx';

/**
 * A fault (track-not-controlled) for each recording that the terms license where or when the label does not state to control any of
 * it; the pointer is into the canonical terms. Every grant covers the whole repertoire, so the territories of all grants
 * together are what must be controlled.
 */
export function uncontrolledTracks(tx: Tx, terms: Terms): Promise<Fault[]> {
  return controlFaults(tx, terms.parties.label.id, scopeOf(terms));
}

/** What the label must control for these terms. */
export function scopeOf({ grants, repertoire, term }: Terms): LicensedScope {
  const territories = [...new Set(grants.flatMap((grant) => expandTerritories(grant.territories)))].sort();
  return { isrcs: repertoire.isrcs, territories, period: term };
}
