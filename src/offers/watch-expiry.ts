import { Injectable } from '@nestjs/common';
import { voidApproval } from '../platform/approvals/approvals';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { enqueueLater, type JobPayload } from '../platform/jobs/jobs';
import { publish } from '../platform/outbox/outbox';
import { watchOf } from './expiry';
import { insertReminder } from './expiry-reminders.repository';
import { moves } from './negotiation-moves';
import { acceptAction, endNegotiation, getNegotiationForUpdate, type Negotiation } from './negotiations.repository';
import { getRevisionHead, type RevisionHead } from './revisions.repository';

export const watchJob = 'watch-expiry';

/** Has the end of a revision watched; the one watch of the negotiation moves on to its latest revision. */
export async function watchExpiry(
  tx: Tx,
  { negotiationId, proposedAt, expiresAt }: RevisionHead,
  now: Date,
): Promise<void> {
  const next = expiresAt === null ? undefined : watchOf({ proposedAt, expiresAt }, now).next;
  if (next === undefined) return;
  await enqueueLater(tx, watchJob, { negotiationId }, { key: `${watchJob} ${negotiationId}`, at: next, now });
}

/** Reminds both parties before the latest revision ends, each time once, and ends the negotiation with it, once. */
@Injectable()
export class WatchExpiry {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  execute({ negotiationId = '' }: JobPayload): Promise<void> {
    return this.database.asSystem(async (tx) => {
      const negotiation = await getNegotiationForUpdate(tx, negotiationId);
      const latest = await getRevisionHead(tx, negotiationId, negotiation.latestRevision);
      if (negotiation.state !== 'open' || latest.expiresAt === null) return;
      const at = this.clock.now();
      const { due } = watchOf({ proposedAt: latest.proposedAt, expiresAt: latest.expiresAt }, at);
      if (due === 'expiry') return expire(tx, negotiation, latest, at);
      if (due !== undefined && (await insertReminder(tx, negotiation, due, at))) {
        const payload = { revision: latest.number, expiresAt: latest.expiresAt.toISOString(), daysBefore: due };
        await publish(tx, { ...told(negotiation), topic: 'negotiation.expiring', payload, at });
      }
      await watchExpiry(tx, latest, at);
    });
  }
}

/** Notes that an open negotiation's latest revision has ended. The caller holds the row and knows that the time has come. */
export async function expire(tx: Tx, negotiation: Negotiation, latest: RevisionHead, at: Date): Promise<void> {
  const { id, labelId, platformId } = negotiation;
  const topic = 'negotiation.expired';
  const fact = { revision: latest.number };
  await tx.asSystem(async () => {
    for (const organizationId of [labelId, platformId]) {
      await audit(tx, { system: watchJob, organizationId }, { action: topic, subjectId: id, details: fact, at });
    }
    await publish(tx, { ...told(negotiation), topic, payload: fact, at });
    await voidApproval(tx, { action: acceptAction, subjectId: id, because: topic, at });
    // It ended when its time was over, not when somebody looked.
    await endNegotiation(tx, id, { state: moves.expire.to, at: latest.expiresAt ?? at });
  });
}

const told = ({ id, labelId, platformId }: Negotiation) => ({ to: [labelId, platformId], subjectId: id });
