import { Injectable } from '@nestjs/common';
import { type Money, moneyText } from '../kernel';
import { Approvals } from '../platform/approvals/approvals';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IntegerField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { accepted, acceptLatest, type AtHand, refuseUncontrolled } from './accept-latest';
import { needsSecondSignatory } from './acceptance-thresholds.repository';
import { committedAmount } from './committed-amount';
import { acceptAction, getNegotiation, getNegotiationForUpdate, type Negotiation } from './negotiations.repository';
import { acknowledgedBreaches, AcknowledgeBreachesField, auditAcknowledged } from './own-breaches';
import { revisionsMax } from './revise-offer';
import { getRevision } from './revisions.repository';

export class AcceptanceBody {
  @IntegerField({
    min: 1,
    max: revisionsMax,
    description: 'the number of the revision that was read; it must be the latest',
  })
  readonly revision!: number;

  @AcknowledgeBreachesField()
  readonly acknowledgeBreaches?: readonly string[];
}

/**
 * Accepts the latest revision by its number: its terms become an agreement that waits for both signatures. Above the organization's
 * threshold the acceptance waits for a second signatory instead. Refuses with not-found, negotiation-closed, negotiation-expired,
 * own-revision, offer-revised, track-not-controlled when rights have gone since, most-favoured-breach when the terms break the
 * accepting party's own promises elsewhere, and acceptance-pending.
 */
@Injectable()
export class AcceptRevision {
  constructor(
    private readonly clock: Clock,
    private readonly approvals: Approvals,
  ) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, body: AcceptanceBody): Promise<Negotiation> {
    const { revision, acknowledgeBreaches: acknowledged } = body;
    const negotiation = await getNegotiationForUpdate(tx, negotiationId);
    const latest = await getRevision(tx, negotiationId, negotiation.latestRevision);
    const atHand = { negotiation, latest, at: this.clock.now() };
    accepted(actor, atHand);
    if (revision !== latest.number) {
      throw new DomainError('offer-revised', `the latest revision is ${latest.number}, not ${revision}`);
    }
    if (negotiation.pendingApproval !== null) {
      throw new DomainError(
        'acceptance-pending',
        `approval ${negotiation.pendingApproval} waits for a second signatory`,
      );
    }
    await refuseUncontrolled(tx, latest);
    // Who accepts looks at its own promises now; a second signatory decides about exactly this.
    const { terms } = latest;
    const breaches = await acknowledgedBreaches(tx, actor, { parties: negotiation, terms, acknowledged });
    await auditAcknowledged(tx, actor, { subjectId: negotiationId, revision, breaches, at: atHand.at });
    const committed = committedAmount(terms);
    if (await needsSecondSignatory(tx, actor, committed)) return this.askSecond(tx, actor, atHand, committed);
    return acceptLatest(tx, actor, atHand);
  }

  private async askSecond(
    tx: Tx,
    actor: Actor,
    { negotiation, latest, at }: AtHand,
    committed: Money,
  ): Promise<Negotiation> {
    const { id } = negotiation;
    const { id: approvalId } = await this.approvals.request(tx, actor, acceptAction, id);
    const money = { amount: moneyText(committed), currency: committed.currency };
    const fact = { revision: latest.number, termsHash: latest.termsHash, approvalId, ...money };
    const topic = 'negotiation.acceptance-requested';
    await audit(tx, actor, { action: topic, subjectId: id, details: fact, at });
    // The other party is not told: what an organization decides among its own is its own.
    await publish(tx, { to: [actor.organizationId], topic, subjectId: id, payload: fact, at });
    return getNegotiation(tx, id);
  }
}
