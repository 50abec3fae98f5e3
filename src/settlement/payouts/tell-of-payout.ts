import { audit } from '../../platform/audit/audit';
import type { Tx } from '../../platform/database/tx';
import { publish } from '../../platform/outbox/outbox';
import type { Payout } from './payouts.repository';

interface Told {
  /** "payout.sent": in the trail and in the feed. */
  readonly action: string;
  /** The job that did it. */
  readonly by: string;
  readonly details?: object;
  readonly at: Date;
}

/** Records what the system did with a payout, and tells its label. */
export async function tellOfPayout(
  tx: Tx,
  { id: subjectId, owner_id: owner }: Pick<Payout, 'id' | 'owner_id'>,
  { action, by, details = {}, at }: Told,
): Promise<void> {
  await audit(tx, { system: by, organizationId: owner }, { action, subjectId, details, at });
  await publish(tx, { to: [owner], topic: action, subjectId, payload: details, at });
}
