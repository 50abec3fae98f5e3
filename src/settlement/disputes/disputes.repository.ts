import { type DisputedPart, territoryCode } from '../../kernel';
import { often, type Tx } from '../../platform/database/tx';

export const disputeStates = ['open', 'released', 'withdrawn'] as const;
export type DisputeState = (typeof disputeStates)[number];

/** What a party disputes of a service's month, and what became of it. */
export interface Dispute {
  readonly agreement_id: string;
  /** 1, 2, 3 within the agreement. */
  readonly number: number;
  /** The month's first day. */
  readonly month: string;
  readonly service_id: string;
  readonly isrcs: readonly string[] | null;
  readonly territories: readonly number[] | null;
  readonly reason: string;
  readonly tolerance: string;
  readonly differing: number;
  readonly record_units: bigint;
  readonly other_units: bigint;
  readonly opened_by: string;
  readonly opened_at: Date;
  readonly state: DisputeState;
  readonly ended_at: Date | null;
  /** While it is open: who has agreed already. */
  readonly release_agreed_by: string | null;
  /** What the close of its month held; null where that is not closed. */
  readonly held_minor: bigint | null;
}

export const partOf = ({ service_id, isrcs, territories, tolerance }: Dispute): DisputedPart => ({
  service: service_id,
  tolerance,
  ...(isrcs === null ? {} : { isrcs: new Set(isrcs) }),
  ...(territories === null ? {} : { territories: new Set(territories.map(territoryCode)) }),
});

/** The facts of a dispute as columns: it is released once both agree, and withdrawn by whoever opened it. */
const withFacts = `
  SELECT d.*, h.amount_minor AS held_minor,
         CASE WHEN f.withdrawn IS NOT NULL THEN 'withdrawn' WHEN f.agreed > 1 THEN 'released' ELSE 'open' END AS state,
         coalesce(f.withdrawn, CASE WHEN f.agreed > 1 THEN f.last_agreed END) AS ended_at,
         CASE WHEN f.withdrawn IS NULL AND f.agreed = 1 THEN f.agreed_by END AS release_agreed_by
    FROM usage_disputes d
    LEFT JOIN usage_dispute_holds h ON h.agreement_id = d.agreement_id AND h.number = d.number,
         LATERAL (SELECT min(at) FILTER (WHERE kind = 'withdrawn') AS withdrawn, count(*) FILTER (WHERE kind = 'release-agreed') AS agreed,
                         max(at) FILTER (WHERE kind = 'release-agreed') AS last_agreed,
                         (array_agg(organization_id) FILTER (WHERE kind = 'release-agreed'))[1] AS agreed_by
                    FROM usage_dispute_facts WHERE agreement_id = d.agreement_id AND number = d.number) AS f`;

export const findDispute = (tx: Tx, agreementId: string, number: number): Promise<Dispute | undefined> =>
  tx.first<Dispute>(`${withFacts} WHERE d.agreement_id = $1 AND d.number = $2`, [agreementId, number]);

/** Up to limit + 1 disputes of an agreement, by their numbers. */
export const listDisputes = (tx: Tx, agreementId: string, limit: number, after: number): Promise<Dispute[]> =>
  tx.rows<Dispute>(`${withFacts} WHERE d.agreement_id = $1 AND d.number > $2 ORDER BY d.number LIMIT $3 + 1`, [
    agreementId,
    after,
    limit,
  ]);

/** Open disputes of a month ("2026-01"), by their numbers. */
export const openDisputes = (tx: Tx, agreementId: string, month: string): Promise<Dispute[]> =>
  tx.rows<Dispute>(
    often(
      `SELECT * FROM (${withFacts}) AS d WHERE agreement_id = $1 AND month = $2 AND state = 'open' ORDER BY number`,
    ),
    [agreementId, `${month}-01`],
  );

interface Parties {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
}

export type NewDispute = Pick<
  Dispute,
  | 'month'
  | 'service_id'
  | 'isrcs'
  | 'territories'
  | 'reason'
  | 'tolerance'
  | 'differing'
  | 'record_units'
  | 'other_units'
> & { readonly openedBy: string; readonly madeBy: string; readonly at: Date };

/** The caller holds the agreement, so that numbers have no gaps. */
export async function insertDispute(tx: Tx, { id, labelId, platformId }: Parties, made: NewDispute): Promise<number> {
  const { number } = await tx.one<{ number: number }>(
    `INSERT INTO usage_disputes (agreement_id, number, label_id, platform_id, month, service_id, isrcs, territories, reason, tolerance, differing,
                                 record_units, other_units, opened_by, made_by, opened_at)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 FROM usage_disputes WHERE agreement_id = $1
     RETURNING number`,
    [
      ...[
        id,
        labelId,
        platformId,
        made.month,
        made.service_id,
        made.isrcs,
        made.territories,
        made.reason,
        made.tolerance,
      ],
      ...[made.differing, made.record_units, made.other_units, made.openedBy, made.madeBy, made.at],
    ],
  );
  return number;
}

export interface DisputeFact {
  readonly kind: 'release-agreed' | 'withdrawn';
  readonly organizationId: string;
  readonly madeBy: string;
  readonly at: Date;
}

export async function insertDisputeFact(
  tx: Tx,
  { agreement_id, number }: Dispute,
  { kind, organizationId, madeBy, at }: DisputeFact,
): Promise<void> {
  await tx.run(
    `INSERT INTO usage_dispute_facts (agreement_id, number, kind, organization_id, label_id, platform_id, opened_by, made_by, at)
     SELECT agreement_id, number, $3, $4, label_id, platform_id, opened_by, $5, $6 FROM usage_disputes WHERE agreement_id = $1 AND number = $2`,
    [agreement_id, number, kind, organizationId, madeBy, at],
  );
}

export interface Hold {
  readonly number: number;
  /** Not negative. */
  readonly minor: bigint;
  readonly otherReports: readonly string[];
  readonly otherPosition: bigint;
}

export async function insertHold(
  tx: Tx,
  { id, labelId, platformId, currency }: Parties & { readonly currency: string },
  { month, hold, at }: { readonly month: string; readonly hold: Hold; readonly at: Date },
): Promise<void> {
  await tx.run(
    `INSERT INTO usage_dispute_holds (agreement_id, number, label_id, platform_id, statement_month, amount_minor, currency, other_reports, other_position, held_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[id, hold.number, labelId, platformId, `${month}-01`, hold.minor, currency],
      ...[hold.otherReports, hold.otherPosition, at],
    ],
  );
}
