import { Injectable } from '@nestjs/common';
import type { Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { IdField, InstantField, JsonField, TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { answerRequest } from './end-licence-request';
import { getNegotiation, insertNegotiation, type Negotiation } from './negotiations.repository';
import { acknowledgedBreaches, AcknowledgeBreachesField, auditAcknowledged, type OwnBreach } from './own-breaches';
import { proposeRevision } from './propose-revision';
import { type NegotiatingParties, partiesOf, readProposedTerms } from '../agreements';

export class NegotiationBody {
  @IdField({ description: 'the verified label or platform that the offer is for' })
  readonly counterpartyId!: string;

  @JsonField({ description: 'terms, schema accordo-terms/1' })
  readonly terms!: object;

  @TextField({ max: 2000, optional: true })
  readonly message?: string;

  @InstantField({
    optional: true,
    description: 'until when revision 1 stands: an hour to 365 days on; absent: 90 days',
  })
  readonly expiresAt?: string;

  @AcknowledgeBreachesField()
  readonly acknowledgeBreaches?: readonly string[];

  @IdField({ optional: true, description: 'the open licence request of that platform which the offer answers' })
  readonly requestId?: string;
}

/**
 * Opens a negotiation with revision 1. Refuses with not-found (no verified counterparty of the other kind), terms-invalid,
 * terms-not-operable, terms-parties-differ, expiry-out-of-bounds, most-favoured-breach (of the opener's own promises) and, when the
 * label opens it, track-not-controlled. As the answer to a request it also refuses with not-found (no such request of the
 * counterparty), forbidden (a platform answers none) and request-closed.
 */
@Injectable()
export class OpenNegotiation {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, body: NegotiationBody): Promise<Negotiation> {
    const { counterpartyId, terms: json, message, expiresAt, acknowledgeBreaches: acknowledged, requestId } = body;
    const parties = await partiesOf(tx, actor, counterpartyId);
    const terms = await readProposedTerms(tx, parties, actor.organizationId, json);
    const breaches = await acknowledgedBreaches(tx, actor, { parties, terms, acknowledged });
    const at = this.clock.now();
    if (requestId !== undefined) await answerRequest(tx, actor, requestId, { ...parties, at });
    return beginNegotiation(tx, actor, { parties, terms, message, expiresAt, breaches, requestId, at });
  }
}

interface Beginning {
  readonly parties: NegotiatingParties;
  /** Read and checked. */
  readonly terms: Terms;
  readonly message: string | undefined;
  readonly expiresAt: string | undefined;
  /** The proposer's own promises that the terms break, acknowledged. */
  readonly breaches: readonly OwnBreach[];
  /** The negotiation that this one reopens. */
  readonly reopens?: string;
  /** The licence request that it answers. */
  readonly requestId?: string | undefined;
  readonly at: Date;
}

/** A negotiation with revision 1 by the actor's organization. Refuses with expiry-out-of-bounds or negotiation-reopened. */
export async function beginNegotiation(tx: Tx, actor: Actor, beginning: Beginning): Promise<Negotiation> {
  const { parties, terms, message, expiresAt, breaches, reopens, requestId, at } = beginning;
  const { labelId, platformId } = parties;
  const proposedBy = actor.organizationId;
  const id = await insertNegotiation(tx, { labelId, platformId, openedBy: proposedBy, reopens, requestId, at });
  const proposal = { number: 1, proposedBy, terms, message, expiresAt, at };
  const { termsHash } = await proposeRevision(tx, { id, labelId, platformId }, proposal);
  const provenance = {
    ...(reopens === undefined ? {} : { reopens }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  const fact = { revision: 1, termsHash, ...provenance };
  await audit(tx, actor, { action: 'negotiation.opened', subjectId: id, details: fact, at });
  await auditAcknowledged(tx, actor, { subjectId: id, revision: 1, breaches, at });
  const to = [labelId, platformId];
  await publish(tx, { to, topic: 'negotiation.opened', subjectId: id, payload: fact, at });
  return getNegotiation(tx, id);
}
