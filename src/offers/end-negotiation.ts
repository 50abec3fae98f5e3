import { Injectable } from '@nestjs/common';
import { voidApproval } from '../platform/approvals/approvals';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { stateAfter } from './negotiation-moves';
import { acceptAction, endNegotiation, getNegotiationForUpdate, type Negotiation } from './negotiations.repository';
import { getRevisionHead, standingOf } from './revisions.repository';

export class RefusalBody {
  @TextField({ max: 2000, description: 'told to the other party' })
  readonly reason!: string;
}

export class WithdrawalBody {
  @TextField({ max: 2000, optional: true, description: 'told to the other party' })
  readonly reason?: string;
}

/**
 * Ends a negotiation without an agreement: the receiver of the latest revision refuses it, or either party withdraws.
 * Refuses with not-found, negotiation-closed, negotiation-expired, and own-revision for a party refusing what it proposed.
 */
@Injectable()
export class EndNegotiation {
  constructor(private readonly clock: Clock) {}

  async execute(
    tx: Tx,
    actor: Actor,
    negotiationId: string,
    move: 'refuse' | 'withdraw',
    reason?: string,
  ): Promise<Negotiation> {
    const negotiation = await getNegotiationForUpdate(tx, negotiationId);
    const { latestRevision, labelId, platformId } = negotiation;
    const latest = await getRevisionHead(tx, negotiationId, latestRevision);
    const at = this.clock.now();
    const state = stateAfter(move, { ...standingOf(negotiation, latest), at }, actor.organizationId);
    const fact = { revision: latestRevision };
    const action = `negotiation.${state}`;
    await audit(tx, actor, { action, subjectId: negotiationId, details: fact, at });
    await publish(tx, { to: [labelId, platformId], topic: action, subjectId: negotiationId, payload: fact, at });
    await voidApproval(tx, { action: acceptAction, subjectId: negotiationId, because: action, at });
    return endNegotiation(tx, negotiationId, { state, reason, at });
  }
}
