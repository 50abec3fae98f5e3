import { Module } from '@nestjs/common';
import { AcceptRevision } from './accept-revision';
import { AttachFile } from './attach-file';
import { AttachmentsController } from './attachments.controller';
import { DraftsController } from './drafts.controller';
import { EndDraft } from './end-draft';
import { EndNegotiation } from './end-negotiation';
import { MessagesController } from './messages.controller';
import { NegotiationsController } from './negotiations.controller';
import { NotesController } from './notes.controller';
import { OpenNegotiation } from './open-negotiation';
import { ReviseOffer } from './revise-offer';
import { RevisionsController } from './revisions.controller';
import { SaveDraft } from './save-draft';
import { ThreadController } from './thread.controller';
import { WriteMessage } from './write-message';
import { WriteNote } from './write-note';

@Module({
  controllers: [
    NegotiationsController,
    RevisionsController,
    DraftsController,
    NotesController,
    MessagesController,
    AttachmentsController,
    ThreadController,
  ],
  providers: [
    OpenNegotiation,
    ReviseOffer,
    AcceptRevision,
    EndNegotiation,
    SaveDraft,
    EndDraft,
    WriteNote,
    WriteMessage,
    AttachFile,
  ],
})
export class OffersModule {}
