import type { Tx } from '../platform/database/tx';
import type { Negotiation } from './negotiations.repository';

/** Notes a reminder of the latest revision's end; false when it was told before. */
export async function insertReminder(tx: Tx, negotiation: Negotiation, daysBefore: number, at: Date): Promise<boolean> {
  const { id, latestRevision, labelId, platformId } = negotiation;
  const inserted = await tx.run(
    `INSERT INTO expiry_reminders (negotiation_id, revision, days_before, label_id, platform_id, told_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [id, latestRevision, daysBefore, labelId, platformId, at],
  );
  return inserted === 1;
}
