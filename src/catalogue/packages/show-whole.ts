import type { Tx } from '../../platform/database/tx';
import { packageView, type PackageWholeView } from './package.view';
import { exceptionsOfPackage, type Package } from './packages.repository';

/** A package with the exceptions that lists leave out. */
export async function showWhole(tx: Tx, row: Package): Promise<PackageWholeView> {
  return { ...packageView(row), exceptIsrcs: await exceptionsOfPackage(tx, row.id) };
}
