import type { Tx } from '../platform/database/tx';

export interface TrailEntry {
  readonly position: bigint;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subjectId: string;
  readonly details: object;
}

const columns = `position, at, actor_kind || ':' || coalesce(actor_id, '') AS actor, action, subject_id AS "subjectId", details`;

/** The organization's own trail about one thing, oldest first; nobody sees another's. */
export const trailAbout = (tx: Tx, subjectId: string): Promise<TrailEntry[]> =>
  tx.rows<TrailEntry>(`SELECT ${columns} FROM audit_entries WHERE subject_id = $1 ORDER BY position`, [subjectId]);

/** The organization's whole trail after a position, oldest first. */
export const trailAfter = (tx: Tx, position: string, limit: number): Promise<TrailEntry[]> =>
  tx.rows<TrailEntry>(`SELECT ${columns} FROM audit_entries WHERE position > $1 ORDER BY position LIMIT $2`, [
    position,
    limit,
  ]);
