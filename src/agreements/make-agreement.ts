import { canonicalTerms, sha256Hex, type Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import type { Tx } from '../platform/database/tx';
import { publish } from '../platform/outbox/outbox';
import { insertAgreement } from './agreements.repository';

export interface AcceptedTerms {
  readonly terms: Terms;
  readonly negotiationId: string;
  readonly at: Date;
}

/** Turns accepted terms into an agreement that waits for both signatures, and gives its id. The caller has checked the terms. */
export async function makeAgreement(
  tx: Tx,
  actor: Actor,
  { terms, negotiationId, at }: AcceptedTerms,
): Promise<string> {
  const termsText = canonicalTerms(terms);
  const termsHash = sha256Hex(termsText);
  const id = await insertAgreement(tx, { terms, termsText, termsHash, negotiationId, at });
  await audit(tx, actor, { action: 'agreement.made', subjectId: id, details: { negotiationId, termsHash }, at });
  const { label, platform } = terms.parties;
  await publish(tx, {
    to: [label.id, platform.id],
    topic: 'agreement.made',
    subjectId: id,
    payload: { negotiationId, termsHash },
    at,
  });
  return id;
}
