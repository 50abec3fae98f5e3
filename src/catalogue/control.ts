import { type Fault, territoryCode } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { controlGaps, type LicensedScope } from './control-gaps';

const faultsMax = 1000;

/**
 * A fault (track-not-controlled at /repertoire/isrcs/<i>) for each recording of which the label does not state to control any share, in each of the
 * territories on every day of the period: a part may be licensed, and earns that part. Works in a transaction of either party; at most a thousand faults.
 */
export async function controlFaults(tx: Tx, labelId: string, scope: LicensedScope): Promise<Fault[]> {
  const { isrcs, period } = scope;
  const gaps = (await controlGaps(tx, labelId, scope)).filter(({ known, unstated }) => !known || unstated.length > 0);
  return gaps.slice(0, faultsMax).map(({ place, known, unstated }) => ({
    pointer: `/repertoire/isrcs/${place}`,
    code: 'track-not-controlled',
    message: known
      ? `the label does not state to control ${isrcs[place]} in ${listed(unstated)} on every day from ${period.from} until ${period.until}`
      : `${isrcs[place]} is not in the label's catalogue`,
  }));
}

function listed(territories: readonly number[]): string {
  const codes = territories.map(territoryCode).sort();
  return codes.length <= 10
    ? codes.join(', ')
    : `${codes.slice(0, 10).join(', ')} and ${codes.length - 10} more territories`;
}
