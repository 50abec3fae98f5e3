import fc from 'fast-check';
import {
  type CellsOf,
  type Fault,
  type Head,
  readRecordCompanyReport,
  recordCompanyReportWriter,
  type ReportHead,
  type ReportSummary,
  type SalesContext,
  type UsageCells,
  type UsageLine,
} from '../../../src/ddex';

/** A head between fictional parties. The samples are sound unless a test changes them. */
export const sampleHead: ReportHead = {
  MessageId: 'M-2026-01',
  MessageCreatedDateTime: '2026-02-05T09:00:00Z',
  UsageStartDate: '2026-01-01',
  UsageEndDate: '2026-01-31',
  SenderPartyId: 'PADPIDA2026010100A',
  SenderName: 'Vektor',
  ServiceDescription: 'VektorMusic',
};

const amounts = (prefix: string, value: string) => ({
  [`${prefix}InCurrencyOfTransaction`]: value,
  [`${prefix}InCurrencyOfAccounting`]: value,
});

export function sampleContext(changes: Partial<CellsOf<'SY10'>> = {}): CellsOf<'SY10'> {
  return {
    SummaryRecordId: 'S1',
    CommercialModel: 'AdvertisementSupportedModel',
    UseType: 'OnDemandStream',
    ReportingPeriodStartDate: '2026-01-01',
    ReportingPeriodEndDate: '2026-01-31',
    Territory: 'RU',
    Usages: '1000',
    AllocatedUsages: '100',
    Returns: '0',
    MusicUsageRatio: '1',
    CurrencyOfTransaction: 'USD',
    CurrencyOfAccounting: 'USD',
    ExchangeRate: '1',
    DeductionsInCurrencyOfTransaction: ['0'],
    DeductionsInCurrencyOfAccounting: ['0'],
    ...amounts('NetRevenue', '50.00'),
    ...amounts('AllocatedRevenue', '5.00'),
    ...amounts('AllocatedNetRevenue', '5.00'),
    SubscriptionFeeInCurrencyOfAccounting: '0',
    ...amounts('FinalTotalAmount', '5.00'),
    ...changes,
  } as CellsOf<'SY10'>;
}

export function sampleLine(changes: Partial<UsageCells> = {}): UsageCells {
  return {
    SalesTransactionId: 'T1',
    DspReleaseId: 'R1',
    ResourceISRC: 'ZZAB12600001',
    DspResourceId: 'D1',
    SummaryRecordId: 'S1',
    SalesTransactionDate: '2026-01-15',
    TotalUsages: '100',
    Returns: '0',
    NetUsage: '100',
    PriceType: 'Standard',
    RightSharePercentage: '100',
    ...amounts('CalculatedUnitPrice', '0.002'),
    ...amounts('AllocatedRevenue', '0.20'),
    ...amounts('AllocatedNetRevenue', '0.20'),
    CopyrightObligationWithDSP: 'true',
    ...changes,
  } as UsageCells;
}

export interface SampleReport {
  readonly head: ReportHead;
  readonly contexts: readonly CellsOf<'SY10'>[];
  readonly lines: readonly UsageCells[];
}

export async function written({ head, contexts, lines }: SampleReport): Promise<string> {
  let text = '';
  for await (const chunk of recordCompanyReportWriter({ head, contexts }).chunks(lines)) text += chunk;
  return text;
}

export type KeptLine = Omit<UsageLine, 'usages' | 'returned' | 'copyIsrc'>;

export interface Reading {
  readonly summary: ReportSummary;
  readonly heads: Head[];
  readonly contexts: SalesContext[];
  readonly lines: KeptLine[];
  readonly faults: Fault[];
}

/** Reads bytes, cut at these places or in one piece, and keeps everything the receiver was given. */
export async function read(file: Buffer | string, cuts: readonly number[] = []): Promise<Reading> {
  const bytes = Buffer.from(file);
  const heads: Head[] = [];
  const contexts: SalesContext[] = [];
  const lines: KeptLine[] = [];
  const faults: Fault[] = [];
  const summary = await readRecordCompanyReport(chunksOf(bytes, cuts), {
    head: (head) => heads.push(head),
    context: (context) => contexts.push(context),
    line: (line) => lines.push(kept(line)),
    fault: (fault) => faults.push(fault),
  });
  return { summary, heads, contexts, lines, faults };
}

