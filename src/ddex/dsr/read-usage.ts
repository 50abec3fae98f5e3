import { type Cells } from './cells';
import { checkRecord, recordRules } from './check-record';
import { withHyphens } from './dates';
import { type Findings } from './faults';
import { isStoredIsrc, readCount } from './grammar';
import { cellNumber, type CellName } from './layouts';
import { type SalesContext, type UsageLine } from './records';
import { readIsrc } from '../../kernel/identifiers';
import { SeenIds } from './seen-ids';

const usageRules = recordRules('SR08');

const number = (name: CellName<'SR08'>): number => cellNumber('SR08', name);
const SALES_TRANSACTION = number('SalesTransactionId');
const ISRC = number('ResourceISRC');
const RESOURCE_LAST = number('ResourceDisplayArtistPartyId');
const RESOURCE_ID = number('DspResourceId');
const SUMMARY = number('SummaryRecordId');
const DATE = number('SalesTransactionDate');
const TOTAL = number('TotalUsages');
const RETURNS = number('Returns');
const NET = number('NetUsage');
const PRICE_TYPE = number('PriceType');
const PRICE_RANGE = number('PriceRangeType');
const SHARE = number('RightSharePercentage');
const NET_REVENUE = number('AllocatedNetRevenueInCurrencyOfAccounting');

/** A sales context with what its lines add up to so far; null when the record that names it was rejected. */
interface OpenContext {
  context: SalesContext | null;
  usages: bigint;
  returns: bigint;
}

/** Reads the usage lines of one report: each against its own cells, its sales context and the lines before it. */
export class UsageReader {
  private readonly contexts = new Map<string, OpenContext>();
  private readonly seen = new SeenIds();

  constructor(private readonly findings: Findings) {}

  /** Makes a context known; false when the id was there before, which leaves it unusable for any line. */
  addContext(id: string, context: SalesContext | null): boolean {
    const known = this.contexts.get(id);
    if (known !== undefined) known.context = null;
    else this.contexts.set(id, { context, usages: 0n, returns: 0n });
    return known === undefined;
  }

  /** Notes every fault of the line; null when one of them is an error. */
  read(cells: Cells, lineNumber: number): UsageLine | null {
    const { findings } = this;
    checkRecord(usageRules, cells, findings);
    this.checkIdentity(cells);
    const open = this.openContext(cells);
    const context = open?.context ?? null;
    const date = this.dateWithin(context, cells);
    const totalUsages = count(cells, TOTAL);
    const returns = count(cells, RETURNS);
    const netUsage = count(cells, NET);
    this.checkNet(totalUsages, returns, netUsage, cells);
    this.checkGroups(cells);
    // Rejected lines count too: the check is whether the sender's own figures agree with each other.
    if (open !== undefined && totalUsages !== null) open.usages += totalUsages;
    if (open !== undefined && returns !== null) open.returns += returns;
    if (!findings.recordIsSound || context === null || date === null) return null;
    if (totalUsages === null || returns === null || netUsage === null) return null;
    return {
      lineNumber,
      salesTransactionId: cells.text(SALES_TRANSACTION),
      isrc: isrcOf(cells),
      dspResourceId: cells.isEmpty(RESOURCE_ID) ? null : cells.text(RESOURCE_ID),
      summaryRecordId: context.summaryRecordId,
      context,
      date,
      totalUsages,
      returns,
      netUsage,
      rightSharePercentage: cells.repeatedText(SHARE),
      allocatedNetRevenue: cells.text(NET_REVENUE),
    };
  }

  /** Compares each sound context with the sum of its lines; differences are warnings at the context's line. */
  checkTotals(): void {
    for (const { context, usages, returns } of this.contexts.values()) {
      if (context === null) continue;
      this.findings.open(context.lineNumber, 'SY10');
      if (usages !== context.allocatedUsages) {
        const message = `AllocatedUsages says ${context.allocatedUsages}, its lines add up to ${usages}`;
        this.findings.add('usage-total-mismatch', message, { cell: 18, value: String(context.allocatedUsages) });
      }
      if (returns !== context.returns) {
        const message = `Returns says ${context.returns}, its lines add up to ${returns}`;
        this.findings.add('returns-total-mismatch', message, { cell: 19, value: String(context.returns) });
      }
    }
  }

