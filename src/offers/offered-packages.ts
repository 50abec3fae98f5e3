import type { Availability, OfferedPackage } from '../catalogue';
import { expandTerritories, type Terms } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { openPackages, openTemplates } from './listings.repository';

/** So many terms are in memory at once: nothing limits how many listings are open. */
const step = 100;

/** The packages of open listings, those of a label or those that a platform may see, which one grant of their terms licenses as wanted. */
export async function offeredPackages(tx: Tx, wanted: Availability, now: Date): Promise<OfferedPackage[]> {
  if (wanted.territory === undefined && wanted.use === undefined) return openPackages(tx, now);
  const offered: OfferedPackage[] = [];
  for (let after: string | null = null; ;) {
    const listings: Awaited<ReturnType<typeof openTemplates>> = await openTemplates(tx, now, step, after);
    for (const { template, packageId, labelId } of listings)
      if (licenses(template, wanted)) offered.push({ packageId, labelId });
    if (listings.length < step) return offered;
    after = listings.at(-1)!.id;
  }
}

function licenses(template: string, { territory, use }: Availability): boolean {
  const { grants } = JSON.parse(template) as Pick<Terms, 'grants'>;
  return grants.some(
    ({ uses, territories }) =>
      (use === undefined || uses.some((granted) => granted === use)) &&
      (territory === undefined || expandTerritories(territories).includes(territory)),
  );
}
