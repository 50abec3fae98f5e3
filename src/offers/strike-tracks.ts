import { Injectable } from '@nestjs/common';
import { type RightsReason, rightsReasons } from '../agreements';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { ChoicesField, TextField } from '../platform/http/fields';
import { stateAfter } from './negotiation-moves';
import { getNegotiationForUpdate } from './negotiations.repository';
import { AcknowledgeBreachesField } from './own-breaches';
import { refuseUnlessLatest, ReviseOffer } from './revise-offer';
import { getRevision, type Revision, standingOf } from './revisions.repository';
import { checkRights } from './rights-to-see';

export class StrikeBody {
  @ChoicesField(rightsReasons, {
    optional: true,
    description:
      'only tracks with a problem of one of these kinds; absent: every track that the rights check shows you',
  })
  readonly reasons?: readonly RightsReason[];

  @TextField({ max: 2000, optional: true })
  readonly message?: string;

  @AcknowledgeBreachesField()
  readonly acknowledgeBreaches?: readonly string[];
}

/**
 * Proposes the latest revision's terms again, less the tracks that fail the rights check as far as the caller may see it. Refuses
 * with not-found, negotiation-closed, negotiation-expired, offer-revised when the revision is not the latest, nothing-to-strike, and what ReviseOffer
 * refuses: terms-invalid when no track is left.
 */
@Injectable()
export class StrikeTracks {
  constructor(
    private readonly clock: Clock,
    private readonly reviseOffer: ReviseOffer,
  ) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, number: number, body: StrikeBody): Promise<Revision> {
    const { reasons = rightsReasons, ...rest } = body;
    const negotiation = await getNegotiationForUpdate(tx, negotiationId);
    refuseUnlessLatest(number, negotiation);
    const revision = await getRevision(tx, negotiationId, number);
    stateAfter('revise', { ...standingOf(negotiation, revision), at: this.clock.now() }, actor.organizationId);
    const { tracks } = await checkRights(tx, actor, negotiation, revision);
    const struck = new Set(
      tracks.filter(({ problems }) => problems.some(({ reason }) => reasons.includes(reason))).map(({ isrc }) => isrc),
    );
    if (struck.size === 0) throw new DomainError('nothing-to-strike');
    const { terms } = revision;
    const isrcs = terms.repertoire.isrcs.filter((isrc) => !struck.has(isrc));
    const kept = { ...terms, repertoire: { ...terms.repertoire, isrcs } };
    return this.reviseOffer.execute(tx, actor, negotiationId, { ...rest, terms: kept, basedOn: number });
  }
}
