import { Injectable } from '@nestjs/common';
import { makeAgreement, uncontrolledTracks } from '../agreements';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IntegerField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { stateAfter } from './negotiation-moves';
import { endNegotiation, getNegotiationForUpdate, type Negotiation } from './negotiations.repository';
import { revisionsMax } from './revise-offer';
import { getRevision } from './revisions.repository';

export class AcceptanceBody {
  @IntegerField({
    min: 1,
    max: revisionsMax,
    description: 'the number of the revision that was read; it must be the latest',
  })
  readonly revision!: number;
}

/**
 * Accepts the latest revision by its number: its terms become an agreement that waits for both signatures. Refuses with
 * not-found, negotiation-closed, own-revision, offer-revised, and track-not-controlled when rights have gone since.
 */
@Injectable()
export class AcceptRevision {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, { revision }: AcceptanceBody): Promise<Negotiation> {
    const negotiation = await getNegotiationForUpdate(tx, negotiationId);
    const latest = await getRevision(tx, negotiationId, negotiation.latestRevision);
    const state = stateAfter('accept', { state: negotiation.state, latestBy: latest.proposedBy }, actor.organizationId);
    if (revision !== latest.number) {
      throw new DomainError('offer-revised', `the latest revision is ${latest.number}, not ${revision}`);
    }
    const faults = await uncontrolledTracks(tx, latest.terms);
    if (faults.length > 0) throw new DomainError('track-not-controlled', undefined, faults);
    const at = this.clock.now();
    const agreementId = await makeAgreement(tx, actor, { terms: latest.terms, negotiationId, at });
    const fact = { revision, agreementId, termsHash: latest.termsHash };
    await audit(tx, actor, { action: 'negotiation.accepted', subjectId: negotiationId, details: fact, at });
    const to = [negotiation.labelId, negotiation.platformId];
    await publish(tx, { to, topic: 'negotiation.accepted', subjectId: negotiationId, payload: fact, at });
    return endNegotiation(tx, negotiationId, { state, acceptedRevision: revision, agreementId, at });
  }
}
