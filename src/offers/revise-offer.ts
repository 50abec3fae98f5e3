import { Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IntegerField, JsonField, TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { refuseUnlessOpen } from './negotiation-moves';
import { getNegotiationForUpdate, setLatestRevision } from './negotiations.repository';
import { readProposedTerms } from './proposed-terms';
import { insertRevision, type Revision } from './revisions.repository';

export const revisionsMax = 10_000;

export class RevisionBody {
  @JsonField({ description: 'terms, schema accordo-terms/1' })
  readonly terms!: object;

  @TextField({ max: 2000, optional: true })
  readonly message?: string;

  @IntegerField({ min: 1, max: revisionsMax, description: 'the latest revision the proposer has seen' })
  readonly basedOn!: number;
}

/**
 * Adds a revision, by either party. Refuses with not-found, negotiation-closed, offer-revised (another revision came first),
 * terms-invalid, terms-not-operable, terms-parties-differ and, when the label revises, track-not-controlled.
 */
@Injectable()
export class ReviseOffer {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, body: RevisionBody): Promise<Revision> {
    const negotiation = await getNegotiationForUpdate(tx, negotiationId);
    refuseUnlessOpen(negotiation.state);
    const { latestRevision } = negotiation;
    if (body.basedOn !== latestRevision) {
      throw new DomainError('offer-revised', `the latest revision is ${latestRevision}, not ${body.basedOn}`);
    }
    const proposedBy = actor.organizationId;
    const terms = await readProposedTerms(tx, negotiation, proposedBy, body.terms);
    const at = this.clock.now();
    const number = latestRevision + 1;
    const revision = await insertRevision(tx, negotiation, { number, proposedBy, terms, message: body.message, at });
    await setLatestRevision(tx, negotiationId, number);
    const fact = { revision: number, termsHash: revision.termsHash };
    await audit(tx, actor, { action: 'negotiation.revised', subjectId: negotiationId, details: fact, at });
    const to = [negotiation.labelId, negotiation.platformId];
    await publish(tx, { to, topic: 'negotiation.revised', subjectId: negotiationId, payload: fact, at });
    return revision;
  }
}
