import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { AuditReckoning } from './reckon-audit';

export const auditStates = ['noticed', 'concluded', 'accepted', 'disputed'] as const;
export type AuditState = (typeof auditStates)[number];

/** What a month should have earned, by whoever audited it: a decimal in the agreement's currency. */
export interface MonthFinding {
  readonly month: string;
  readonly due: string;
}

/** An audit with what was found and what the platform says to it, where that is there. */
export interface Audit {
  readonly agreement_id: string;
  /** 1, 2, 3 within the agreement. */
  readonly number: number;
  readonly label_id: string;
  readonly platform_id: string;
  readonly noticed_on: string;
  readonly audited_from: string;
  readonly audited_until: string;
  readonly given_at: Date;
  readonly state: AuditState;
  readonly concluded_on: string | null;
  readonly currency: string | null;
  readonly findings: readonly MonthFinding[] | null;
  readonly audit_cost: string | null;
  readonly outcome: AuditReckoning | null;
  readonly owed_minor: bigint | null;
  readonly reason: string | null;
  readonly answered_at: Date | null;
}

const withFacts = `
  SELECT u.*, c.concluded_on, c.currency, c.findings, trim_scale(c.audit_cost)::text AS audit_cost, c.outcome, c.owed_minor, a.reason, a.made_at AS answered_at,
         coalesce(a.decision, CASE WHEN c.number IS NULL THEN 'noticed' ELSE 'concluded' END) AS state
    FROM audits u
    LEFT JOIN audit_conclusions c ON c.agreement_id = u.agreement_id AND c.number = u.number
    LEFT JOIN audit_answers a ON a.agreement_id = u.agreement_id AND a.number = u.number`;

/** All notices of an agreement that were given, in their order. An agreement has few: the contract says how many years lie between two. */
export const auditsOf = (tx: Tx, agreementId: string): Promise<Audit[]> =>
  tx.rows<Audit>(`${withFacts} WHERE u.agreement_id = $1 ORDER BY u.number`, [agreementId]);

/** Refuses with not-found. */
export async function getAudit(tx: Tx, agreementId: string, number: number): Promise<Audit> {
  const audit = await tx.first<Audit>(`${withFacts} WHERE u.agreement_id = $1 AND u.number = $2`, [
    agreementId,
    number,
  ]);
  if (audit === undefined) throw new DomainError('not-found');
  return audit;
}

interface Parties {
  readonly labelId: string;
  readonly platformId: string;
}

/** Which audit: of an agreement between these, by its number. */
export interface AuditPlace extends Parties {
  readonly agreementId: string;
  readonly number: number;
}

export const placeOf = ({
  agreement_id: agreementId,
  number,
  label_id: labelId,
  platform_id: platformId,
}: Audit): AuditPlace => ({
  agreementId,
  number,
  labelId,
  platformId,
});

const columnsOf = ({ agreementId, number, labelId, platformId }: AuditPlace) => [
  agreementId,
  number,
  labelId,
  platformId,
];

export interface Made {
  readonly by: string;
  readonly at: Date;
}

export const insertAudit = (
  tx: Tx,
  place: AuditPlace,
  { noticedOn, from, until }: { noticedOn: string; from: string; until: string },
  { by, at }: Made,
): Promise<number> =>
  tx.run(
    `INSERT INTO audits (agreement_id, number, label_id, platform_id, noticed_on, audited_from, audited_until, given_by, given_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [...columnsOf(place), noticedOn, from, until, by, at],
  );

export interface NewConclusion {
  readonly concludedOn: string;
  readonly currency: string;
  readonly findings: readonly MonthFinding[];
  readonly auditCost: string;
  readonly outcome: AuditReckoning;
  readonly owed: bigint;
}

export const insertConclusion = (
  tx: Tx,
  place: AuditPlace,
  conclusion: NewConclusion,
  { by, at }: Made,
): Promise<number> =>
  tx.run(
    `INSERT INTO audit_conclusions (agreement_id, number, label_id, platform_id, concluded_on, currency, findings, audit_cost, outcome, owed_minor, made_by, made_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...columnsOf(place),
      ...[conclusion.concludedOn, conclusion.currency, JSON.stringify(conclusion.findings), conclusion.auditCost],
      ...[JSON.stringify(conclusion.outcome), conclusion.owed, by, at],
    ],
  );

export const insertAnswer = (
  tx: Tx,
  place: AuditPlace,
  { decision, reason }: { decision: 'accepted' | 'disputed'; reason: string | null },
  { by, at }: Made,
): Promise<number> =>
  tx.run(
    `INSERT INTO audit_answers (agreement_id, number, label_id, platform_id, decision, reason, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [...columnsOf(place), decision, reason, by, at],
  );

/** What each closed month is booked with now (minor units), and when its statement was issued. */
export const bookedMonths = (
  tx: Tx,
  agreementId: string,
  { from, until }: { from: string; until: string },
): Promise<{ month: string; booked: bigint; issued_at: Date }[]> =>
  tx.rows(
    `SELECT DISTINCT ON (b.period) to_char(b.period, 'YYYY-MM') AS month, b.total_minor AS booked, s.issued_at
       FROM period_bookings b JOIN statements s ON s.agreement_id = b.agreement_id AND s.month = b.period
      WHERE b.agreement_id = $1 AND b.period >= $2 AND b.period < $3 ORDER BY b.period, b.sequence DESC`,
    [agreementId, from, until],
  );
