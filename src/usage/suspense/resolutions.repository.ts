import { often, type Tx } from '../../platform/database/tx';
import { partiesOfReport, type UsageReport } from '../usage-report';

export const resolutionStates = ['proposed', 'accepted', 'declined', 'withdrawn'] as const;
export type ResolutionState = (typeof resolutionStates)[number];

/** "What was reported as this is that recording", and what became of it. */
export interface Resolution {
  readonly id: string;
  readonly label_id: string;
  readonly platform_id: string;
  readonly service_id: string | null;
  readonly reported_isrc: string;
  readonly isrc: string;
  /** "2026-01"; null: all. */
  readonly months: readonly string[] | null;
  readonly reason: string;
  readonly proposed_by: string;
  readonly proposed_at: Date;
  readonly state: ResolutionState;
  readonly decided_at: Date | null;
  /** Of an accepted one: who wants to take it back. */
  readonly withdrawal_asked_by: string | null;
}

/** The facts of a resolution as columns: an accepted one is withdrawn once both parties say so, a proposed one by its proposer. */
const withFacts = `
  SELECT x.id, x.label_id, x.platform_id, x.service_id, x.reported_isrc, x.isrc, x.reason, x.proposed_by, x.proposed_at,
         (SELECT array_agg(to_char(m, 'YYYY-MM') ORDER BY m) FROM unnest(x.months) AS m) AS months,
         CASE WHEN f.declined IS NOT NULL THEN 'declined'
              WHEN f.accepted IS NULL THEN CASE WHEN f.withdrawals > 0 THEN 'withdrawn' ELSE 'proposed' END
              WHEN f.withdrawals > 1 THEN 'withdrawn' ELSE 'accepted' END AS state,
         coalesce(f.declined, f.accepted) AS decided_at,
         CASE WHEN f.accepted IS NOT NULL AND f.withdrawals = 1 THEN f.asked_by END AS withdrawal_asked_by
    FROM usage_resolutions x, LATERAL (
         SELECT min(at) FILTER (WHERE kind = 'accepted') AS accepted, min(at) FILTER (WHERE kind = 'declined') AS declined,
                count(*) FILTER (WHERE kind = 'withdrawn') AS withdrawals,
                (array_agg(organization_id) FILTER (WHERE kind = 'withdrawn'))[1] AS asked_by
           FROM usage_resolution_facts WHERE resolution_id = x.id) AS f`;

export interface NewResolution {
  readonly serviceId: string | null;
  readonly reportedIsrc: string;
  readonly isrc: string;
  /** "2026-01" */
  readonly months: readonly string[] | null;
  readonly reason: string;
}

export interface Proposal {
  readonly labelId: string;
  readonly platformId: string;
  readonly proposedBy: string;
  readonly madeBy: string;
  readonly at: Date;
}

/** Gives their ids in their order. */
export async function insertResolutions(
  tx: Tx,
  { labelId, platformId, proposedBy, madeBy, at }: Proposal,
  resolutions: readonly NewResolution[],
): Promise<string[]> {
  const rows = resolutions.map(({ serviceId, reportedIsrc, isrc, months, reason }) => ({
    ...{ service_id: serviceId, reported_isrc: reportedIsrc, isrc, reason },
    months: months?.map((month) => `${month}-01`) ?? null,
  }));
  const made = await tx.rows<{ id: string }>(
    `INSERT INTO usage_resolutions (label_id, platform_id, proposed_by, made_by, proposed_at, service_id, reported_isrc, isrc, months, reason)
     SELECT $1, $2, $3, $4, $5, service_id, reported_isrc, isrc, months, reason
       FROM ROWS FROM (json_to_recordset($6) AS (service_id uuid, reported_isrc text, isrc text, months date[], reason text)) WITH ORDINALITY
              AS r (service_id, reported_isrc, isrc, months, reason, place)
      ORDER BY place RETURNING id`,
    [labelId, platformId, proposedBy, madeBy, at, JSON.stringify(rows)],
  );
  return made.map(({ id }) => id);
}

/** Those of these ids that the caller is party to, in the order of the ids. */
export const findResolutions = (tx: Tx, ids: readonly string[]): Promise<Resolution[]> =>
  tx.rows<Resolution>(`${withFacts} WHERE x.id = ANY ($1::uuid[]) ORDER BY array_position($1::uuid[], x.id)`, [ids]);

export interface ResolutionsFilter {
  readonly limit: number;
  readonly after: readonly string[] | undefined;
  readonly state: ResolutionState | undefined;
}

/** What the caller is party to, oldest first; one more than `limit`. */
export const listResolutions = (tx: Tx, { limit, after, state }: ResolutionsFilter): Promise<Resolution[]> =>
  tx.rows<Resolution>(
    `SELECT * FROM (${withFacts}) AS x
      WHERE ($2::timestamptz IS NULL OR (proposed_at, id) > ($2, $3::uuid)) AND ($4::text IS NULL OR state = $4)
      ORDER BY proposed_at, id LIMIT $1 + 1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null, state ?? null],
  );

export interface NewFacts {
  readonly kind: 'accepted' | 'declined' | 'withdrawn';
  readonly organizationId: string;
  readonly reason: string | null;
  readonly madeBy: string;
  readonly at: Date;
}

export async function insertFacts(
  tx: Tx,
  ids: readonly string[],
  { kind, organizationId, reason, madeBy, at }: NewFacts,
): Promise<void> {
  await tx.run(
    `INSERT INTO usage_resolution_facts (resolution_id, label_id, platform_id, proposed_by, kind, organization_id, reason, made_by, at)
     SELECT id, label_id, platform_id, proposed_by, $2, $3, $4, $5, $6 FROM usage_resolutions WHERE id = ANY ($1::uuid[])`,
    [ids, kind, organizationId, reason, madeBy, at],
  );
}

/** What holds between two parties, in the order of acceptance. */
export const acceptedResolutions = (
  tx: Tx,
  { labelId, platformId }: { readonly labelId: string; readonly platformId: string },
): Promise<Resolution[]> =>
  tx.rows<Resolution>(
    often(
      `SELECT * FROM (${withFacts}) AS x WHERE label_id = $1 AND platform_id = $2 AND state = 'accepted' ORDER BY decided_at, id`,
    ),
    [labelId, platformId],
  );

/** What holds for a report: from what is reported to what it stands for. Of two about the same the one that was accepted later holds. */
export async function resolutionsFor(tx: Tx, report: UsageReport): Promise<Map<string, string>> {
  const month = report.month.slice(0, 7);
  const own = (await acceptedResolutions(tx, partiesOfReport(report))).filter(
    ({ service_id, months }) =>
      (service_id ?? report.service_id) === report.service_id && (months === null || months.includes(month)),
  );
  return new Map(own.map(({ reported_isrc, isrc }) => [reported_isrc, isrc]));
}

/** A text that differs once anything more was decided about resolutions between the two: facts are only ever added. */
export async function resolutionsStamp(tx: Tx, labelId: string, platformId: string): Promise<string> {
  const { stamp } = await tx.one<{ stamp: string }>(
    'SELECT count(*)::text AS stamp FROM usage_resolution_facts WHERE label_id = $1 AND platform_id = $2',
    [labelId, platformId],
  );
  return stamp;
}
