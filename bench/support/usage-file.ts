import { recordCompanyReportWriter, type ReportOpening, type UsageCells } from '../../src/ddex';
import { monthPeriod } from '../../src/kernel';
import { licensedTerritories } from '../../src/sample/terms';

/** A sales context of a report: one use in one territory, and the platform's own figures about it. */
export interface ContextPlan {
  readonly id: string;
  readonly use: string;
  readonly model: string;
  readonly territory: string;
  readonly allUsages: bigint;
  readonly netRevenueCents: bigint;
}

export interface LinePlan {
  /** Place in the list of contexts. */
  readonly context: number;
  readonly isrc: string;
  /** Day of the month. */
  readonly day: number;
  readonly quantity: bigint;
  readonly returns: bigint;
}

export interface ReportPlan {
  readonly month: string;
  readonly messageId: string;
  readonly labelPartyId: string;
  readonly platformPartyId: string;
  readonly serviceName: string;
  readonly contexts: readonly ContextPlan[];
  /** Gone through twice: once for the totals that stand before the lines. */
  readonly lines: () => Iterable<LinePlan>;
}

/** Streaming in both ways and downloads, in each of the given territories. */
export function storyContexts(territories: readonly string[] = licensedTerritories): ContextPlan[] {
  const kinds = [
    ['OnDemandStream', 'AdvertisementSupportedModel'],
    ['UserMakeAvailableUserProvided', 'AdvertisementSupportedModel'],
    ['PermanentDownload', 'PayAsYouGoModel'],
  ] as const;
  const places = kinds.flatMap(([use, model]) => territories.map((territory) => ({ use, model, territory })));
  return places.map((place, at) => ({ id: `C${at + 1}`, ...place, allUsages: 0n, netRevenueCents: 0n }));
}

/** The report as a DSR flat file of the record-company profile, by the product's own writer, in chunks. */
export function usageFile(plan: ReportPlan): AsyncGenerator<string> {
  return recordCompanyReportWriter(openingOf(plan)).chunks(cells(plan));
}

function* cells({ month, contexts, lines }: ReportPlan): Generator<UsageCells> {
  let number = 0;
  for (const line of lines()) yield usageCells(`T${++number}`, month, contexts[line.context]!.id, line);
}

const zero = '0.000000';

function usageCells(
  id: string,
  month: string,
  contextId: string,
  { isrc, day, quantity, returns }: LinePlan,
): UsageCells {
  const [unit, amount] = ['0.002000', `${(quantity - returns) * 2n}.000000`];
  return {
    SalesTransactionId: id,
    DspReleaseId: `VR${isrc.slice(-5)}`,
    ResourceISRC: isrc,
    DspResourceId: `VT${isrc.slice(-5)}`,
    ResourceType: 'SoundRecording',
    ResourceTitle: `Track ${isrc.slice(-5)}`,
    ResourceDisplayArtistName: 'Somebody',
    SummaryRecordId: contextId,
    SalesTransactionDate: `${month}-${String(day).padStart(2, '0')}`,
    TotalUsages: String(quantity),
    Returns: String(returns),
    NetUsage: String(quantity - returns),
    PriceType: 'Standard',
    RightSharePercentage: '100',
    CalculatedUnitPriceInCurrencyOfTransaction: unit,
    CalculatedUnitPriceInCurrencyOfAccounting: unit,
    AllocatedRevenueInCurrencyOfTransaction: amount,
    AllocatedRevenueInCurrencyOfAccounting: amount,
    AllocatedNetRevenueInCurrencyOfTransaction: amount,
    AllocatedNetRevenueInCurrencyOfAccounting: amount,
    CopyrightObligationWithDSP: 'true',
  };
}

function openingOf(plan: ReportPlan): ReportOpening {
  const { from, until } = monthPeriod(plan.month);
  const lastDay = new Date(Date.parse(until) - 86_400_000).toISOString().slice(0, 10);
  const totals = plan.contexts.map(() => ({ quantity: 0n, returns: 0n }));
  for (const { context, quantity, returns } of plan.lines()) {
    totals[context]!.quantity += quantity;
    totals[context]!.returns += returns;
  }
  return {
    head: {
      MessageId: plan.messageId,
      MessageCreatedDateTime: `${until}T06:00:00Z`,
      UsageStartDate: from,
      UsageEndDate: lastDay,
      SenderPartyId: plan.platformPartyId,
      SenderName: 'The platform',
      ServiceDescription: plan.serviceName,
      RecipientPartyId: plan.labelPartyId,
      RecipientName: 'The label',
    },
    contexts: plan.contexts.map((context, at) => contextCells(context, totals[at]!, { from, lastDay })),
  };
}

function contextCells(
  { id, use, model, territory, allUsages, netRevenueCents }: ContextPlan,
  { quantity, returns }: { quantity: bigint; returns: bigint },
  { from, lastDay }: { from: string; lastDay: string },
): ReportOpening['contexts'][number] {
  const revenue = `${netRevenueCents / 100n}.${String(netRevenueCents % 100n).padStart(2, '0')}`;
  return {
    SummaryRecordId: id,
    CommercialModel: model,
    UseType: use,
    ReportingPeriodStartDate: from,
    ReportingPeriodEndDate: lastDay,
    Territory: territory,
    Usages: String(allUsages),
    AllocatedUsages: String(quantity),
    Returns: String(returns),
    MusicUsageRatio: '1',
    CurrencyOfTransaction: 'USD',
    CurrencyOfAccounting: 'USD',
    ExchangeRate: '1',
    DeductionsInCurrencyOfTransaction: ['0'],
    DeductionsInCurrencyOfAccounting: ['0'],
    NetRevenueInCurrencyOfTransaction: revenue,
    NetRevenueInCurrencyOfAccounting: revenue,
    AllocatedRevenueInCurrencyOfTransaction: zero,
    AllocatedRevenueInCurrencyOfAccounting: zero,
    AllocatedNetRevenueInCurrencyOfTransaction: zero,
    AllocatedNetRevenueInCurrencyOfAccounting: zero,
    SubscriptionFeeInCurrencyOfAccounting: zero,
    FinalTotalAmountInCurrencyOfTransaction: zero,
    FinalTotalAmountInCurrencyOfAccounting: zero,
  };
}
