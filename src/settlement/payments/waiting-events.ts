import type { Tx } from '../../platform/database/tx';
import { enqueue } from '../../platform/jobs/jobs';

/** An arrival may be announced before we have noted the transfer that it is about. Once noted, such events need wait no longer. */
export async function wakeEvents(tx: Tx, account: string): Promise<void> {
  const waiting = await tx.rows<{ id: string }>(
    'SELECT id FROM stripe_events WHERE account = $1 AND processed_at IS NULL ORDER BY received_at',
    [account],
  );
  for (const { id } of waiting) await enqueue(tx, 'stripe-event', { eventId: id }, `stripe-event ${id}`);
}
