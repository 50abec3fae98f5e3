import type { Availability, OfferedPackage } from '../catalogue';
import { expandTerritories, type Terms } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { openListings } from './listings.repository';

/** The packages of open listings, those of a label or those that a platform may see, which one grant of their terms licenses as wanted. */
export async function offeredPackages(tx: Tx, wanted: Availability, now: Date): Promise<OfferedPackage[]> {
  const listings = await openListings(tx, now);
  return listings
    .filter(({ template }) => licenses(template, wanted))
    .map(({ packageId, labelId }) => ({ packageId, labelId }));
}

function licenses(template: string, { territory, use }: Availability): boolean {
  if (territory === undefined && use === undefined) return true;
  const { grants } = JSON.parse(template) as Pick<Terms, 'grants'>;
  return grants.some(
    ({ uses, territories }) =>
      (use === undefined || uses.some((granted) => granted === use)) &&
      (territory === undefined || expandTerritories(territories).includes(territory)),
  );
}
