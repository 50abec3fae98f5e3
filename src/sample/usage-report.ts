import { recordCompanyReportWriter, type ReportOpening, type UsageCells } from '../ddex';
import { calendarDateOf, monthPeriod } from '../kernel';
import { isrcOf, labelProfile, platformProfile, sampleTrack, serviceNames } from './names';
import { planContexts, type PlannedContext, type ServiceFigures } from './usage-plan';

/** Mistakes as they occur in real reports: each makes one line of the file bad, in the cell it names (1-based). */
const mistakes = [
  { cell: 14, value: 'ZZACC26ABCDE', what: 'an ISRC with letters for digits' },
  { cell: 14, value: 'ZZX992600001', what: 'a recording nobody knows' },
  { cell: 14, value: isrcOf(511), what: 'a recording of the label that is not licensed' },
  { cell: 27, value: '12.5', what: 'a fraction of a play' },
  { cell: 27, value: '-3', what: 'a negative count' },
  { cell: 29, value: '999999', what: 'a net use that is not total minus returns' },
  { cell: 25, value: 'S99', what: 'a sales context that is not in the report' },
  { cell: 26, value: '2025-12-31', what: 'a day outside the context’s period' },
] as const;

const money = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;

/** Millionths of the currency as decimal text. */
const exact = (millionths: bigint): string =>
  `${millionths / 1_000_000n}.${String(millionths % 1_000_000n).padStart(6, '0')}`;

export interface ReportParties {
  readonly labelPartyId: string;
  readonly labelName: string;
  readonly platformPartyId: string;
  readonly platformName: string;
  readonly serviceName: string;
}

export const storyParties = (service: number): ReportParties => ({
  labelPartyId: labelProfile.partyId,
  labelName: labelProfile.name,
  platformPartyId: platformProfile.partyId,
  platformName: platformProfile.name,
  serviceName: serviceNames[service]!,
});

/** One service's month as a DSR flat file of the record-company profile, written by the product's own writer, with `mistakes` of bad lines in it. */
export async function sampleUsageReport(
  figures: ServiceFigures,
  messageId: string,
  parties: ReportParties = storyParties(figures.service),
): Promise<string> {
  const contexts = planContexts(figures);
  const { from, until } = monthPeriod(figures.month);
  const lastDay = lastDayBefore(until);
  const writer = recordCompanyReportWriter({
    head: {
      MessageId: messageId,
      MessageCreatedDateTime: `${until}T06:00:00Z`,
      UsageStartDate: from,
      UsageEndDate: lastDay,
      SenderPartyId: parties.platformPartyId,
      SenderName: parties.platformName,
      ServiceDescription: parties.serviceName,
      RecipientPartyId: parties.labelPartyId,
      RecipientName: parties.labelName,
    },
    contexts: contexts.map((context) => contextCells(context, from, lastDay)),
  });
  let text = '';
  for await (const chunk of writer.chunks(lines(contexts, figures.month))) text += spoil(chunk);
  return text;
}

const lastDayBefore = (day: string): string => {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return calendarDateOf(date.toISOString().slice(0, 10));
};

const isDownload = ({ use }: PlannedContext): boolean => use === 'PermanentDownload';
const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** What the platform reckons per unit, in millionths: its own view; what is owed follows from the contract. */
const unitMillionths = (context: PlannedContext): bigint => (isDownload(context) ? 360_000n : 2_000n);

