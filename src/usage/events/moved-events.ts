import { wholeShare } from '../../kernel';

/** Of which sum: conditions on events and shares, in SQL; 'true' for all. */
interface Moved {
  /** Whether the sum is of the whole of a recording. */
  readonly isWhole: string;
  readonly ofShare: string;
  /** Whether an event is of the sum's recording and place; `isrc` is what it counts for. */
  readonly ofKey: (isrc: string) => string;
}

/**
 * How events moved the sums of a period at `places`, which has positions: each row is an event that counted (kind 0), was found to count later (1), was taken back (2) or counts
 * for shares (3), with units below zero where it takes away. $1 is the platform, $2 the agreement, $3 the first days of its months.
 */
export const movedEvents = ({ isWhole, ofShare, ofKey }: Moved): string => `
  SELECT e.position AS position, e.source, e.id, 0 AS kind, e.quantity AS units, ${of('e.isrc', wholeShare)}
    FROM places, ${at('usage_events')} e
   WHERE ${isWhole} AND e.platform_id = $1 AND e.agreement_id = $2 AND e.month = ANY ($3::date[]) AND ${ofKey('e.isrc')}
   UNION ALL
  SELECT m.position, e.source, e.id, 1, e.quantity, ${of('coalesce(m.isrc, e.isrc)', wholeShare)}
    FROM places, ${at('usage_event_matches')} m JOIN usage_events e USING (platform_id, source, id)
   WHERE ${isWhole} AND m.platform_id = $1 AND m.agreement_id = $2 AND m.month = ANY ($3::date[]) AND ${ofKey('coalesce(m.isrc, e.isrc)')}
   UNION ALL
  SELECT v.position, e.source, e.id, 2, -e.quantity, ${of('coalesce(m.isrc, e.isrc)', wholeShare)}
    FROM usage_event_voids v JOIN voided_usage_events x ON x.platform_id = v.platform_id AND x.void_id = v.id
    JOIN usage_events e ON e.source = x.source AND e.id = x.id LEFT JOIN usage_event_matches m ON m.platform_id = $1 AND m.source = e.source AND m.id = e.id
   WHERE ${isWhole} AND v.platform_id = $1 AND e.platform_id = $1 AND v.position IN (SELECT position FROM places)
     AND coalesce(m.agreement_id, e.agreement_id) = $2 AND coalesce(m.month, e.month) = ANY ($3::date[]) AND ${ofKey('coalesce(m.isrc, e.isrc)')}
   UNION ALL
  SELECT v.position, e.source, e.id, 2, -s.quantity, ${of('s.isrc', 's.share')}
    FROM usage_event_voids v JOIN voided_usage_events x ON x.platform_id = v.platform_id AND x.void_id = v.id
    JOIN usage_events e ON e.source = x.source AND e.id = x.id JOIN usage_event_shares s ON s.platform_id = $1 AND s.source = e.source AND s.id = e.id
   WHERE v.platform_id = $1 AND e.platform_id = $1 AND v.position IN (SELECT position FROM places)
     AND s.agreement_id = $2 AND s.month = ANY ($3::date[]) AND ${ofShare} AND s.position < v.position AND ${ofKey('s.isrc')}
   UNION ALL
  SELECT s.position, e.source, e.id, 3, s.quantity, ${of('s.isrc', 's.share')}
    FROM places, ${at('usage_event_shares')} s JOIN usage_events e USING (platform_id, source, id)
   WHERE s.platform_id = $1 AND s.agreement_id = $2 AND s.month = ANY ($3::date[]) AND ${ofShare} AND ${ofKey('s.isrc')}`;

/** What moved: the recording that it counts for, its place and share, and the event's own instants and sale. */
const of = (isrc: string, share: number | string): string =>
  `${isrc}::text AS isrc, e.service_id, e.territory, e.use_model, ${share} AS share, e.happened_at, e.received_at, e.sold, e.sold_currency`;

/** The rows of a table at each position, looked up one by one: those of a month's rare recording lie far apart. */
const at = (table: string): string =>
  `LATERAL (SELECT * FROM ${table} all_of WHERE all_of.platform_id = $1 AND all_of.position = places.position OFFSET 0)`;
