import type { Tx } from '../../../platform/database/tx';
import { waitingDrafts } from '../drafts/waiting';
import type { Statement } from '../statements.repository';
import { endings } from './statement-disputes.repository';
import { credited } from '../../invoices/invoices.repository';

/**
 * Where a statement stands. All but the draft follow from facts: nothing is ever changed of a statement itself.
 *
 * | state | means |
 * | --- | --- |
 * | draft | worked out; the label alone sees it, nothing is booked |
 * | issued | booked and invoiced; the platform has said nothing |
 * | accepted | the platform has |
 * | disputed | it disputes lines, and that is not over |
 * | settled | no dispute is open, nothing is held, and whatever was payable is paid |
 */
export const statementStates = ['draft', 'issued', 'accepted', 'disputed', 'settled'] as const;
export type StatementState = (typeof statementStates)[number];

/** A statement or a draft, by what stands in a list of them. */
export interface StatementHeader extends Pick<
  Statement,
  | 'id'
  | 'agreement_id'
  | 'month'
  | 'reporting_period'
  | 'sha256'
  | 'royalties_minor'
  | 'recouped_minor'
  | 'total_minor'
  | 'held_minor'
  | 'currency'
  | 'issued_at'
  | 'estimated_from'
> {
  readonly state: StatementState;
  readonly accepted_at: Date | null;
  /** What a second person of the label decides, or decided; null for the platform. */
  readonly approval_id: string | null;
  /** What lists are in the order of: when it was drafted, for the label; for others, who see no draft, when it was issued. It never changes, or a list that is read meanwhile would have it twice. */
  readonly at: Date;
}

const isDisputed = `EXISTS (SELECT FROM statement_disputes x WHERE x.agreement_id = s.agreement_id AND x.month = s.month
  AND NOT EXISTS (SELECT FROM statement_dispute_facts f WHERE f.agreement_id = x.agreement_id AND f.number = x.number AND f.kind IN (${endings.map((kind) => `'${kind}'`).join()})))`;

/** What was invoiced of it is paid, and nothing waits that would be invoiced later: for a dispute about usage, or for labels that dispute a recording. */
const isPaid = `NOT EXISTS (SELECT FROM invoices i WHERE i.agreement_id = s.agreement_id AND i.purpose = 'royalties' AND i.state <> 'paid'
    AND i.amount_minor > ${credited}
    AND (i.source = to_char(s.month, 'YYYY-MM')
      OR i.source IN (SELECT 'dispute ' || h.number FROM usage_dispute_holds h WHERE h.agreement_id = s.agreement_id AND h.statement_month = s.month)
      OR i.source IN (SELECT 'dispute about rights ' || to_char(s.month, 'YYYY-MM') || ' #' || r.number FROM rights_conflict_releases r
                       WHERE r.agreement_id = s.agreement_id AND r.statement_month = s.month)
      OR i.source IN (SELECT 'statement-dispute ' || x.number FROM statement_disputes x WHERE x.agreement_id = s.agreement_id AND x.month = s.month)))
  AND NOT EXISTS (SELECT FROM usage_dispute_holds h WHERE h.agreement_id = s.agreement_id AND h.statement_month = s.month AND h.amount_minor > 0
    AND NOT EXISTS (SELECT FROM invoices i WHERE i.agreement_id = s.agreement_id AND i.purpose = 'royalties' AND i.source = 'dispute ' || h.number))
  AND coalesce((SELECT sum(amount_minor) FROM rights_conflict_holds h WHERE h.agreement_id = s.agreement_id AND h.statement_month = s.month), 0)
    = coalesce((SELECT sum(amount_minor) FROM rights_conflict_releases r WHERE r.agreement_id = s.agreement_id AND r.statement_month = s.month), 0)`;

/** Row-level security keeps the draft from whoever is not its label. */
const placedAt = 'coalesce(w.drafted_at, s.issued_at) AS at';
const withDraft =
  'LEFT JOIN statement_drafts w ON w.agreement_id = s.agreement_id AND w.month = s.month AND w.draft = s.draft';

const issued = `SELECT s.id, s.agreement_id, s.month, s.reporting_period, s.sha256, s.royalties_minor, s.recouped_minor, s.total_minor, s.held_minor, s.currency, s.issued_at, s.estimated_from,
    ${placedAt}, a.accepted_at,
    CASE WHEN ${isDisputed} THEN 'disputed' WHEN ${isPaid} THEN 'settled' WHEN a.accepted_at IS NOT NULL THEN 'accepted' ELSE 'issued' END AS state
  FROM statements s LEFT JOIN statement_acceptances a ON a.agreement_id = s.agreement_id AND a.month = s.month ${withDraft}`;

const drafts = `SELECT d.id, d.agreement_id, d.month, d.reporting_period, d.sha256, d.royalties_minor, d.recouped_minor, d.total_minor, d.held_minor, d.currency,
    NULL::timestamptz AS issued_at, d.estimated_from, d.drafted_at AS at, NULL::timestamptz AS accepted_at, 'draft' AS state
  FROM ${waitingDrafts}`;

const headersOf = (rows: string): string => `SELECT s.*, p.id AS approval_id FROM (${rows}) s
  LEFT JOIN approvals p ON p.action = 'statement.issue' AND p.subject_id = s.id`;

const headers = headersOf(`${issued} UNION ALL ${drafts}`);

export interface ListedStatements {
  readonly limit: number;
  readonly after: readonly string[] | undefined;
  readonly agreementId: string | null;
  readonly state: StatementState | null;
}

const page = `($2::uuid IS NULL OR s.agreement_id = $2) AND ($3::timestamptz IS NULL OR (s.at, s.id) > ($3, $4::uuid)) ORDER BY s.at, s.id LIMIT $1`;

/** Statements and drafts that the transaction's organization may see, oldest first. */
export async function listStatements(
  tx: Tx,
  { limit, after, agreementId, state }: ListedStatements,
): Promise<StatementHeader[]> {
  const parameters = [limit, agreementId, after?.[0] ?? null, after?.[1] ?? null];
  if (state === 'draft') return tx.rows<StatementHeader>(`${headersOf(drafts)} WHERE ${page}`, parameters);
  if (state !== null) {
    return tx.rows<StatementHeader>(`${headersOf(issued)} WHERE s.state = $5 AND ${page}`, [...parameters, state]);
  }
  for (;;) {
    // Where each stands is asked of those on the page alone.
    const rows = await tx.rows<{ id: string }>(
      `SELECT s.id FROM (SELECT s.id, s.agreement_id, ${placedAt} FROM statements s ${withDraft}
                         UNION ALL SELECT d.id, d.agreement_id, d.drafted_at FROM ${waitingDrafts}) s WHERE ${page}`,
      parameters,
    );
    const ids = rows.map(({ id }) => id);
    const found = await tx.rows<StatementHeader>(`${headers} WHERE s.id = ANY($1::uuid[]) ORDER BY s.at, s.id`, [ids]);
    // A draft that became void between both is gone, and the page would look like the last one.
    if (found.length === ids.length) return found;
  }
}

/** Where one stands that is there. */
export const headerById = (tx: Tx, id: string): Promise<StatementHeader> =>
  tx.one<StatementHeader>(`${headers} WHERE s.id = $1`, [id]);
