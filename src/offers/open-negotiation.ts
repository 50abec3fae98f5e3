import { Injectable } from '@nestjs/common';
import { getOrganization } from '../parties';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IdField, JsonField, TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { insertNegotiation, type Negotiation } from './negotiations.repository';
import { type NegotiatingParties, readProposedTerms } from './proposed-terms';
import { insertRevision } from './revisions.repository';

export class NegotiationBody {
  @IdField({ description: 'the verified label or platform that the offer is for' })
  readonly counterpartyId!: string;

  @JsonField({ description: 'terms, schema accordo-terms/1' })
  readonly terms!: object;

  @TextField({ max: 2000, optional: true })
  readonly message?: string;
}

/**
 * Opens a negotiation with revision 1. Refuses with not-found (no verified counterparty of the other kind), terms-invalid,
 * terms-not-operable, terms-parties-differ and, when the label opens it, track-not-controlled.
 */
@Injectable()
export class OpenNegotiation {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, { counterpartyId, terms: json, message }: NegotiationBody): Promise<Negotiation> {
    const parties = await partiesOf(tx, actor, counterpartyId);
    const proposedBy = actor.organizationId;
    const terms = await readProposedTerms(tx, parties, proposedBy, json);
    const at = this.clock.now();
    const negotiation = await insertNegotiation(tx, { ...parties, openedBy: proposedBy, at });
    const { termsHash } = await insertRevision(tx, negotiation, { number: 1, proposedBy, terms, message, at });
    const subjectId = negotiation.id;
    const fact = { revision: 1, termsHash };
    await audit(tx, actor, { action: 'negotiation.opened', subjectId, details: fact, at });
    const to = [parties.labelId, parties.platformId];
    await publish(tx, { to, topic: 'negotiation.opened', subjectId, payload: fact, at });
    return negotiation;
  }
}

/** The parties of a negotiation with this counterparty. Refuses with not-found when there is no verified one of the other kind. */
export async function partiesOf(tx: Tx, actor: Actor, counterpartyId: string): Promise<NegotiatingParties> {
  const wanted = actor.organizationKind === 'label' ? 'platform' : 'label';
  const counterparty = await getOrganization(tx, counterpartyId);
  if (counterparty.kind !== wanted || counterparty.state !== 'verified') {
    throw new DomainError('not-found', `there is no verified ${wanted} with this id`);
  }
  const own = actor.organizationId;
  return wanted === 'platform'
    ? { labelId: own, platformId: counterparty.id }
    : { labelId: counterparty.id, platformId: own };
}
