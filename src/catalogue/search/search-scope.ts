import type { Actor } from '../../platform/auth/actor';
import type { Tx } from '../../platform/database/tx';
import type { Availability, OfferedPackages } from './offered-packages';
import type { SearchScope } from './search.repository';

/**
 * Where the actor may look: a label in its catalogue or, where a territory or use is asked for, in what it offers; a platform in what is offered
 * to it (and it has to look as the system). Undefined: there is nothing to look into.
 */
export async function searchScope(
  tx: Tx,
  actor: Actor,
  { territory, use }: Availability,
  offered: OfferedPackages,
): Promise<SearchScope | undefined> {
  if (actor.organizationKind === 'label' && territory === undefined && use === undefined) {
    return { owners: [actor.organizationId], packages: null };
  }
  const offers = await offered.ask(tx, { territory, use });
  if (offers.length === 0) return undefined;
  return {
    owners: [...new Set(offers.map(({ labelId }) => labelId))],
    packages: [...new Set(offers.map(({ packageId }) => packageId))],
  };
}
