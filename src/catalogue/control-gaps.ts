import { type Period, territoryNumber } from '../kernel';
import type { Tx } from '../platform/database/tx';

/** What a label is asked to license: recordings × territories (two-letter codes) × days. */
export interface LicensedScope {
  readonly isrcs: readonly string[];
  readonly territories: readonly string[];
  readonly period: Period;
}

/** Where a label does not control a recording, or not alone. A territory stands in one list only, as its number, ascending. */
export interface ControlGap {
  /** Place in `isrcs`, from 0. */
  readonly place: number;
  /** Whether the recording is in the label's catalogue. If not, nothing else is known. */
  readonly known: boolean;
  /** Territories in which there are days without any statement of the label. */
  readonly unstated: readonly number[];
  /** Territories in which the label states less than the whole on some days, and something on every one. */
  readonly shared: readonly number[];
}

const sliceLength = 1000;

/**
 * A gap for each recording that the label does not state to control alone, in each of the territories on every day of the
 * period; by place. Works in a transaction of either party.
 */
export async function controlGaps(
  tx: Tx,
  labelId: string,
  { isrcs, territories, period }: LicensedScope,
): Promise<ControlGap[]> {
  if (isrcs.length === 0 || territories.length === 0) return [];
  const numbers = numbersOf(territories);
  return tx.asSystem(async () => {
    const suspects = await notSimplyControlled(tx, labelId, isrcs, numbers, period);
    const found: ControlGap[] = suspects
      .filter(({ known }) => !known)
      .map(({ place }) => ({ place, known: false, unstated: [], shared: [] }));
    const stated = suspects.filter(({ known }) => known).map(({ place }) => place);
    // In slices: recordings × territories of a hostile request would be a table of millions.
    for (let at = 0; at < stated.length; at += sliceLength) {
      found.push(...(await gapsOf(tx, labelId, stated.slice(at, at + sliceLength), isrcs, numbers, period)));
    }
    return found.sort((a, b) => a.place - b.place);
  });
}

const numbersOf = (territories: readonly string[]): number[] =>
  [...new Set(territories)].map(territoryNumber).sort((a, b) => a - b);

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
       LEFT JOIN recording_rights x ON x.recording_id = r.id AND x.replaced_at IS NULL AND x.share = 1 AND x.territories @> $3::int[] AND x.in_force && daterange($4, $5)
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
): Promise<ControlGap[]> =>
  tx.rows<ControlGap>(
    `SELECT place, true AS known,
            coalesce(array_agg(territory ORDER BY territory) FILTER (WHERE NOT stated), '{}') AS unstated,
            coalesce(array_agg(territory ORDER BY territory) FILTER (WHERE stated), '{}') AS shared
       FROM (SELECT asked.place, territory, (range_agg(x.in_force) @> daterange($5, $6)) IS TRUE AS stated
               FROM unnest($2::int[], $3::text[]) AS asked (place, isrc)
              CROSS JOIN unnest($4::int[]) AS territory
               LEFT JOIN recordings r ON r.owner_id = $1 AND r.isrc = asked.isrc
               LEFT JOIN recording_rights x ON x.recording_id = r.id AND x.replaced_at IS NULL AND x.share > 0 AND territory = ANY (x.territories) AND x.in_force && daterange($5, $6)
              GROUP BY asked.place, territory
             HAVING (range_agg(x.in_force) FILTER (WHERE x.share = 1) @> daterange($5, $6)) IS NOT TRUE) AS gap
      GROUP BY place ORDER BY place`,
    [labelId, places, places.map((place) => isrcs[place]), territories, period.from, period.until],
  );

/** Where other verified labels state a share in a recording too. */
export interface RivalStatement {
  /** Place in `isrcs`, from 0. */
  readonly place: number;
  /** Territories in which another label states something for a day of the period: their numbers, ascending. */
  readonly territories: readonly number[];
}

/** What others state of the recordings, in any of the territories on any day of the period. Whose statements they are is not told. */
export async function rivalStatements(
  tx: Tx,
  labelId: string,
  { isrcs, territories, period }: LicensedScope,
): Promise<RivalStatement[]> {
  if (isrcs.length === 0 || territories.length === 0) return [];
  return tx.asSystem(() =>
    tx.rows<RivalStatement>(
      `SELECT (asked.ordinality - 1)::int AS place, array_agg(DISTINCT territory ORDER BY territory) AS territories
         FROM unnest($2::bpchar[]) WITH ORDINALITY AS asked (isrc)
         JOIN recordings r ON r.isrc = asked.isrc AND r.owner_id <> $1
         JOIN organizations o ON o.id = r.owner_id AND o.state = 'verified'
         JOIN recording_rights x ON x.recording_id = r.id AND x.replaced_at IS NULL AND x.share > 0 AND x.territories && $3::int[] AND x.in_force && daterange($4, $5)
        CROSS JOIN LATERAL unnest(x.territories & $3::int[]) AS territory
        GROUP BY asked.ordinality ORDER BY asked.ordinality`,
      [labelId, isrcs, numbersOf(territories), period.from, period.until],
    ),
  );
}
