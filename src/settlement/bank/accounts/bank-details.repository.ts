import type { Tx } from '../../../platform/database/tx';
import type { AccountAtBank } from './bank-accounts.repository';

/** Where a label, or one of its payees, has its bank for one currency, as somebody of the label has said it. Never changed: others stand beside it. */
export interface BankDetails extends AccountAtBank {
  readonly id: string;
  readonly owner_id: string;
  /** Null: the label's own. */
  readonly payee: string | null;
  readonly asked_by: string;
  readonly asked_at: Date;
  /** When a second person has agreed; null: nobody has. */
  readonly agreed_at: Date | null;
  /** From when on money may go there. */
  readonly usable_from: Date | null;
  /** Others of the same payee and currency were agreed later. */
  readonly replaced: boolean;
  readonly approval_id: string | null;
  readonly decision: 'approved' | 'rejected' | 'void' | null;
}

/** In SQL: whether details `d`, agreed as `a`, have been replaced. */
export const detailsReplaced = `EXISTS (
  SELECT FROM bank_details_agreed later JOIN bank_details o ON o.id = later.details_id
   WHERE o.owner_id = d.owner_id AND o.payee IS NOT DISTINCT FROM d.payee AND o.currency = d.currency
     AND (later.agreed_at, later.details_id) > (a.agreed_at, a.details_id))`;

const withDecision = `SELECT d.*, a.agreed_at, a.usable_from, a.agreed_at IS NOT NULL AND ${detailsReplaced} AS replaced, p.id AS approval_id, p.decision
  FROM bank_details d LEFT JOIN bank_details_agreed a ON a.details_id = d.id
  LEFT JOIN approvals p ON p.action = 'bank-details.change' AND p.subject_id = d.id`;

export const findDetails = (tx: Tx, id: string): Promise<BankDetails | undefined> =>
  tx.first<BankDetails>(`${withDecision} WHERE d.id = $1`, [id]);

export const listDetails = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<BankDetails[]> =>
  tx.rows<BankDetails>(
    `${withDecision} WHERE $2::timestamptz IS NULL OR (d.asked_at, d.id) > ($2, $3::uuid) ORDER BY d.asked_at, d.id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Whose details of which currency. */
export interface DetailsOf {
  readonly ownerId: string;
  readonly payee: string | null;
  readonly currency: string;
}

/** While others are agreed, nobody plans a payout to those before; until the transaction ends. */
export const holdDetails = (
  tx: Tx,
  { ownerId, payee, currency }: DetailsOf,
  how: 'alone' | 'with-others',
): Promise<number> =>
  tx.run(
    `SELECT pg_advisory_xact_lock${how === 'alone' ? '' : '_shared'}(hashtextextended('bank-details ' || $1 || $2 || coalesce($3, ''), 0))`,
    [ownerId, currency, payee],
  );

/** What was agreed last, whether it may be used yet or not. */
export const currentDetails = (tx: Tx, { ownerId, payee, currency }: DetailsOf): Promise<BankDetails | undefined> =>
  tx.first<BankDetails>(
    `${withDecision} WHERE d.owner_id = $1 AND d.payee IS NOT DISTINCT FROM $2 AND d.currency = $3 AND a.agreed_at IS NOT NULL
      ORDER BY a.agreed_at DESC, d.id DESC LIMIT 1`,
    [ownerId, payee, currency],
  );

export const insertDetails = (
  tx: Tx,
  { ownerId, payee, account, by, at }: Omit<DetailsOf, 'currency'> & { account: AccountAtBank; by: string; at: Date },
): Promise<{ readonly id: string }> => {
  const { currency, holder, country, iban, account: number, bic, bank_code } = account;
  return tx.one(
    `INSERT INTO bank_details (owner_id, payee, currency, holder, country, iban, account, bic, bank_code, asked_by, asked_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
    [ownerId, payee, currency, holder, country, iban, number, bic, bank_code, by, at],
  );
};
