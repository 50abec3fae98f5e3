import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { AgreementsModule, OnAmended, OnConcluded } from '../agreements';
import { Approvals } from '../platform/approvals/approvals';
import { Jobs } from '../platform/jobs/jobs';
import { Accrual, BookedAverages, UsageModule } from '../usage';
import { DisputesController } from './disputes/disputes.controller';
import { EndDispute } from './disputes/end-dispute';
import { OpenDispute } from './disputes/open-dispute';
import { InvoicesController } from './invoices/invoices.controller';
import { CreditInvoice } from './invoices/credit-invoice';
import { watchInvoiceJob } from './invoices/issue-invoice';
import { PostConclusion } from './invoices/post-conclusion';
import { SendInvoice } from './invoices/send-invoice';
import { SaveChart } from './ledger/journal/chart';
import { ChartController } from './ledger/journal/chart.controller';
import { JournalController } from './ledger/journal/journal.controller';
import { LedgerController } from './ledger/ledger.controller';
import { GatherPostings, LogLedger } from './ledger/log/log-ledger';
import { LogController } from './ledger/log/log.controller';
import type { PaymentRail } from './payments';
import { OpenPaymentAccount } from './payments/open-payment-account';
import { PaymentAccountsController } from './payments/payment-accounts.controller';
import { Payments } from './payments/payments';
import { TakeEvent } from './payments/take-event';
import { WebhooksController } from './payments/webhooks.controller';
import { CommissionSchedulesController, MakeSchedule } from './payouts/commission-schedules.controller';
import { PayoutsController } from './payouts/payouts.controller';
import { ReleasePayout } from './payouts/release-payout';
import { releaseAction, RequestPayout } from './payouts/request-payout';
import { SendPayout } from './payouts/send-payout';
import { averageBooked } from './statements/average-booked';
import { AcceptStatement } from './statements/life/accept-statement';
import { AnswerDispute } from './statements/life/answer-dispute';
import { clockJob, DisputeClock } from './statements/life/dispute-clock';
import { DisputeLines } from './statements/life/dispute-lines';
import { StatementLifeController } from './statements/life/statement-life.controller';
import { LiveController } from './statements/live.controller';
import { refuseClosedMonths } from './statements/closable';
import { ClosePeriod } from './statements/close-period';
import { issueAction, IssueStatement } from './statements/issue-statement';
import { reachedSoFar } from './statements/reached-so-far';
import { RequestClose } from './statements/request-close';
import { StatementFilesController } from './statements/statement-files.controller';
import { StatementsController } from './statements/statements.controller';
import { TimetableController } from './timetable/timetable.controller';
import { askToWatchDeadlines, WatchDeadlines, watchDeadlinesJob } from './timetable/watch-deadlines';

/** From usage to money: the ledger, closes, statements, invoices, receipts, payouts. */
@Module({
  imports: [AgreementsModule, UsageModule],
  controllers: [
    LedgerController,
    LogController,
    JournalController,
    ChartController,
    StatementsController,
    StatementFilesController,
    StatementLifeController,
    LiveController,
    TimetableController,
    DisputesController,
    InvoicesController,
    PaymentAccountsController,
    PayoutsController,
    CommissionSchedulesController,
    WebhooksController,
  ],
  providers: [
    GatherPostings,
    LogLedger,
    SaveChart,
    PostConclusion,
    SendInvoice,
    CreditInvoice,
    RequestClose,
    ClosePeriod,
    IssueStatement,
    AcceptStatement,
    DisputeLines,
    AnswerDispute,
    DisputeClock,
    WatchDeadlines,
    OpenDispute,
    EndDispute,
    OpenPaymentAccount,
    TakeEvent,
    RequestPayout,
    ReleasePayout,
    SendPayout,
    MakeSchedule,
  ],
})
export class SettlementModule implements OnModuleInit {
  constructor(
    private readonly onConcluded: OnConcluded,
    private readonly onAmended: OnAmended,
    private readonly approvals: Approvals,
    private readonly jobs: Jobs,
    private readonly gatherPostings: GatherPostings,
    private readonly logLedger: LogLedger,
    private readonly postConclusion: PostConclusion,
    private readonly releasePayout: ReleasePayout,
    private readonly sendInvoice: SendInvoice,
    private readonly creditInvoice: CreditInvoice,
    private readonly disputeClock: DisputeClock,
    private readonly watchDeadlines: WatchDeadlines,
    private readonly closePeriod: ClosePeriod,
    private readonly issueStatement: IssueStatement,
    private readonly takeEvent: TakeEvent,
    private readonly sendPayout: SendPayout,
    private readonly bookedAverages: BookedAverages,
    private readonly accrual: Accrual,
  ) {}

  static with(rail: PaymentRail | undefined): DynamicModule {
    return { module: SettlementModule, providers: [{ provide: Payments, useValue: new Payments(rail) }] };
  }

  onModuleInit(): void {
    this.onConcluded.register('settlement', async (tx, agreement, terms) => {
      await this.postConclusion.execute(tx, agreement, terms);
      await askToWatchDeadlines(tx, agreement.id);
    });
    this.onAmended.register('settlement', async (tx, amended) => {
      await refuseClosedMonths(tx, amended);
      await this.postConclusion.amended(tx, amended);
      await askToWatchDeadlines(tx, amended.agreement.id);
    });
    this.approvals.register(releaseAction, this.releasePayout);
    this.approvals.register(issueAction, this.issueStatement);
    this.bookedAverages.register(averageBooked);
    this.accrual.register(reachedSoFar);
    this.jobs.register('ledger-posted', () => this.gatherPostings.execute());
    this.jobs.register('log-ledger', () => this.logLedger.execute());
    this.jobs.register('send-invoice', (payload) => this.sendInvoice.execute(payload));
    this.jobs.register(watchDeadlinesJob, (payload) => this.watchDeadlines.execute(payload));
    this.jobs.register(watchInvoiceJob, (payload) => this.watchDeadlines.invoice(payload));
    this.jobs.register('credit-invoice', (payload) => this.creditInvoice.execute(payload));
    this.jobs.register(clockJob, (payload) => this.disputeClock.execute(payload));
    this.jobs.register('close-period', (payload) => this.closePeriod.execute(payload));
    this.jobs.register('stripe-event', (payload) => this.takeEvent.execute(payload));
    this.jobs.register('send-payout', (payload) => this.sendPayout.execute(payload));
  }
}
