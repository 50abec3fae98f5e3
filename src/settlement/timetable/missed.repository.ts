import type { Tx } from '../../platform/database/tx';
import { credited } from '../invoices/invoices.repository';

export const missedKinds = ['report', 'statement', 'invoice', 'certificate'] as const;
export type MissedKind = (typeof missedKinds)[number];

/** A day that has passed without what was due on it. */
export interface Missed {
  readonly agreement_id: string;
  readonly kind: MissedKind;
  /** "2026-01", or the invoice's id. */
  readonly subject: string;
  readonly due_on: string;
  readonly missed_at: Date;
  readonly time_zone: string;
}

export type NewMissed = Omit<Missed, 'missed_at' | 'time_zone'> & {
  readonly labelId: string;
  readonly platformId: string;
  /** Of a report: of which services one would do. */
  readonly serviceIds: readonly string[] | null;
  readonly at: Date;
};

/** Keeps it, once. Returns whether it is new. */
export const keepMissed = async (tx: Tx, missed: NewMissed): Promise<boolean> =>
  (await tx.run(
    `INSERT INTO missed_deadlines (agreement_id, kind, subject, label_id, platform_id, service_ids, due_on, missed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      ...[missed.agreement_id, missed.kind, missed.subject, missed.labelId, missed.platformId],
      ...[missed.serviceIds, missed.due_on, missed.at],
    ],
  )) > 0;

/** Still missing: no live report of those services, no statement, no certificate, not paid what was not taken off. */
const stillMissing = `CASE m.kind
  WHEN 'report' THEN NOT EXISTS (SELECT FROM usage_reports r WHERE r.label_id = m.label_id AND r.platform_id = m.platform_id
    AND r.month = (m.subject || '-01')::date AND r.state = 'accepted' AND r.service_id = ANY(m.service_ids))
  WHEN 'statement' THEN NOT EXISTS (SELECT FROM statements s WHERE s.agreement_id = m.agreement_id AND s.month = (m.subject || '-01')::date)
  WHEN 'certificate' THEN NOT EXISTS (SELECT FROM tax_certificates c WHERE c.agreement_id = m.agreement_id
    AND (m.subject || '-01')::date >= c.from_month AND (m.subject || '-01')::date < c.until_month)
  ELSE EXISTS (SELECT FROM invoices i WHERE i.id = m.subject::uuid AND i.state <> 'paid'
    AND i.amount_minor > ${credited}) END`;

/** What is missing of all agreements of the transaction's organization, the longest first; one row more than `limit`. */
export const listMissed = (
  tx: Tx,
  { limit, after, kind }: { limit: number; after: readonly string[] | undefined; kind: MissedKind | null },
): Promise<Missed[]> =>
  tx.rows<Missed>(
    `SELECT m.agreement_id, m.kind, m.subject, m.due_on, m.missed_at, a.time_zone
       FROM missed_deadlines m JOIN agreements a ON a.id = m.agreement_id
      WHERE ($2::text IS NULL OR m.kind = $2)
        AND ($3::date IS NULL OR (m.due_on, m.agreement_id, m.kind, m.subject) > ($3, $4::uuid, $5::text, $6::text)) AND ${stillMissing}
      ORDER BY m.due_on, m.agreement_id, m.kind, m.subject LIMIT $1 + 1`,
    [limit, kind, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, after?.[3] ?? null],
  );