/** A line says what it says only while it is given. */
const kept = (line: UsageLine): KeptLine => ({
  lineNumber: line.lineNumber,
  salesTransactionId: line.salesTransactionId,
  isrc: line.isrc,
  dspResourceId: line.dspResourceId,
  summaryRecordId: line.summaryRecordId,
  context: line.context,
  date: line.date,
  dayNumber: line.dayNumber,
  totalUsages: line.totalUsages,
  returns: line.returns,
  netUsage: line.netUsage,
  rightSharePercentage: line.rightSharePercentage,
  allocatedNetRevenue: line.allocatedNetRevenue,
});

async function* chunksOf(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, bytes.length]) {
    // A copy that is wiped afterwards: a reader that kept a reference to a chunk would be found out.
    const chunk = Buffer.from(bytes.subarray(start, end));
    yield chunk;
    chunk.fill(0);
    start = end;
  }
}

const text = fc
  .string({
    unit: fc.constantFrom('a', 'Б', '7', ' ', '"', '\t', '|', '\\', '😀', '#', ':'),
    minLength: 1,
    maxLength: 12,
  })
  .filter((value) => value.trim() !== '');
const amount = fc.tuple(fc.nat(10_000_000), fc.nat(999_999)).map(([whole, part]) => `${whole}.${part}`);

interface SampleUsage {
  readonly context: number;
  readonly day: number;
  readonly usages: bigint;
  readonly returned: number;
  readonly title: string;
  readonly id: string;
  readonly deductions: readonly (readonly [string, string])[];
  readonly revenue: string;
}

const usage: fc.Arbitrary<SampleUsage> = fc.record({
  context: fc.nat(9),
  day: fc.integer({ min: 1, max: 31 }),
  usages: fc.bigInt({ min: 0n, max: 1n << 62n }),
  returned: fc.integer({ min: 0, max: 100 }),
  title: text,
  id: text,
  deductions: fc.array(fc.tuple(text, amount), { maxLength: 3 }),
  revenue: amount,
});

/** Reports whose figures agree with each other, with any characters a cell can carry. */
export const soundReport: fc.Arbitrary<SampleReport> = fc
  .record({
    ids: fc.uniqueArray(text, { minLength: 1, maxLength: 4 }),
    usages: fc.array(usage, { maxLength: 12 }),
    name: text,
  })
  .map(({ ids, usages, name }) => {
    const lines = usages.map((each, index) => ({
      summary: ids[each.context % ids.length]!,
      line: lineOf(each, index, ids),
    }));
    const contexts = ids.map((id) => {
      const own = lines.filter(({ summary }) => summary === id);
      const sum = (cell: 'TotalUsages' | 'Returns') =>
        String(own.reduce((total, { line }) => total + BigInt(line[cell]), 0n));
      return sampleContext({ SummaryRecordId: id, AllocatedUsages: sum('TotalUsages'), Returns: sum('Returns') });
    });
    return { head: { ...sampleHead, SenderName: name }, contexts, lines: lines.map(({ line }) => line) };
  })
  .filter(({ contexts }) => contexts.every(({ AllocatedUsages }) => BigInt(AllocatedUsages) < 1n << 63n));

function lineOf(
  { context, day, usages, returned, title, id, deductions, revenue }: SampleUsage,
  index: number,
  ids: string[],
) {
  const returns = (usages * BigInt(returned)) / 100n;
  return sampleLine({
    SalesTransactionId: `${index}${id}`,
    SummaryRecordId: ids[context % ids.length]!,
    ResourceTitle: title,
    SalesTransactionDate: `2026-01-${String(day).padStart(2, '0')}`,
    TotalUsages: String(usages),
    Returns: String(returns),
    NetUsage: String(usages - returns),
    DeductionType: deductions.map(([type]) => type),
    DeductionsInCurrencyOfTransaction: deductions.map(([, value]) => value),
    DeductionsInCurrencyOfAccounting: deductions.map(([, value]) => value),
    AllocatedNetRevenueInCurrencyOfAccounting: revenue,
  });
}
