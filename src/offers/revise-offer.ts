import { Injectable } from '@nestjs/common';
import { voidApproval } from '../platform/approvals/approvals';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { InstantField, IntegerField, JsonField, TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { stateAfter } from './negotiation-moves';
import { acceptAction, getNegotiationForUpdate, type Negotiation, setLatestRevision } from './negotiations.repository';
import { acknowledgedBreaches, AcknowledgeBreachesField, auditAcknowledged } from './own-breaches';
import { proposeRevision } from './propose-revision';
import { readProposedTerms } from '../agreements';
import { getRevisionHead, type Revision, standingOf } from './revisions.repository';

export const revisionsMax = 10_000;

export class RevisionBody {
  @JsonField({ description: 'terms, schema accordo-terms/1' })
  readonly terms!: object;

  @TextField({ max: 2000, optional: true })
  readonly message?: string;

  @InstantField({ optional: true, description: 'until when it stands: an hour to 365 days on; absent: 90 days' })
  readonly expiresAt?: string;

  @IntegerField({ min: 1, max: revisionsMax, description: 'the latest revision the proposer has seen' })
  readonly basedOn!: number;

  @AcknowledgeBreachesField()
  readonly acknowledgeBreaches?: readonly string[];
}

/**
 * Adds a revision, by either party. Refuses with not-found, negotiation-closed, negotiation-expired, offer-revised (another revision
 * came first), expiry-out-of-bounds, terms-invalid, terms-not-operable, terms-parties-differ, most-favoured-breach (of the proposer's
 * own promises) and, when the label revises,
 * track-not-controlled.
 */
@Injectable()
export class ReviseOffer {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, body: RevisionBody): Promise<Revision> {
    const negotiation = await getNegotiationForUpdate(tx, negotiationId);
    const { latestRevision } = negotiation;
    const latest = await getRevisionHead(tx, negotiationId, latestRevision);
    const at = this.clock.now();
    const proposedBy = actor.organizationId;
    stateAfter('revise', { ...standingOf(negotiation, latest), at }, proposedBy);
    refuseUnlessLatest(body.basedOn, negotiation);
    const terms = await readProposedTerms(tx, negotiation, proposedBy, body.terms);
    const acknowledged = body.acknowledgeBreaches;
    const breaches = await acknowledgedBreaches(tx, actor, { parties: negotiation, terms, acknowledged });
    const number = latestRevision + 1;
    const { message, expiresAt } = body;
    const revision = await proposeRevision(tx, negotiation, { number, proposedBy, terms, message, expiresAt, at });
    await setLatestRevision(tx, negotiationId, number);
    const because = 'negotiation.revised';
    await voidApproval(tx, { action: acceptAction, subjectId: negotiationId, because, at });
    const fact = { revision: number, termsHash: revision.termsHash };
    await audit(tx, actor, { action: because, subjectId: negotiationId, details: fact, at });
    await auditAcknowledged(tx, actor, { subjectId: negotiationId, revision: number, breaches, at });
    const to = [negotiation.labelId, negotiation.platformId];
    await publish(tx, { to, topic: because, subjectId: negotiationId, payload: fact, at });
    return revision;
  }
}

export function refuseUnlessLatest(number: number, { latestRevision }: Pick<Negotiation, 'latestRevision'>): void {
  if (number !== latestRevision) {
    throw new DomainError('offer-revised', `the latest revision is ${latestRevision}, not ${number}`);
  }
}
