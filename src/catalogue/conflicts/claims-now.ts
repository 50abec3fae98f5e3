import { wholeShare } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

/** A recording in one place, on days of a period. */
export interface ClaimedPlace {
  readonly isrc: string;
  /** Its number. */
  readonly territory: number;
  readonly from: string;
  /** The first day that is not included. */
  readonly until: string;
  /** Of a use whose day nobody knows: a conflict about any of them counts. */
  readonly period: { readonly from: string; readonly until: string };
}

/** What a label claims of a place by now. */
export interface ClaimNow {
  /** The least that it states on one of the days, in millionths; null: nothing at all. */
  readonly share: number | null;
  /** Since when that is so: the latest of the statements. */
  readonly statedAt: Date | null;
  /** Whether an open conflict is about a share of the label there, on any day of the period. */
  readonly isDisputed: boolean;
}

/** Whether the label's claim of a piece is more than what nobody disputes: `undisputedShare` of the kernel. */
const isDisputed = `EXISTS (
  SELECT FROM jsonb_to_recordset(q.claims) AS own ("labelId" uuid, share int, kept int)
   WHERE own."labelId" = $1 AND own.share > coalesce(own.kept, 0)
     AND own.share > ${wholeShare} - (SELECT sum(share) FROM jsonb_to_recordset(q.claims) AS other ("labelId" uuid, share int) WHERE other."labelId" <> $1))`;

/** In the order of the places. Certain until the transaction ends where the caller holds the claims of these recordings. The system's question. */
export const claimsNow = (tx: Tx, labelId: string, places: readonly ClaimedPlace[]): Promise<ClaimNow[]> =>
  tx.rows(
    `SELECT s.share, s.stated_at AS "statedAt",
            EXISTS (SELECT FROM rights_conflicts c, jsonb_to_recordset(c.pieces) AS q (territories jsonb, "from" date, until date, claims jsonb)
                     WHERE c.state = 'open' AND c.isrc = p.isrc AND daterange(q."from", q.until) && daterange(p.begins, p.ends)
                       AND q.territories @> to_jsonb(p.territory) AND ${isDisputed}) AS "isDisputed"
       FROM unnest($2::bpchar[], $3::int[], $4::date[], $5::date[], $6::date[], $7::date[]) WITH ORDINALITY
              AS p (isrc, territory, since, until, begins, ends, place),
            LATERAL (SELECT (min(x.share) * 1000000)::int AS share, max(x.stated_at) AS stated_at
                       FROM recordings r
                       JOIN recording_rights x ON x.recording_id = r.id AND x.replaced_at IS NULL AND x.in_force && daterange(p.since, p.until)
                        AND x.territories && ARRAY[p.territory]
                      WHERE r.owner_id = $1 AND r.isrc = p.isrc) AS s
      ORDER BY p.place`,
    [
      labelId,
      ...[places.map(({ isrc }) => isrc), places.map(({ territory }) => territory)],
      ...[places.map(({ from }) => from), places.map(({ until }) => until)],
      ...[places.map(({ period }) => period.from), places.map(({ period }) => period.until)],
    ],
  );
