import { Module, type OnModuleInit } from '@nestjs/common';
import { AgreementsModule, OnAmended, OnConcluded, OnInForce } from '../agreements';
import { CatalogueModule, OnShareChanged } from '../catalogue';
import type { Tx } from '../platform/database/tx';
import { enqueue, Jobs } from '../platform/jobs/jobs';
import { Cancellations } from '../platform/operations/cancellations';
import { Accrual } from './alerts/accrual';
import { UsageAlertsController } from './alerts/alerts.controller';
import { SetThresholds } from './alerts/set-thresholds';
import { TallyEvents } from './alerts/tally-events';
import { tallyJob, TallyWake, watchJob, WatchPace } from './alerts/wake';
import { WatchMonth } from './alerts/watch-month';
import { CertifyUsage } from './conformance/certify-usage';
import { ConformanceController } from './conformance/conformance.controller';
import { DeliveryController } from './delivery/delivery.controller';
import { UsageEventsController } from './events/events.controller';
import { MatchHeldEvents } from './events/match-held-events';
import { ReconciliationController } from './events/reconciliation.controller';
import { VoidEvents } from './events/void-events';
import { UsageEventVoidsController } from './events/voids.controller';
import { PlatformGrants } from './events/platform-grants';
import { PlatformServices } from './events/platform-services';
import { ShareOutEvents, shareOutForShare, shareOutUnder } from './events/share-out-events';
import { TakeEvents } from './events/take-events';
import { DifferenceController } from './difference.controller';
import { AnswerFiles } from './inbox/answer-files';
import { InboxesController } from './inbox/inboxes.controller';
import { TakeFiles } from './inbox/take-files';
import { takeFromInbox, WatchInboxes } from './inbox/watch-inboxes';
import { KeptReadings } from './kept-readings';
import { MappingsController } from './mappings.controller';
import { ProveSum } from './proof/prove-sum';
import { SumsOfMonth } from './proof/sums-of-month';
import { TraceSum } from './proof/trace-sum';
import { ReadReport } from './read-report';
import { ReceiveReport } from './receive-report';
import { ReportReader } from './report-reader';
import { agreedBetween } from './suspense/agreed';
import { readAgainForShare, readAgainUnder } from './suspense/ask-to-read-again';
import { BookedAverages } from './suspense/booked-averages';
import { DecideResolutions } from './suspense/decide-resolutions';
import { ReadAgain } from './suspense/read-again';
import { ReadSuspense } from './suspense/read-suspense';
import { ReadUnlicensed } from './suspense/read-unlicensed';
import { ResolutionsController } from './suspense/resolutions.controller';
import { SuspenseController } from './suspense/suspense.controller';
import { UsageController } from './usage.controller';

@Module({
  imports: [AgreementsModule, CatalogueModule],
  controllers: [
    UsageController,
    DifferenceController,
    DeliveryController,
    ConformanceController,
    MappingsController,
    InboxesController,
    UsageEventsController,
    UsageEventVoidsController,
    ReconciliationController,
    UsageAlertsController,
    ResolutionsController,
    SuspenseController,
  ],
  providers: [
    KeptReadings,
    TraceSum,
    ProveSum,
    SumsOfMonth,
    ReceiveReport,
    ReportReader,
    ReadReport,
    ReadAgain,
    DecideResolutions,
    BookedAverages,
    ReadSuspense,
    ReadUnlicensed,
    CertifyUsage,
    AnswerFiles,
    TakeFiles,
    WatchInboxes,
    PlatformGrants,
    PlatformServices,
    TakeEvents,
    VoidEvents,
    MatchHeldEvents,
    Accrual,
    SetThresholds,
    TallyWake,
    WatchPace,
    TallyEvents,
    WatchMonth,
    ShareOutEvents,
  ],
  exports: [
    KeptReadings,
    ProveSum,
    SumsOfMonth,
    MatchHeldEvents,
    ShareOutEvents,
    BookedAverages,
    Accrual,
    WatchInboxes,
  ],
})
export class UsageModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly cancellations: Cancellations,
    private readonly readReport: ReadReport,
    private readonly readAgain: ReadAgain,
    private readonly matchHeldEvents: MatchHeldEvents,
    private readonly tallyEvents: TallyEvents,
    private readonly watchMonth: WatchMonth,
    private readonly takeFiles: TakeFiles,
    private readonly shareOutEvents: ShareOutEvents,
    private readonly onConcluded: OnConcluded,
    private readonly onAmended: OnAmended,
    private readonly onInForce: OnInForce,
    private readonly onShareChanged: OnShareChanged,
  ) {}

  onModuleInit(): void {
    this.jobs.register('read-report', (payload) => this.readReport.execute(payload));
    this.cancellations.register('read-report', 'usage', (tx, actor, { subject_id: id }) =>
      this.readReport.cancel(tx, actor, id ?? ''),
    );
    this.jobs.register('match-held-events', (payload) => this.matchHeldEvents.execute(payload));
    this.jobs.register(takeFromInbox, (payload) => this.takeFiles.execute(payload));
    this.jobs.register('read-again', (payload) => this.readAgain.execute(payload));
    this.jobs.register(tallyJob, (payload) => this.tallyEvents.execute(payload));
    this.jobs.register(watchJob, (payload) => this.watchMonth.execute(payload));
    // What was signed may cover what was held before.
    const matchLater = (tx: Tx, agreementId: string): Promise<void> =>
      enqueue(tx, 'match-held-events', { agreementId }, `match-held-events ${agreementId}`);
    this.onConcluded.register('match-held-events', (tx, { id }) => matchLater(tx, id));
    this.onAmended.register('match-held-events', (tx, { agreement }) => matchLater(tx, agreement.id));
    this.onConcluded.register('read-again', (tx, { labelId, platformId, concludedAt }, terms) =>
      readAgainUnder(tx, { labelId, platformId, terms }, terms.term.from, concludedAt),
    );
    this.onAmended.register('read-again', (tx, { agreement, effectiveFrom, at }) =>
      readAgainUnder(tx, agreement, effectiveFrom, at),
    );
    this.onShareChanged.register('read-again', readAgainForShare);
    this.jobs.register('share-out-events', (payload) => this.shareOutEvents.execute(payload));
    this.onShareChanged.register('share-out-events', shareOutForShare);
    this.onConcluded.register('share-out-events', (tx, agreement, { repertoire, term: { from } }) =>
      shareOutUnder(tx, agreement, repertoire.isrcs, { from, at: agreement.concludedAt }),
    );
    this.onAmended.register('share-out-events', (tx, { agreement, effectiveFrom: from, at }) =>
      shareOutUnder(tx, agreement, agreement.terms.repertoire.isrcs, { from, at }),
    );
    this.onInForce.register('share-out-events', (tx, { agreement, from, at }) =>
      shareOutUnder(tx, agreement, [...agreedBetween([agreement]).isrcs], { from, at }),
    );
  }
}