function contextCells(context: PlannedContext, from: string, lastDay: string): ReportOpening['contexts'][number] {
  const units = sum(context.quantities);
  const returns = sum(context.returns);
  const allocated = exact((units - returns) * unitMillionths(context));
  return {
    SummaryRecordId: context.id,
    CommercialModel: context.model,
    UseType: context.use,
    ReportingPeriodStartDate: from,
    ReportingPeriodEndDate: lastDay,
    Territory: context.territory,
    Usages: String(context.allUsages),
    AllocatedUsages: String(units),
    Returns: String(returns),
    MusicUsageRatio: '1',
    CurrencyOfTransaction: 'USD',
    CurrencyOfAccounting: 'USD',
    ExchangeRate: '1',
    DeductionsInCurrencyOfTransaction: ['0'],
    DeductionsInCurrencyOfAccounting: ['0'],
    NetRevenueInCurrencyOfTransaction: money(context.netRevenueCents),
    NetRevenueInCurrencyOfAccounting: money(context.netRevenueCents),
    AllocatedRevenueInCurrencyOfTransaction: allocated,
    AllocatedRevenueInCurrencyOfAccounting: allocated,
    AllocatedNetRevenueInCurrencyOfTransaction: allocated,
    AllocatedNetRevenueInCurrencyOfAccounting: allocated,
    SubscriptionFeeInCurrencyOfAccounting: '0',
    FinalTotalAmountInCurrencyOfTransaction: allocated,
    FinalTotalAmountInCurrencyOfAccounting: allocated,
  };
}

function* lines(contexts: readonly PlannedContext[], month: string): Generator<UsageCells> {
  let number = 0;
  for (const context of contexts) {
    for (const [index, quantity] of context.quantities.entries()) {
      if (quantity === 0n) continue;
      number += 1;
      const track = Math.floor(index / context.parts) + 1;
      const day = context.parts === 1 || index % 2 === 0 ? '14' : '28';
      yield usageCells({
        id: `T${number}`,
        context,
        track,
        date: `${month}-${day}`,
        quantity,
        returns: context.returns[index] ?? 0n,
      });
    }
  }
  // Good lines to begin with; spoil() makes each of them bad in its own way.
  for (const at of mistakes.keys()) {
    yield usageCells({
      id: `BAD${at}`,
      context: contexts[0]!,
      track: 1,
      date: `${month}-10`,
      quantity: 7n,
      returns: 0n,
    });
  }
}

interface PlannedLine {
  readonly id: string;
  readonly context: PlannedContext;
  readonly track: number;
  readonly date: string;
  readonly quantity: bigint;
  readonly returns: bigint;
}

function usageCells({ id, context, track, date, quantity, returns }: PlannedLine): UsageCells {
  const { isrc, title, artists } = sampleTrack(track);
  const unit = exact(unitMillionths(context));
  const allocated = exact((quantity - returns) * unitMillionths(context));
  return {
    SalesTransactionId: id,
    DspReleaseId: `VR${track}`,
    ResourceISRC: isrc,
    DspResourceId: `VT${track}`,
    ResourceType: 'SoundRecording',
    ResourceTitle: title,
    ResourceDisplayArtistName: artists.replace('|', ' & '),
    SummaryRecordId: context.id,
    SalesTransactionDate: date,
    TotalUsages: String(quantity),
    Returns: String(returns),
    NetUsage: String(quantity - returns),
    PriceType: 'Standard',
    RightSharePercentage: '100',
    CalculatedUnitPriceInCurrencyOfTransaction: unit,
    CalculatedUnitPriceInCurrencyOfAccounting: unit,
    AllocatedRevenueInCurrencyOfTransaction: allocated,
    AllocatedRevenueInCurrencyOfAccounting: allocated,
    AllocatedNetRevenueInCurrencyOfTransaction: allocated,
    AllocatedNetRevenueInCurrencyOfAccounting: allocated,
    CopyrightObligationWithDSP: 'true',
  };
}

/** Puts each mistake into its line: the writer itself refuses to write bad cells. */
function spoil(chunk: string): string {
  if (!chunk.includes('\tBAD')) return chunk;
  return chunk
    .split('\n')
    .map((line) => {
      const cells = line.split('\t');
      const mistake = mistakes[Number(/^BAD(\d+)$/.exec(cells[1] ?? '')?.[1] ?? Number.NaN)];
      if (mistake === undefined) return line;
      cells[mistake.cell - 1] = mistake.value;
      return cells.join('\t');
    })
    .join('\n');
}
