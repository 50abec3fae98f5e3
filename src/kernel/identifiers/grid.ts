import { checkMod37And36 } from './iso-7064';
import { plainIdentifier } from './plain';

const GRID = /^A1[A-Z0-9]{16}$/;

export type GridReading =
  | { readonly grid: string }
  | { readonly fault: 'grid-malformed' }
  | { readonly fault: 'grid-check-digit'; readonly grid: string };

/**
 * Reads a Global Release Identifier (IFPI/DDEX GRid Standard): 'A1', five characters of the issuer, ten of the release and a check character by
 * ISO/IEC 7064 MOD 37,36. Printed A1-2425G-ABC1234002-M, perhaps with 'GRid:' before it. A wrong check character gives the GRid all the same.
 */
export function readGrid(written: string): GridReading {
  const grid = plainIdentifier(written).replace(/^GRID:?/, '');
  if (!GRID.test(grid)) return { fault: 'grid-malformed' };
  return checkMod37And36(grid.slice(0, -1)) === grid.slice(-1) ? { grid } : { fault: 'grid-check-digit', grid };
}
