import type { Origin, Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import type { Tx } from '../platform/database/tx';
import { publish } from '../platform/outbox/outbox';
import { getAgreement, insertAgreement } from './agreements.repository';
import { insertVersion } from './versions.repository';

export interface AcceptedTerms {
  readonly terms: Terms;
  readonly origin: Exclude<Origin, { kind: 'amendment' }>;
  readonly at: Date;
}

/** Turns agreed terms into an agreement that waits for both signatures, and gives its id. The caller has checked the terms. */
export async function makeAgreement(tx: Tx, actor: Actor, { terms, origin, at }: AcceptedTerms): Promise<string> {
  const negotiationId = origin.kind === 'negotiated' ? origin.negotiation : null;
  const elsewhere = origin.kind === 'elsewhere' ? origin : null;
  const agreementId = await insertAgreement(tx, { terms, negotiationId, elsewhere, at });
  const first = { agreementId, number: 1, previous: null, effectiveFrom: terms.term.from, terms, origin };
  const manifestHash = await insertVersion(tx, { ...first, proposedBy: actor.organizationId, reason: null, at });
  const { termsHash, labelId, platformId } = await getAgreement(tx, agreementId);
  const details = { negotiationId, termsHash, manifestHash };
  await audit(tx, actor, { action: 'agreement.made', subjectId: agreementId, details, at });
  await publish(tx, {
    to: [labelId, platformId],
    topic: 'agreement.made',
    subjectId: agreementId,
    payload: details,
    at,
  });
  return agreementId;
}
