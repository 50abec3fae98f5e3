import type { Tx } from '../../platform/database/tx';

/** Somebody has said that a payout is not to be sent for now. */
export interface PayoutHold {
  readonly id: string;
  readonly payout_id: string;
  readonly reason: string;
  /** The organization whose person placed it: the label, or the marketplace. */
  readonly placed_for: string;
  readonly placed_by: string;
  readonly placed_at: Date;
}

/** In SQL: of holds `h`, those that nobody has released yet. */
const live = 'NOT EXISTS (SELECT FROM payout_hold_releases r WHERE r.hold_id = h.id)';

/** In SQL: why a payout is held back; null where nobody does. */
export const holdReason = (payoutId: string): string =>
  `(SELECT h.reason FROM payout_holds h WHERE h.payout_id = ${payoutId} AND ${live})`;

/** The hold that nobody has released yet; a payout has one at most. */
export const liveHold = (tx: Tx, payoutId: string): Promise<PayoutHold | undefined> =>
  tx.first<PayoutHold>(`SELECT h.* FROM payout_holds h WHERE h.payout_id = $1 AND ${live}`, [payoutId]);

/** Which of these payouts somebody holds back. */
export async function heldOf(tx: Tx, payoutIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ payout_id: string }>(
    `SELECT h.payout_id FROM payout_holds h WHERE h.payout_id = ANY($1::uuid[]) AND ${live}`,
    [payoutIds],
  );
  return new Set(rows.map(({ payout_id }) => payout_id));
}

export interface NewHold {
  readonly payoutId: string;
  readonly ownerId: string;
  readonly reason: string;
  readonly placedFor: string;
  readonly placedBy: string;
  readonly at: Date;
}

export const insertHold = (tx: Tx, { payoutId, ownerId, reason, placedFor, placedBy, at }: NewHold): Promise<number> =>
  tx.run(
    `INSERT INTO payout_holds (payout_id, owner_id, reason, placed_for, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [payoutId, ownerId, reason, placedFor, placedBy, at],
  );

export const insertRelease = (
  tx: Tx,
  { holdId, ownerId, releasedBy, at }: { holdId: string; ownerId: string; releasedBy: string; at: Date },
): Promise<number> =>
  tx.run(`INSERT INTO payout_hold_releases (hold_id, owner_id, released_by, released_at) VALUES ($1, $2, $3, $4)`, [
    holdId,
    ownerId,
    releasedBy,
    at,
  ]);
