import { makeAgreement, uncontrolledTracks } from '../agreements';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { stateAfter } from './negotiation-moves';
import { endNegotiation, type Negotiation } from './negotiations.repository';
import { type Revision, standingOf } from './revisions.repository';

/** A negotiation whose row the transaction holds, and its latest revision. */
export interface AtHand {
  readonly negotiation: Negotiation;
  readonly latest: Revision;
  readonly at: Date;
}

/** The state after acceptance by the actor's organization. Refuses with negotiation-closed, negotiation-expired or own-revision. */
export const accepted = (actor: Actor, { negotiation, latest, at }: AtHand): 'accepted' =>
  stateAfter('accept', { ...standingOf(negotiation, latest), at }, actor.organizationId);

/** Refuses with track-not-controlled when rights have gone since the proposal. */
export async function refuseUncontrolled(tx: Tx, { terms }: Revision): Promise<void> {
  const faults = await uncontrolledTracks(tx, terms);
  if (faults.length > 0) throw new DomainError('track-not-controlled', undefined, faults);
}

/** Makes the agreement of the latest revision. Refuses as `accepted` and `refuseUncontrolled` do. */
export async function acceptLatest(tx: Tx, actor: Actor, atHand: AtHand): Promise<Negotiation> {
  const state = accepted(actor, atHand);
  const { negotiation, latest, at } = atHand;
  await refuseUncontrolled(tx, latest);
  const { id: negotiationId, labelId, platformId } = negotiation;
  const agreementId = await makeAgreement(tx, actor, {
    terms: latest.terms,
    origin: { kind: 'negotiated', negotiation: negotiationId },
    at,
  });
  const fact = { revision: latest.number, agreementId, termsHash: latest.termsHash };
  await audit(tx, actor, { action: 'negotiation.accepted', subjectId: negotiationId, details: fact, at });
  const to = [labelId, platformId];
  await publish(tx, { to, topic: 'negotiation.accepted', subjectId: negotiationId, payload: fact, at });
  return endNegotiation(tx, negotiationId, { state, acceptedRevision: latest.number, agreementId, at });
}
