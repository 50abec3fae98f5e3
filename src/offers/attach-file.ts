import { Injectable } from '@nestjs/common';
import { type Actor, actorName } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { FileNameField, IntegerParameter } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import type { StoredFile } from '../platform/storage/storage';
import { type Attachment, insertAttachment, refuseIfFull } from './attachments.repository';
import { messagesNumbered } from './messages.repository';
import { getNegotiationForUpdate, type Negotiation, otherParty } from './negotiations.repository';
import { revisionsMax } from './revise-offer';
import { messagesMax } from './write-message';

export class AttachmentQuery {
  @FileNameField({ description: 'under which the receiver saves it; ends as its kind of file does' })
  readonly fileName!: string;

  @IntegerParameter({ min: 1, max: 2 * messagesMax, optional: true, description: 'the message that it goes with' })
  readonly message?: number;

  @IntegerParameter({ min: 1, max: revisionsMax, optional: true, description: 'the revision that it goes with' })
  readonly revision?: number;
}

export interface ReceivedAttachment extends AttachmentQuery {
  readonly file: StoredFile;
  readonly mediaType: string;
}

/**
 * Shows the other party a file that is stored already, also after the end of the negotiation. Refuses with not-found (of the message
 * and the revision too) and limit-reached.
 */
@Injectable()
export class AttachFile {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, received: ReceivedAttachment): Promise<Attachment> {
    const negotiation = await getNegotiationForUpdate(tx, negotiationId);
    const authorId = actor.organizationId;
    await refuseIfFull(tx, negotiationId, authorId);
    await refuseUnlessThere(tx, negotiation, received);
    const { file, fileName, mediaType, message = null, revision = null } = received;
    const at = this.clock.now();
    const attachment = await insertAttachment(tx, negotiation, {
      ...file,
      fileName,
      mediaType,
      message,
      revision,
      authorId,
      attachedBy: actorName(actor),
      attachedAt: at,
    });
    const fact = { attachmentId: attachment.id, sha256: file.sha256 };
    await audit(tx, actor, { action: 'negotiation.file-attached', subjectId: negotiationId, details: fact, at });
    const news = { topic: 'negotiation.file-attached', subjectId: negotiationId, payload: fact, at };
    await publish(tx, { to: [otherParty(negotiation, authorId)], ...news });
    return attachment;
  }
}

async function refuseUnlessThere(
  tx: Tx,
  { id, latestRevision }: Negotiation,
  { message, revision }: ReceivedAttachment,
): Promise<void> {
  if (revision !== undefined && revision > latestRevision) {
    throw new DomainError('not-found', `the negotiation has no revision ${revision}`);
  }
  if (message !== undefined && (await messagesNumbered(tx, id, [message])).length === 0) {
    throw new DomainError('not-found', `the negotiation has no message ${message}`);
  }
}
