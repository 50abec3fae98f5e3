import { Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { refuseUnlessCurrent } from '../platform/http/etag';
import { InstantField } from '../platform/http/fields';
import { lackingIn, readingOf } from './draft-body';
import { draftAfter } from './draft-moves';
import { type Draft, type DraftHead, getDraftForUpdate, markSent, wipeDraft } from './drafts.repository';
import { OpenNegotiation } from './open-negotiation';
import { AcknowledgeBreachesField } from './own-breaches';
import { ReviseOffer } from './revise-offer';
import type { DraftRead } from './save-draft';

/** What goes with a draft when it is sent, and is no part of it. */
export class SendingBody {
  @InstantField({
    optional: true,
    description: 'until when the revision stands: an hour to 365 days on; absent: 90 days',
  })
  readonly expiresAt?: string;

  @AcknowledgeBreachesField()
  readonly acknowledgeBreaches?: readonly string[];
}

/** Ends a draft: it becomes a revision, or it is thrown away. */
@Injectable()
export class EndDraft {
  constructor(
    private readonly clock: Clock,
    private readonly openNegotiation: OpenNegotiation,
    private readonly reviseOffer: ReviseOffer,
  ) {}

  /**
   * Sends a draft as if its content had been sent to open or revise the negotiation, and refuses as those do. Refuses before that with
   * not-found, draft-ended, as refuseUnlessCurrent does, and with draft-incomplete, which names the faults of the terms too.
   */
  async send(tx: Tx, actor: Actor, { id, ifMatch }: DraftRead, more: SendingBody): Promise<DraftHead> {
    const draft = await getDraftForUpdate(tx, id);
    draftAfter('send', draft.state);
    refuseUnlessCurrent(ifMatch, draft.version);
    if (lackingIn(draft).length > 0) throw new DomainError('draft-incomplete', undefined, readingOf(draft).faults);
    const sent = await this.propose(tx, actor, draft, more);
    const at = this.clock.now();
    await audit(tx, actor, { action: 'draft.sent', subjectId: id, details: sent, at });
    return markSent(tx, id, { ...sent, at });
  }

  /** Throws an open draft away with all that it says. Refuses with not-found, draft-ended, and as refuseUnlessCurrent does. */
  async discard(tx: Tx, actor: Actor, { id, ifMatch }: DraftRead): Promise<void> {
    const draft = await getDraftForUpdate(tx, id);
    draftAfter('discard', draft.state);
    refuseUnlessCurrent(ifMatch, draft.version);
    const at = this.clock.now();
    await audit(tx, actor, { action: 'draft.discarded', subjectId: id, at });
    await wipeDraft(tx, id, at);
  }

  private async propose(
    tx: Tx,
    actor: Actor,
    { negotiationId, counterpartyId, basedOn, terms, message }: Draft,
    more: SendingBody,
  ): Promise<{ readonly negotiationId: string; readonly revision: number }> {
    const content = { ...more, terms, ...(message === null ? {} : { message }) };
    if (negotiationId === null) {
      const opened = await this.openNegotiation.execute(tx, actor, { ...content, counterpartyId: counterpartyId! });
      return { negotiationId: opened.id, revision: opened.latestRevision };
    }
    const { number } = await this.reviseOffer.execute(tx, actor, negotiationId, { ...content, basedOn: basedOn! });
    return { negotiationId, revision: number };
  }
}
