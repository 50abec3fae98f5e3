import { agreementsPromising, getAgreement } from '../agreements';
import { canonicalText, type MostFavouredBreach, mostFavouredBreaches, sha256Hex, type Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { TextsField } from '../platform/http/fields';
import type { NegotiatingParties } from '../agreements';

/** A promise of the caller's that terms with somebody else would break. */
export interface OwnBreach extends MostFavouredBreach {
  /** SHA-256 of the agreement and all of the breach: whoever acknowledges it has seen exactly this. */
  readonly id: string;
  /** The caller's own agreement that promises. */
  readonly agreementId: string;
}

const acknowledgedMax = 10_000;
const faultsMax = 1000;

export const AcknowledgeBreachesField = (): PropertyDecorator =>
  TextsField({
    optional: true,
    max: acknowledgedMax,
    pattern: /^[0-9a-f]{64}$/,
    description: 'ids of breaches of your own most favoured nation clauses that you accept',
  });

/**
 * Which promises that the organization gave in other concluded agreements the terms would break, oldest agreement first. Looks at
 * nothing but the organization's own agreements: what binds the other party is neither read nor told.
 */
export async function ownBreaches(
  tx: Tx,
  { organizationId }: Pick<Actor, 'organizationId'>,
  parties: NegotiatingParties,
  terms: Terms,
): Promise<OwnBreach[]> {
  const bound = organizationId === parties.labelId ? 'label' : 'platform';
  const found: OwnBreach[] = [];
  for (const agreementId of await agreementsPromising(tx, bound, parties)) {
    const promising = (await getAgreement(tx, agreementId)).terms;
    for (const breach of mostFavouredBreaches(promising, terms, bound)) {
      found.push({ ...breach, id: idOf(agreementId, breach), agreementId });
    }
  }
  return found;
}

const idOf = (agreementId: string, breach: MostFavouredBreach): string =>
  sha256Hex(canonicalText({ agreementId, ...breach }));

export interface Acknowledgement {
  readonly parties: NegotiatingParties;
  readonly terms: Terms;
  readonly acknowledged: readonly string[] | undefined;
}

/** The caller's breaches, all of them acknowledged. Refuses with most-favoured-breach otherwise, naming those that are not. */
export async function acknowledgedBreaches(
  tx: Tx,
  actor: Actor,
  { parties, terms, acknowledged = [] }: Acknowledgement,
): Promise<OwnBreach[]> {
  const breaches = await ownBreaches(tx, actor, parties, terms);
  const known = new Set(acknowledged);
  const unseen = breaches.filter(({ id }) => !known.has(id));
  if (unseen.length > 0) {
    throw new DomainError('most-favoured-breach', undefined, unseen.slice(0, faultsMax).map(faultOf));
  }
  return breaches;
}

/** The last step of the pointer is the id to acknowledge. */
const faultOf = ({ id, agreementId, number, clause, figure, end, ...values }: OwnBreach): Fault => ({
  pointer: `/acknowledgeBreaches/${id}`,
  code: 'most-favoured-breach',
  message:
    `clause ${number} "${clause}" of your agreement ${agreementId} promises a ${figure} of ${values.promised} at ${end}; ` +
    `here it is ${values.offered}, better by ${values.difference}${values.currency === null ? '' : ` ${values.currency}`}`,
});

interface Acknowledged {
  /** The negotiation, or the listing. */
  readonly subjectId: string;
  readonly revision: number;
  readonly breaches: readonly OwnBreach[];
  readonly at: Date;
}

/** Keeps in the caller's own audit trail which breaches it acknowledged. The other party's says nothing. */
export async function auditAcknowledged(tx: Tx, actor: Actor, acknowledged: Acknowledged): Promise<void> {
  const { subjectId, revision, breaches, at } = acknowledged;
  if (breaches.length === 0) return;
  const details = {
    revision,
    breaches: breaches.map(({ id, agreementId, clause, figure, end, promised, offered, difference }) => {
      return { id, agreementId, clause, figure, end, promised, offered, difference };
    }),
  };
  const action = 'negotiation.breaches-acknowledged';
  await audit(tx, actor, { action, subjectId, details, at });
}
