import { packagesWith } from '../catalogue';
import type { Database } from '../platform/database/database';
import { visibleListings } from './listings.repository';

/** The listings that a platform may see now and whose packages hold these recordings, by ISRC, oldest first. */
export async function listingsOffering(
  database: Database,
  { platformId, isrcs, now }: { readonly platformId: string; readonly isrcs: readonly string[]; readonly now: Date },
): Promise<Map<string, string[]>> {
  const asker = { organizationId: platformId, organizationKind: 'platform' } as const;
  return database.withTenant(
    asker,
    async (tx) => {
      const listings = await visibleListings(tx, now);
      const found = new Map<string, string[]>();
      const packages = Map.groupBy(
        await packagesWith(tx, [...new Set(listings.map(({ packageId }) => packageId))], isrcs),
        ({ packageId }) => packageId,
      );
      for (const { id, packageId } of listings) {
        for (const { isrc } of packages.get(packageId) ?? []) found.set(isrc, [...(found.get(isrc) ?? []), id]);
      }
      return found;
    },
    'read',
  );
}
