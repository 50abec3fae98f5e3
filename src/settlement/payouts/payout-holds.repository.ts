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

/** The hold that nobody has released yet; a payout has one at most. */
export const liveHold = (tx: Tx, payoutId: string): Promise<PayoutHold | undefined> =>
  tx.first<PayoutHold>(
    `SELECT h.* FROM payout_holds h WHERE h.payout_id = $1 AND NOT EXISTS (SELECT FROM payout_hold_releases r WHERE r.hold_id = h.id)`,
    [payoutId],
  );

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
