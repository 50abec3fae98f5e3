import { Injectable } from '@nestjs/common';
import { type Actor, actorName } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { refuseUnlessCurrent } from '../platform/http/etag';
import { type DraftBody, readDraft } from './draft-body';
import { draftAfter } from './draft-moves';
import { countOpenDrafts, type DraftHead, getDraftForUpdate, insertDraft, replaceDraft } from './drafts.repository';

const openDraftsMax = 200;

/** A draft and the version of it that was read. */
export interface DraftRead {
  readonly id: string;
  readonly ifMatch: string | undefined;
}

/** Drafts are one party's own: each change is recorded for it, and is news to nobody. */
@Injectable()
export class SaveDraft {
  constructor(private readonly clock: Clock) {}

  /** Opens a draft. Refuses as readDraft does, and with limit-reached. */
  async open(tx: Tx, actor: Actor, body: DraftBody): Promise<DraftHead> {
    const at = this.clock.now();
    const content = await readDraft(tx, actor, body, at);
    if ((await countOpenDrafts(tx, actor.organizationId)) >= openDraftsMax) {
      throw new DomainError('limit-reached', `an organization has at most ${openDraftsMax} open drafts`);
    }
    const draft = await insertDraft(tx, actor.organizationId, content, { savedBy: actorName(actor), at });
    await audit(tx, actor, { action: 'draft.opened', subjectId: draft.id, at });
    return draft;
  }

  /** Replaces an open draft as a whole. Refuses as readDraft does, with not-found, draft-ended, and as refuseUnlessCurrent does. */
  async replace(tx: Tx, actor: Actor, { id, ifMatch }: DraftRead, body: DraftBody): Promise<DraftHead> {
    const before = await getDraftForUpdate(tx, id);
    draftAfter('save', before.state);
    refuseUnlessCurrent(ifMatch, before.version);
    const at = this.clock.now();
    const content = await readDraft(tx, actor, body, at);
    const draft = await replaceDraft(tx, id, content, { savedBy: actorName(actor), at });
    await audit(tx, actor, { action: 'draft.saved', subjectId: id, details: { version: draft.version }, at });
    return draft;
  }
}
