import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { AgreementsModule, OnAmended, OnConcluded } from '../agreements';
import { dayInZone } from '../kernel';
import { Approvals } from '../platform/approvals/approvals';
import { Jobs } from '../platform/jobs/jobs';
import { Accrual, BookedAverages, KeptReadings, UsageModule } from '../usage';
import { Auditors } from './audits/auditors';
import { AuditsController } from './audits/audits.controller';
import { ConcludeAudit } from './audits/conclude-audit';
import { GiveNotice } from './audits/give-notice';
import { BankAccountsController } from './bank/accounts/bank-accounts.controller';
import { BankDetailsController } from './bank/accounts/bank-details.controller';
import { ChangeDetails, detailsAction } from './bank/accounts/change-details';
import { BankFilesController } from './bank/bank-files.controller';
import { MakePaymentFile } from './bank/outgoing/make-payment-file';
import { PaymentFilesController } from './bank/outgoing/payment-files.controller';
import { InvoiceReceiptsController } from './bank/receipts/invoice-receipts.controller';
import { ProposeUse, useReceiptAction } from './bank/receipts/propose-use';
import { ReceiptsController } from './bank/receipts/receipts.controller';
import { TakeOffAtProvider } from './bank/receipts/take-off-at-provider';
import { takeOffAtProviderJob } from './bank/receipts/take-off-jobs';
import { readBankFileJob, TakeBankFile } from './bank/take-bank-file';
import { DisputesController } from './disputes/disputes.controller';
import { EndDispute } from './disputes/end-dispute';
import { OpenDispute } from './disputes/open-dispute';
import { FactsController } from './facts/facts.controller';
import { StateFact } from './facts/state-fact';
import { HeldInvoicesController } from './invoices/held-invoices.controller';
import { heldJob } from './invoices/held-invoices.repository';
import { InvoiceHeld } from './invoices/invoice-held';
import { InvoicesController } from './invoices/invoices.controller';
import { InvoiceFilesController } from './invoices/papers/invoice-files.controller';
import { CreditInvoice } from './invoices/credit-invoice';
import { watchInvoiceJob } from './invoices/issue-invoice';
import { PostConclusion } from './invoices/post-conclusion';
import { duesJob, PostDues } from './invoices/post-dues';
import { SendInvoice } from './invoices/send-invoice';
import { SaveChart } from './ledger/journal/chart';
import { ChartController } from './ledger/journal/chart.controller';
import { JournalController } from './ledger/journal/journal.controller';
import { LedgerController } from './ledger/ledger.controller';
import { GatherPostings, LogLedger } from './ledger/log/log-ledger';
import { LogController } from './ledger/log/log.controller';
import { OverviewController } from './overview/overview.controller';
import { StandingController } from './overview/standing.controller';
import type { PaymentRail } from './payments';
import { LinkPaymentAccount } from './payments/link-payment-account';
import { OpenPaymentAccount } from './payments/open-payment-account';
import { PaymentAccountsController } from './payments/payment-accounts.controller';
import { Payments } from './payments/payments';
import { endQuoteJob, QuotePayment, sendQuoteJob } from './payments/quote-payment';
import { QuotesController } from './payments/quotes.controller';
import { SendQuote } from './payments/send-quote';
import { TakeEvent } from './payments/take-event';
import { WebhooksController } from './payments/webhooks.controller';
import { acceptWithSignature } from './payouts/commission';
import { AcceptSchedule, CommissionSchedulesController, MakeSchedule } from './payouts/commission-schedules.controller';
import { HoldPayout } from './payouts/hold-payout';
import { PayoutsController } from './payouts/payouts.controller';
import { ReleasePayout } from './payouts/release-payout';
import { releaseAction, RequestPayout } from './payouts/request-payout';
import { SendPayout } from './payouts/send-payout';
import { sendPayoutJob } from './payouts/send-payout-jobs';
import { refuseLeavingPool } from './pools/pool-of';
import { ReconcileMoney } from './reconciliation/reconcile-money';
import { ReconciliationController } from './reconciliation/reconciliation.controller';
import { AgreeRates, silenceJob, TakeSilence } from './rates/agree-rates';
import { AgreedExchangeController } from './rates/agreed-exchange.controller';
import { ExchangeRatesController } from './rates/exchange-rates.controller';
import { fetchRates, FetchRates } from './rates/fetch-rates';
import { ImportRates } from './rates/import-rates';
import { RateFeeds, type RateFeedsConfig } from './rates/rate-feeds';
import { RateUsesController } from './rates/rate-uses.controller';
import { TaxCertificatesController } from './rates/tax-certificates.controller';
import { TaxRatesController } from './rates/tax-rates.controller';
import { WatchRates } from './rates/watch-rates';
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
import { BundleController } from './statements/proof/bundle.controller';
import { ProofController } from './statements/proof/proof.controller';
import { ProveLine } from './statements/proof/prove-line';
import { StatementBundle } from './statements/proof/statement-bundle';
import { TraceLine, traceJob } from './statements/proof/trace-line';
import { StatementFilesController } from './statements/statement-files.controller';
import { StatementsController } from './statements/statements.controller';
import { ApproveTaxTable, BringTaxTable, taxTableAction } from './tax/bring-tax-table';
import { TaxTablesController } from './tax/tax-tables.controller';
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
    ProofController,
    BundleController,
    StatementLifeController,
    LiveController,
    OverviewController,
    StandingController,
    TimetableController,
    DisputesController,
    FactsController,
    AuditsController,
    InvoicesController,
    InvoiceFilesController,
    HeldInvoicesController,
    QuotesController,
    PaymentAccountsController,
    PayoutsController,
    CommissionSchedulesController,
    ReconciliationController,
    WebhooksController,
    BankAccountsController,
    BankDetailsController,
    BankFilesController,
    PaymentFilesController,
    ReceiptsController,
    InvoiceReceiptsController,
    ExchangeRatesController,
    TaxRatesController,
    TaxCertificatesController,
    TaxTablesController,
    AgreedExchangeController,
    RateUsesController,
  ],
  providers: [
    GatherPostings,
    LogLedger,
    SaveChart,
    PostConclusion,
    PostDues,
    InvoiceHeld,
    StateFact,
    SendInvoice,
    CreditInvoice,
    RequestClose,
    ClosePeriod,
    ProveLine,
    TraceLine,
    StatementBundle,
    IssueStatement,
    AcceptStatement,
    DisputeLines,
    AnswerDispute,
    DisputeClock,
    WatchDeadlines,
    OpenDispute,
    EndDispute,
    GiveNotice,
    Auditors,
    ConcludeAudit,
    LinkPaymentAccount,
    OpenPaymentAccount,
    QuotePayment,
    SendQuote,
    TakeEvent,
    RequestPayout,
    ReleasePayout,
    HoldPayout,
    SendPayout,
    MakeSchedule,
    ChangeDetails,
    MakePaymentFile,
    TakeBankFile,
    ProposeUse,
    TakeOffAtProvider,
    AcceptSchedule,
    ReconcileMoney,
    ImportRates,
    FetchRates,
    WatchRates,
    AgreeRates,
    TakeSilence,
    BringTaxTable,
    ApproveTaxTable,
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
    private readonly postDues: PostDues,
    private readonly invoiceHeld: InvoiceHeld,
    private readonly releasePayout: ReleasePayout,
    private readonly sendInvoice: SendInvoice,
    private readonly creditInvoice: CreditInvoice,
    private readonly disputeClock: DisputeClock,
    private readonly watchDeadlines: WatchDeadlines,
    private readonly closePeriod: ClosePeriod,
    private readonly traceLine: TraceLine,
    private readonly issueStatement: IssueStatement,
    private readonly sendQuote: SendQuote,
    private readonly takeEvent: TakeEvent,
    private readonly sendPayout: SendPayout,
    private readonly bookedAverages: BookedAverages,
    private readonly accrual: Accrual,
    private readonly readings: KeptReadings,
    private readonly fetchRates: FetchRates,
    private readonly takeSilence: TakeSilence,
    private readonly changeDetails: ChangeDetails,
    private readonly takeBankFile: TakeBankFile,
    private readonly proposeUse: ProposeUse,
    private readonly takeOffAtProvider: TakeOffAtProvider,
    private readonly approveTaxTable: ApproveTaxTable,
  ) {}

  static with(rail: PaymentRail | undefined, feeds: RateFeedsConfig | undefined): DynamicModule {
    return {
      module: SettlementModule,
      providers: [
        { provide: Payments, useValue: new Payments(rail) },
        { provide: RateFeeds, useValue: new RateFeeds(feeds) },
      ],
    };
  }

  onModuleInit(): void {
    this.onConcluded.register('settlement', async (tx, agreement, terms) => {
      const { concludedAt: at } = agreement;
      await acceptWithSignature(tx, agreement, { day: dayInZone(at, 'UTC'), at });
      await this.postConclusion.execute(tx, agreement, terms);
      await askToWatchDeadlines(tx, agreement.id);
    });
    this.onAmended.register('settlement', async (tx, amended) => {
      await refuseClosedMonths(tx, amended);
      await refuseLeavingPool(tx, amended);
      await this.postConclusion.amended(tx, amended);
      await askToWatchDeadlines(tx, amended.agreement.id);
    });
    this.approvals.register(releaseAction, this.releasePayout);
    this.approvals.register(issueAction, this.issueStatement);
    this.approvals.register(detailsAction, this.changeDetails);
    this.approvals.register(useReceiptAction, this.proposeUse);
    this.approvals.register(taxTableAction, this.approveTaxTable);
    this.bookedAverages.register(averageBooked);
    this.accrual.register((tx, question) => reachedSoFar(tx, this.readings, question));
    this.jobs.register('ledger-posted', () => this.gatherPostings.execute());
    this.jobs.register('log-ledger', () => this.logLedger.execute());
    this.jobs.register(duesJob, (payload) => this.postDues.execute(payload));
    this.jobs.register(heldJob, (payload) => this.invoiceHeld.execute(payload));
    this.jobs.register('send-invoice', (payload) => this.sendInvoice.execute(payload));
    this.jobs.register(watchDeadlinesJob, (payload) => this.watchDeadlines.execute(payload));
    this.jobs.register(watchInvoiceJob, (payload) => this.watchDeadlines.invoice(payload));
    this.jobs.register('credit-invoice', (payload) => this.creditInvoice.execute(payload));
    this.jobs.register(clockJob, (payload) => this.disputeClock.execute(payload));
    this.jobs.register('close-period', (payload) => this.closePeriod.execute(payload));
    this.jobs.register(traceJob, (payload) => this.traceLine.execute(payload));
    this.jobs.register(sendQuoteJob, (payload) => this.sendQuote.execute(payload));
    this.jobs.register(endQuoteJob, (payload) => this.sendQuote.end(payload));
    this.jobs.register('stripe-event', (payload) => this.takeEvent.execute(payload));
    this.jobs.register(silenceJob, (payload) => this.takeSilence.execute(payload));
    this.jobs.register(fetchRates, (payload) => this.fetchRates.execute(payload));
    this.jobs.register(readBankFileJob, (payload) => this.takeBankFile.execute(payload));
    this.jobs.register(takeOffAtProviderJob, (payload) => this.takeOffAtProvider.execute(payload));
    this.jobs.register(sendPayoutJob, (payload) => this.sendPayout.execute(payload));
  }
}
