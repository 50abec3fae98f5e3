import { type Money, moneyFromText, moneyText } from '../kernel';
import type { Tx } from '../platform/database/tx';

export interface Threshold {
  readonly currency: string;
  readonly amount: string;
  /** "member:<id>". */
  readonly setBy: string;
  readonly setAt: Date;
}

const columns = `currency, amount, set_by AS "setBy", set_at AS "setAt"`;

/** Above which amount the organization's acceptances need two signatories; undefined: none is set for the currency. */
export async function thresholdOf(tx: Tx, organizationId: string, currency: string): Promise<Money | undefined> {
  const sql = `SELECT ${columns} FROM acceptance_thresholds WHERE owner_id = $1 AND currency = $2`;
  const row = await tx.first<Threshold>(sql, [organizationId, currency]);
  return row === undefined ? undefined : moneyFromText(row.amount, currency);
}

/** The organization's thresholds by currency, after the given one. */
export const listThresholds = (tx: Tx, limit: number, after: string): Promise<Threshold[]> =>
  tx.rows<Threshold>(`SELECT ${columns} FROM acceptance_thresholds WHERE currency > $2 ORDER BY currency LIMIT $1`, [
    limit,
    after,
  ]);

export interface NewThreshold {
  readonly organizationId: string;
  readonly threshold: Money;
  readonly by: string;
  readonly at: Date;
}

export const setThreshold = (tx: Tx, { organizationId, threshold, by, at }: NewThreshold): Promise<Threshold> =>
  tx.one<Threshold>(
    `INSERT INTO acceptance_thresholds (owner_id, currency, amount, set_by, set_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (owner_id, currency) DO UPDATE SET amount = EXCLUDED.amount, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at
     RETURNING ${columns}`,
    [organizationId, threshold.currency, moneyText(threshold), by, at],
  );
