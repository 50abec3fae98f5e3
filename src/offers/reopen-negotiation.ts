import { Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { InstantField, IntegerField, TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { stateAfter } from './negotiation-moves';
import { getNegotiationForUpdate, type Negotiation } from './negotiations.repository';
import { beginNegotiation } from './open-negotiation';
import { acknowledgedBreaches, AcknowledgeBreachesField } from './own-breaches';
import { readProposedTerms } from '../agreements';
import { revisionsMax } from './revise-offer';
import { getRevision, getRevisionHead, standingOf } from './revisions.repository';
import { expire } from './watch-expiry';

export class ReopeningBody {
  @IntegerField({
    min: 1,
    max: revisionsMax,
    optional: true,
    description: 'whose terms it begins with; absent: the last',
  })
  readonly revision?: number;

  @TextField({ max: 2000, optional: true })
  readonly message?: string;

  @InstantField({
    optional: true,
    description: 'until when revision 1 stands: an hour to 365 days on; absent: 90 days',
  })
  readonly expiresAt?: string;

  @AcknowledgeBreachesField()
  readonly acknowledgeBreaches?: readonly string[];
}

/**
 * Begins a new negotiation with the terms of one that ended without an agreement. Refuses with not-found,
 * negotiation-not-reopenable, negotiation-reopened, expiry-out-of-bounds and, as any proposal, with terms-parties-differ (a service
 * has gone), track-not-controlled or most-favoured-breach.
 */
@Injectable()
export class ReopenNegotiation {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, body: ReopeningBody): Promise<Negotiation> {
    const ended = await getNegotiationForUpdate(tx, negotiationId);
    const latest = await getRevisionHead(tx, negotiationId, ended.latestRevision);
    const at = this.clock.now();
    stateAfter('reopen', { ...standingOf(ended, latest), at }, actor.organizationId);
    if (ended.reopenedAs !== null) throw new DomainError('negotiation-reopened', `it goes on as ${ended.reopenedAs}`);
    // Past its time, and the job has not come to it yet.
    if (ended.state === 'open') await expire(tx, ended, latest, at);
    const { revision = ended.latestRevision, message, expiresAt, acknowledgeBreaches: acknowledged } = body;
    const { terms: proposedOnce } = await getRevision(tx, negotiationId, revision);
    const terms = await readProposedTerms(tx, ended, actor.organizationId, proposedOnce);
    const breaches = await acknowledgedBreaches(tx, actor, { parties: ended, terms, acknowledged });
    const opened = await beginNegotiation(tx, actor, {
      parties: ended,
      terms,
      message,
      expiresAt,
      breaches,
      reopens: ended.id,
      at,
    });
    const fact = { revision, reopenedAs: opened.id };
    const topic = 'negotiation.reopened';
    await audit(tx, actor, { action: topic, subjectId: negotiationId, details: fact, at });
    await publish(tx, { to: [ended.labelId, ended.platformId], topic, subjectId: negotiationId, payload: fact, at });
    return opened;
  }
}
