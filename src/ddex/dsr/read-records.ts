import { type Cells } from './cells';
import { checkRecord, recordRules } from './check-record';
import { withHyphens } from './dates';
import { type Findings } from './faults';
import { readCount } from './grammar';
import { type Cell, type CellsOf, layouts, type RecordCode } from './layouts';
import { type Head, type SalesContext } from './records';

const headRules = recordRules('HEAD');
const contextRules = recordRules('SY10', [
  ['CalculationType', 'CalculationValue'],
  ['DeductionType', 'DeductionsInCurrencyOfTransaction', 'DeductionsInCurrencyOfAccounting'],
  [
    'UsageIndependentFeeType',
    'UsageIndependentFeeInCurrencyOfTransaction',
    'UsageIndependentFeeInCurrencyOfAccounting',
  ],
]);
const footerRules = recordRules('SRFO');

/** Reads HEAD; null when it has an error. */
export function readHead(cells: Cells, lineNumber: number, findings: Findings): Head | null {
  checkRecord(headRules, cells, findings);
  if (!findings.recordIsSound) return null;
  const named = namedCells('HEAD', cells);
  const head: Head = {
    lineNumber,
    messageId: named.MessageId,
    createdAt: named.MessageCreatedDateTime,
    usageStart: withHyphens(named.UsageStartDate),
    usageEnd: withHyphens(named.UsageEndDate),
    senderPartyId: named.SenderPartyId,
    senderName: named.SenderName,
    serviceDescription: named.ServiceDescription ?? null,
    recipientPartyId: named.RecipientPartyId ?? null,
    recipientName: named.RecipientName ?? null,
    cells: named,
  };
  if (head.usageStart > head.usageEnd) {
    findings.add('period-reversed', 'the usage period ends before it starts', { cell: 10, value: head.usageEnd });
    return null;
  }
  return head;
}

/** Reads SY10; null when it has an error. `head` gives the days the whole report is about. */
export function readContext(
  cells: Cells,
  lineNumber: number,
  head: Head | null,
  findings: Findings,
): SalesContext | null {
  checkRecord(contextRules, cells, findings);
  if (!findings.recordIsSound) return null;
  const context = salesContext(namedCells('SY10', cells), lineNumber);
  const { periodStart, periodEnd } = context;
  if (periodStart > periodEnd) {
    findings.add('period-reversed', 'the reporting period ends before it starts', { cell: 8, value: periodEnd });
    return null;
  }
  if (head !== null && (periodStart < head.usageStart || periodEnd > head.usageEnd)) {
    const report = `${head.usageStart} to ${head.usageEnd}`;
    findings.add('period-outside-report', `the report is about ${report}`, { cell: 7, value: periodStart });
  }
  return context;
}

function salesContext(named: CellsOf<'SY10'>, lineNumber: number): SalesContext {
  return {
    lineNumber,
    summaryRecordId: named.SummaryRecordId,
    commercialModel: named.CommercialModel,
    useType: named.UseType,
    periodStart: withHyphens(named.ReportingPeriodStartDate),
    periodEnd: withHyphens(named.ReportingPeriodEndDate),
    territory: named.Territory,
    serviceDescription: named.ServiceDescription ?? null,
    subscribers: named.Subscribers ?? null,
    usages: countOf(named.Usages),
    allocatedUsages: countOf(named.AllocatedUsages),
    returns: countOf(named.Returns),
    musicUsageRatio: named.MusicUsageRatio,
    currencyOfTransaction: named.CurrencyOfTransaction,
    currencyOfAccounting: named.CurrencyOfAccounting,
    exchangeRate: named.ExchangeRate,
    grossRevenue: named.GrossRevenueInCurrencyOfAccounting ?? null,
    netRevenue: named.NetRevenueInCurrencyOfAccounting,
    allocatedRevenue: named.AllocatedRevenueInCurrencyOfAccounting,
    allocatedNetRevenue: named.AllocatedNetRevenueInCurrencyOfAccounting,
    finalTotalAmount: named.FinalTotalAmountInCurrencyOfAccounting,
    cells: named,
  };
}

/** What the footer claims of the report; counted lines include comments, empty ones and the footer itself. */
export interface Footer {
  readonly lineNumber: number;
  readonly lines: bigint;
  readonly summaries: bigint;
}

/** Reads SRFO; null when it has an error. */
export function readFooter(cells: Cells, lineNumber: number, findings: Findings): Footer | null {
  checkRecord(footerRules, cells, findings);
  if (!findings.recordIsSound) return null;
  return { lineNumber, lines: countOf(cells.text(2)), summaries: countOf(cells.text(3)) };
}

function countOf(text: string): bigint {
  const bytes = Buffer.from(text, 'latin1');
  return readCount(bytes, 0, bytes.length);
}

/** The record by cell name. Safe once the record passed its rules: mandatory cells are then known to be there. */
function namedCells<Code extends RecordCode>(code: Code, cells: Cells): CellsOf<Code> {
  const named: Record<string, string | readonly string[]> = {};
  const layout: readonly Cell[] = layouts[code];
  layout.forEach(({ name, multiple }, index) => {
    const number = index + 1;
    if (number === 1 || cells.isEmpty(number)) return;
    named[name] = multiple ? cells.values(number, true).values : cells.text(number);
  });
  return named as CellsOf<Code>;
}
