import { type Money, moneyFromText, moneyText } from '../kernel';
import { type Actor, actorName } from '../platform/auth/actor';
import type { Tx } from '../platform/database/tx';

export interface Threshold {
  readonly currency: string;
  readonly amount: string;
  /** "member:<id>". */
  readonly setBy: string;
  readonly setAt: Date;
}

const columns = `currency, amount, set_by AS "setBy", set_at AS "setAt"`;

/**
 * Whether an acceptance that commits the actor's organization to this much needs a second signatory: above the threshold of the currency,
 * or whatever the amount by the one who raised that threshold, until somebody else has set it.
 */
export async function needsSecondSignatory(tx: Tx, actor: Actor, { minor, currency }: Money): Promise<boolean> {
  const row = await tx.first<{ amount: string; raisedBy: string | null }>(
    'SELECT amount, raised_by AS "raisedBy" FROM acceptance_thresholds WHERE owner_id = $1 AND currency = $2',
    [actor.organizationId, currency],
  );
  if (row === undefined) return false;
  return minor > moneyFromText(row.amount, currency).minor || row.raisedBy === actorName(actor);
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
     ON CONFLICT (owner_id, currency) DO UPDATE SET amount = EXCLUDED.amount, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at,
       raised_by = CASE
         WHEN EXCLUDED.amount > acceptance_thresholds.amount THEN EXCLUDED.set_by
         WHEN EXCLUDED.set_by = acceptance_thresholds.raised_by THEN EXCLUDED.set_by
       END
     RETURNING ${columns}`,
    [organizationId, threshold.currency, moneyText(threshold), by, at],
  );
