import { Injectable } from '@nestjs/common';
import { canonicalText, sha256Hex } from '../kernel';
import type { ApprovalAction } from '../platform/approvals/approvals';
import { audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { publish } from '../platform/outbox/outbox';
import { acceptLatest } from './accept-latest';
import { getNegotiation, getNegotiationForUpdate } from './negotiations.repository';
import { getRevision, getRevisionHead } from './revisions.repository';

/** What happens when a second signatory decides about an acceptance: it is made, or the negotiation goes on as if nobody had asked. */
@Injectable()
export class ApproveAcceptance implements ApprovalAction {
  readonly roles = ['signatory'] as const;

  constructor(private readonly clock: Clock) {}

  async lock(tx: Tx, negotiationId: string): Promise<void> {
    await getNegotiationForUpdate(tx, negotiationId);
  }

  /** Which revision, and its terms. */
  async subjectHash(tx: Tx, negotiationId: string): Promise<string> {
    const { latestRevision } = await getNegotiation(tx, negotiationId);
    const { termsHash } = await getRevisionHead(tx, negotiationId, latestRevision);
    return sha256Hex(canonicalText({ negotiation: negotiationId, revision: String(latestRevision), termsHash }));
  }

  async decided(tx: Tx, actor: Actor, negotiationId: string, decision: 'approved' | 'rejected'): Promise<void> {
    const negotiation = await getNegotiation(tx, negotiationId);
    const at = this.clock.now();
    if (decision === 'approved') {
      const latest = await getRevision(tx, negotiationId, negotiation.latestRevision);
      await acceptLatest(tx, actor, { negotiation, latest, at });
      return;
    }
    const topic = 'negotiation.acceptance-rejected';
    const fact = { revision: negotiation.latestRevision };
    await audit(tx, actor, { action: topic, subjectId: negotiationId, details: fact, at });
    await publish(tx, { to: [actor.organizationId], topic, subjectId: negotiationId, payload: fact, at });
  }
}