  private checkIdentity(cells: Cells): void {
    if (!cells.isUsable(SALES_TRANSACTION)) return;
    const isNew = cells.isMarked(SALES_TRANSACTION)
      ? this.addText(cells.text(SALES_TRANSACTION))
      : this.seen.add(cells.bytes, cells.start(SALES_TRANSACTION), cells.end(SALES_TRANSACTION));
    if (isNew) return;
    this.findings.add('duplicate-sales-transaction', 'an earlier line of this report has the same SalesTransactionId', {
      cell: SALES_TRANSACTION,
      value: cells.raw(SALES_TRANSACTION),
    });
  }

  private addText(id: string): boolean {
    const bytes = Buffer.from(id);
    return this.seen.add(bytes, 0, bytes.length);
  }

  private openContext(cells: Cells): OpenContext | undefined {
    if (!cells.isUsable(SUMMARY)) return undefined;
    const id = cells.repeatedText(SUMMARY);
    const open = this.contexts.get(id);
    if (open === undefined) {
      this.findings.add('unknown-summary-record', 'no SY10 record has this SummaryRecordId', {
        cell: SUMMARY,
        value: id,
      });
    } else if (open.context === null) {
      const message = 'the SY10 record with this SummaryRecordId was rejected';
      this.findings.add('summary-record-rejected', message, { cell: SUMMARY, value: id });
    }
    return open;
  }

  private dateWithin(context: SalesContext | null, cells: Cells): string | null {
    if (!cells.isUsable(DATE)) return null;
    const date = withHyphens(cells.repeatedText(DATE));
    if (context !== null && (date < context.periodStart || date > context.periodEnd)) {
      const message = `SalesTransactionDate is outside ${context.periodStart} to ${context.periodEnd}`;
      this.findings.add('date-outside-period', message, { cell: DATE, value: date });
    }
    return date;
  }

  private checkNet(total: bigint | null, returns: bigint | null, net: bigint | null, cells: Cells): void {
    if (total === null || returns === null || net === null || net === total - returns) return;
    const message = `NetUsage must be TotalUsages less Returns, ${total - returns}`;
    this.findings.add('net-usage-mismatch', message, { cell: NET, value: cells.raw(NET) });
  }

  /** Rules between cells: a line about a resource names it, and a price is of one kind. */
  private checkGroups(cells: Cells): void {
    if (cells.isEmpty(RESOURCE_ID) && isResourceLine(cells)) {
      const message = 'DspResourceId is mandatory where a resource is reported';
      this.findings.add('cell-missing', message, { cell: RESOURCE_ID });
    }
    if (cells.isEmpty(PRICE_TYPE) === cells.isEmpty(PRICE_RANGE)) {
      const message = 'exactly one of PriceType and PriceRangeType must be given';
      this.findings.add('price-type-not-exactly-one', message, { cell: PRICE_TYPE, value: cells.raw(PRICE_TYPE) });
    }
  }
}

function isResourceLine(cells: Cells): boolean {
  for (let cell = ISRC; cell <= RESOURCE_LAST; cell += 1) if (!cells.isEmpty(cell)) return true;
  return false;
}

function count(cells: Cells, cell: number): bigint | null {
  return cells.isUsable(cell) ? readCount(cells.bytes, cells.start(cell), cells.end(cell)) : null;
}

function isrcOf(cells: Cells): string | null {
  if (!cells.isUsable(ISRC)) return null;
  const text = cells.text(ISRC);
  if (isStoredIsrc(cells.bytes, cells.start(ISRC), cells.end(ISRC))) return text;
  const reading = readIsrc(text);
  return 'isrc' in reading ? reading.isrc : null;
}
