import { Module, type OnModuleInit } from '@nestjs/common';
import { AgreementsModule, BeforeSigning } from '../agreements';
import { CatalogueModule, OfferedPackages } from '../catalogue';
import { WhereOffered } from '../clearance';
import { Approvals } from '../platform/approvals/approvals';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import { Jobs } from '../platform/jobs/jobs';
import { UsageModule } from '../usage';
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
import { offeredPackages } from './offered-packages';
import { listingsOffering } from './listings-offering';
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
import { BasisMonths } from './simulations/basis-months';
import { ReceiveSimulationFile } from './simulations/receive-simulation-file';
import { RunSimulation } from './simulations/run-simulation';
import { ShareSimulation } from './simulations/share-simulation';
import { SimulationFilesController } from './simulations/simulation-files.controller';
import { SimulationJob } from './simulations/simulation-job';
import { SimulationsController } from './simulations/simulations.controller';
import { WorkOutSimulation } from './simulations/work-out';
import { StrikeTracks } from './strike-tracks';
import { ThreadController } from './thread.controller';
import { ThresholdsController } from './thresholds.controller';
import { LookBeforeSigning, signAction } from './look-before-signing';
import { SignatureApprovalsController } from './signature-approvals.controller';
import { WatchExpiry, watchJob } from './watch-expiry';
import { WriteMessage } from './write-message';
import { WriteNote } from './write-note';

const simulations = [
  BasisMonths,
  WorkOutSimulation,
  RunSimulation,
  ShareSimulation,
  ReceiveSimulationFile,
  SimulationJob,
];

@Module({
  imports: [AgreementsModule, CatalogueModule, UsageModule],
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
    SignatureApprovalsController,
    ListingsController,
    LicenceRequestsController,
    SimulationsController,
    SimulationFilesController,
  ],
  providers: [
    OpenNegotiation,
    ReviseOffer,
    AcceptRevision,
    ApproveAcceptance,
    LookBeforeSigning,
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
    ...simulations,
  ],
})
export class OffersModule implements OnModuleInit {
  constructor(
    private readonly approvals: Approvals,
    private readonly jobs: Jobs,
    private readonly approveAcceptance: ApproveAcceptance,
    private readonly watchExpiry: WatchExpiry,
    private readonly simulationJob: SimulationJob,
    private readonly beforeSigning: BeforeSigning,
    private readonly lookBeforeSigning: LookBeforeSigning,
    private readonly whereOffered: WhereOffered,
    private readonly offered: OfferedPackages,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.approvals.register(signAction, this.lookBeforeSigning);
    this.beforeSigning.register('offers', (tx, signing) => this.lookBeforeSigning.execute(tx, signing));
    this.approvals.register(acceptAction, this.approveAcceptance);
    this.jobs.register(watchJob, (payload) => this.watchExpiry.execute(payload));
    this.whereOffered.register((platformId, isrcs) =>
      listingsOffering(this.database, { platformId, isrcs, now: this.clock.now() }),
    );
    this.offered.register((tx, wanted) => offeredPackages(tx, wanted, this.clock.now()));
    this.jobs.register('run-simulation', (payload) => this.simulationJob.execute(payload));
  }
}
