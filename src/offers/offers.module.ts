import { Module, type OnModuleInit } from '@nestjs/common';
import { Approvals } from '../platform/approvals/approvals';
import { Jobs } from '../platform/jobs/jobs';
import { AcceptRevision } from './accept-revision';
import { ApproveAcceptance } from './approve-acceptance';
import { AttachFile } from './attach-file';
import { AttachmentsController } from './attachments.controller';
import { CloseListing } from './close-listing';
import { DraftsController } from './drafts.controller';
import { EndDraft } from './end-draft';
import { EndLicenceRequest } from './end-licence-request';
import { EndNegotiation } from './end-negotiation';
import { LicenceRequestsController } from './licence-requests.controller';
import { ListingsController } from './listings.controller';
import { MessagesController } from './messages.controller';
import { NegotiationsController } from './negotiations.controller';
import { acceptAction } from './negotiations.repository';
import { NotesController } from './notes.controller';
import { OpenFromListing } from './open-from-listing';
import { OpenNegotiation } from './open-negotiation';
import { PublishListing } from './publish-listing';
import { ReopenNegotiation } from './reopen-negotiation';
import { ReviseOffer } from './revise-offer';
import { RevisionChecksController } from './revision-checks.controller';
import { RevisionsController } from './revisions.controller';
import { SaveDraft } from './save-draft';
import { SendLicenceRequest } from './send-licence-request';
import { SetThreshold } from './set-threshold';
import { StrikeTracks } from './strike-tracks';
import { ThreadController } from './thread.controller';
import { ThresholdsController } from './thresholds.controller';
import { WatchExpiry, watchJob } from './watch-expiry';
import { WriteMessage } from './write-message';
import { WriteNote } from './write-note';

@Module({
  controllers: [
    NegotiationsController,
    RevisionsController,
    RevisionChecksController,
    DraftsController,
    NotesController,
    MessagesController,
    AttachmentsController,
    ThreadController,
    ThresholdsController,
    ListingsController,
    LicenceRequestsController,
  ],
  providers: [
    OpenNegotiation,
    ReviseOffer,
    AcceptRevision,
    ApproveAcceptance,
    EndNegotiation,
    ReopenNegotiation,
    WatchExpiry,
    SetThreshold,
    StrikeTracks,
    SaveDraft,
    EndDraft,
    WriteNote,
    WriteMessage,
    AttachFile,
    PublishListing,
    CloseListing,
    OpenFromListing,
    SendLicenceRequest,
    EndLicenceRequest,
  ],
})
export class OffersModule implements OnModuleInit {
  constructor(
    private readonly approvals: Approvals,
    private readonly jobs: Jobs,
    private readonly approveAcceptance: ApproveAcceptance,
    private readonly watchExpiry: WatchExpiry,
  ) {}

  onModuleInit(): void {
    this.approvals.register(acceptAction, this.approveAcceptance);
    this.jobs.register(watchJob, (payload) => this.watchExpiry.execute(payload));
  }
}
