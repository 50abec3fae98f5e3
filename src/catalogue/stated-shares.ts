import { wholeShare } from '../kernel';
import type { Tx } from '../platform/database/tx';

/** Recordings of which a label states less than the whole, where and when. */
export interface StatedShare {
  readonly isrcs: readonly string[];
  /** In millionths, below `wholeShare`; 0: a conflict has ended with nothing for the label. */
  readonly share: number;
  /** Their numbers, ascending. */
  readonly territories: readonly number[];
  readonly from: string;
  /** The first day that is not included; null: without end. */
  readonly until: string | null;
}

/**
 * What of labels' catalogues is not wholly its own on some of the days, a statement's recordings together; in an order that does not depend on when they were
 * stated. Without days: of whenever. Works in a transaction of either party: ask only about labels that it has an agreement with.
 */
export const statedShares = (
  tx: Tx,
  labelIds: readonly string[],
  days?: { readonly from: string; readonly until: string },
): Promise<(StatedShare & { readonly labelId: string })[]> =>
  tx.asSystem(() =>
    tx.rows(
      `SELECT x.owner_id AS "labelId", array_agg(r.isrc::text ORDER BY r.isrc) AS isrcs, (x.share * ${wholeShare})::int AS share,
            sort(x.territories) AS territories, lower(x.in_force) AS from, upper(x.in_force) AS until
       FROM recording_rights x JOIN recordings r ON r.id = x.recording_id
      WHERE x.owner_id = ANY ($1::uuid[]) AND x.share < 1 AND x.replaced_at IS NULL AND x.in_force && daterange($2, $3)
      GROUP BY x.owner_id, x.share, sort(x.territories), x.in_force ORDER BY x.owner_id, x.in_force, x.share, sort(x.territories)`,
      [labelIds, days?.from ?? null, days?.until ?? null],
    ),
  );
