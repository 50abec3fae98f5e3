import { type Fault, type Period, territoryCode, territoryNumber } from '../kernel';
import type { Tx } from '../platform/database/tx';

/** What a label is asked to license: recordings × territories (two-letter codes) × days. */
export interface LicensedScope {
  readonly isrcs: readonly string[];
  readonly territories: readonly string[];
  readonly period: Period;
}

interface Gap {
  /** Place in `isrcs`, from 0. */
  readonly place: number;
  readonly known: boolean;
  readonly territories: readonly number[];
}

const faultsMax = 1000;
const sliceLength = 1000;

/**
 * A fault (track-not-controlled at /repertoire/isrcs/<i>) for each recording that the label does not state to control alone, in each of the
 * territories on every day of the period. Works in a transaction of either party; at most a thousand faults.
 */
export async function controlFaults(
  tx: Tx,
  labelId: string,
  { isrcs, territories, period }: LicensedScope,
): Promise<Fault[]> {
  if (isrcs.length === 0 || territories.length === 0) return [];
  const numbers = [...new Set(territories)].map(territoryNumber).sort((a, b) => a - b);
  const gaps = await tx.asSystem(async () => {
    const suspects = await notSimplyControlled(tx, labelId, isrcs, numbers, period);
    const found: Gap[] = suspects
      .filter(({ known }) => !known)
      .map(({ place }) => ({ place, known: false, territories: [] }));
    const stated = suspects.filter(({ known }) => known).map(({ place }) => place);
    // In slices: recordings × territories of a hostile request would be a table of millions.
    for (let at = 0; at < stated.length && found.length < faultsMax; at += sliceLength) {
      found.push(...(await gapsOf(tx, labelId, stated.slice(at, at + sliceLength), isrcs, numbers, period)));
    }
    return found.sort((a, b) => a.place - b.place).slice(0, faultsMax);
  });
  return gaps.map(({ place, known, territories: missing }) => ({
    pointer: `/repertoire/isrcs/${place}`,
    code: 'track-not-controlled',
    message: known
      ? `the label does not state to control ${isrcs[place]} in ${listed(missing)} on every day from ${period.from} until ${period.until}`
      : `${isrcs[place]} is not in the label's catalogue`,
  }));
}

/** Nearly every recording is covered by statements that each name all the territories: those need no look at single territories. */
const notSimplyControlled = (
  tx: Tx,
  labelId: string,
  isrcs: readonly string[],
  territories: readonly number[],
  period: Period,
): Promise<{ place: number; known: boolean }[]> =>
  tx.rows(
    `SELECT (asked.ordinality - 1)::int AS place, bool_or(r.id IS NOT NULL) AS known
       FROM unnest($2::text[]) WITH ORDINALITY AS asked (isrc)
       LEFT JOIN recordings r ON r.owner_id = $1 AND r.isrc = asked.isrc
       LEFT JOIN recording_rights x ON x.recording_id = r.id AND x.share = 1 AND x.territories @> $3::int[] AND x.in_force && daterange($4, $5)
      GROUP BY asked.ordinality
     HAVING (range_agg(x.in_force) @> daterange($4, $5)) IS NOT TRUE`,
    [labelId, isrcs, territories, period.from, period.until],
  );

const gapsOf = (
  tx: Tx,
  labelId: string,
  places: readonly number[],
  isrcs: readonly string[],
  territories: readonly number[],
  period: Period,
): Promise<Gap[]> =>
  tx.rows<Gap>(
    `SELECT place, true AS known, array_agg(territory ORDER BY territory) AS territories
       FROM (SELECT asked.place, territory
               FROM unnest($2::int[], $3::text[]) AS asked (place, isrc)
              CROSS JOIN unnest($4::int[]) AS territory
               LEFT JOIN recordings r ON r.owner_id = $1 AND r.isrc = asked.isrc
               LEFT JOIN recording_rights x ON x.recording_id = r.id AND x.share = 1 AND territory = ANY (x.territories) AND x.in_force && daterange($5, $6)
              GROUP BY asked.place, territory
             HAVING (range_agg(x.in_force) @> daterange($5, $6)) IS NOT TRUE) AS gap
      GROUP BY place ORDER BY place`,
    [labelId, places, places.map((place) => isrcs[place]), territories, period.from, period.until],
  );

function listed(territories: readonly number[]): string {
  const codes = territories.map(territoryCode).sort();
  return codes.length <= 10
    ? codes.join(', ')
    : `${codes.slice(0, 10).join(', ')} and ${codes.length - 10} more territories`;
}
