import { type Cells } from './cells';
import { checkRecord, recordRules } from './check-record';
import { dayNumber, numberOfDay, withHyphens } from './dates';
import { type Findings } from './faults';
import { isStoredIsrc, readCount, readCountAsNumber } from './grammar';
import { cellNumber, type CellName } from './layouts';
import { type SalesContext, type UsageLine } from './records';
import { readIsrc } from '../../kernel/identifiers';
import { WholeSum } from '../../kernel/whole-sum';
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
  readonly id: Buffer;
  context: SalesContext | null;
  /** Its days, as numbers. */
  readonly from: number;
  readonly to: number;
  readonly usages: WholeSum;
  readonly returns: WholeSum;
}

/** What the lines of a sales context add up to. */
export interface ContextTotals {
  readonly summaryRecordId: string;
  readonly usages: bigint;
  readonly returns: bigint;
}

export interface UsageReaderParts {
  /** Takes the id of each line; false for one that was there before. */
  readonly ids?: Pick<SeenIds, 'add'>;
  /** Adds up the lines alone of which nothing is noted: somebody else reads the others. */
  readonly cleanOnly?: boolean;
}

/** Reads the usage lines of one report: each against its own cells, its sales context and the lines before it. */
export class UsageReader {
  private readonly contexts = new Map<string, OpenContext>();
  /** The context of the line before. */
  private last: OpenContext | undefined;
  private readonly ids: Pick<SeenIds, 'add'>;
  private readonly cleanOnly: boolean;
  private readonly line = new CellsLine();

  constructor(
    private readonly findings: Findings,
    { ids = new SeenIds(), cleanOnly = false }: UsageReaderParts = {},
  ) {
    this.ids = ids;
    this.cleanOnly = cleanOnly;
  }

  /** Makes a context known; false when the id was there before, which leaves it unusable for any line. */
  addContext(id: string, context: SalesContext | null): boolean {
    const known = this.contexts.get(id);
    if (known !== undefined) known.context = null;
    else {
      const [from, to] = [context?.periodStart ?? '', context?.periodEnd ?? ''].map(numberOfDay) as [number, number];
      const sums = { usages: new WholeSum(), returns: new WholeSum() };
      this.contexts.set(id, { id: Buffer.from(id), context, from, to, ...sums });
    }
    return known === undefined;
  }

  /** Notes every fault of the line; null when one of them is an error. */
  read(cells: Cells, lineNumber: number): UsageLine | null {
    const { findings } = this;
    checkRecord(usageRules, cells, findings);
    this.checkIdentity(cells);
    const open = this.openContext(cells);
    const context = open?.context ?? null;
    const day = this.dayWithin(open, cells);
    const [total, returned] = [countAsNumber(cells, TOTAL), countAsNumber(cells, RETURNS)];
    this.checkNet(cells, total, returned);
    this.checkGroups(cells);
    // Rejected lines count too: the check is whether the sender's own figures agree with each other.
    if (open !== undefined && (findings.recordIsClean || !this.cleanOnly)) {
      addCount(open.usages, cells, TOTAL, total);
      addCount(open.returns, cells, RETURNS, returned);
    }
    if (!findings.recordIsSound || context === null || day === 0) return null;
    if (!cells.isUsable(TOTAL) || !cells.isUsable(RETURNS) || !cells.isUsable(NET)) return null;
    const { line } = this;
    line.lineNumber = lineNumber;
    line.cells = cells;
    line.context = context;
    line.dayNumber = day;
    line.usages = total;
    line.returned = returned;
    return line;
  }

  /** Those that lines may name. */
  get soundContexts(): SalesContext[] {
    return [...this.contexts.values()].flatMap(({ context }) => (context === null ? [] : [context]));
  }

  /** What the lines read so far add up to. */
  get totals(): ContextTotals[] {
    return [...this.contexts].map(([summaryRecordId, { usages, returns }]) => ({
      summaryRecordId,
      usages: usages.total,
      returns: returns.total,
    }));
  }

  /** Adds what lines come to that were read elsewhere. */
  addTotals(totals: readonly ContextTotals[]): void {
    for (const { summaryRecordId, usages, returns } of totals) {
      const open = this.contexts.get(summaryRecordId)!;
      open.usages.addLarge(usages);
      open.returns.addLarge(returns);
    }
  }

  /** Compares each sound context with the sum of its lines; differences are warnings at the context's line. */
  checkTotals(): void {
    for (const { context, usages, returns } of this.contexts.values()) {
      if (context === null) continue;
      this.findings.open(context.lineNumber, 'SY10');
      if (usages.total !== context.allocatedUsages) {
        const message = `AllocatedUsages says ${context.allocatedUsages}, its lines add up to ${usages.total}`;
        this.findings.add('usage-total-mismatch', message, { cell: 18, value: String(context.allocatedUsages) });
      }
      if (returns.total !== context.returns) {
        const message = `Returns says ${context.returns}, its lines add up to ${returns.total}`;
        this.findings.add('returns-total-mismatch', message, { cell: 19, value: String(context.returns) });
      }
    }
  }

  private checkIdentity(cells: Cells): void {
    if (!cells.isUsable(SALES_TRANSACTION)) return;
    const isNew = cells.isMarked(SALES_TRANSACTION)
      ? this.addText(cells.text(SALES_TRANSACTION))
      : this.ids.add(cells.bytes, cells.start(SALES_TRANSACTION), cells.end(SALES_TRANSACTION));
    if (isNew) return;
    this.findings.add('duplicate-sales-transaction', 'an earlier line of this report has the same SalesTransactionId', {
      cell: SALES_TRANSACTION,
      value: cells.raw(SALES_TRANSACTION),
    });
  }

  private addText(id: string): boolean {
    const bytes = Buffer.from(id);
    return this.ids.add(bytes, 0, bytes.length);
  }

  private openContext(cells: Cells): OpenContext | undefined {
    if (!cells.isUsable(SUMMARY)) return undefined;
    // Lines of a context follow one another nearly everywhere.
    if (this.last !== undefined && this.last.context !== null && cells.hasBytes(SUMMARY, this.last.id))
      return this.last;
    const id = cells.repeatedText(SUMMARY);
    const open = this.contexts.get(id);
    this.last = open;
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

  /** The line's day as a number; 0 where it has none. */
  private dayWithin(open: OpenContext | undefined, cells: Cells): number {
    if (!cells.isUsable(DATE)) return 0;
    const day = dayNumber(cells.bytes, cells.start(DATE), cells.end(DATE));
    const context = open?.context ?? null;
    if (context !== null && (day < open!.from || day > open!.to)) {
      const message = `SalesTransactionDate is outside ${context.periodStart} to ${context.periodEnd}`;
      this.findings.add('date-outside-period', message, { cell: DATE, value: withHyphens(cells.text(DATE)) });
    }
    return day;
  }

  /** The counts as doubles, whatever the cells contain where they are not usable. */
  private checkNet(cells: Cells, total: number, returned: number): void {
    if (!cells.isUsable(TOTAL) || !cells.isUsable(RETURNS) || !cells.isUsable(NET)) return;
    // Below 2⁵³ all three are exact; returns above the total are no count.
    if (total <= Number.MAX_SAFE_INTEGER && countAsNumber(cells, NET) === total - returned) return;
    const right = count(cells, TOTAL) - count(cells, RETURNS);
    if (count(cells, NET) === right) return;
    const message = `NetUsage must be TotalUsages less Returns, ${right}`;
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

const count = (cells: Cells, cell: number): bigint => readCount(cells.bytes, cells.start(cell), cells.end(cell));

const countAsNumber = (cells: Cells, cell: number): number =>
  readCountAsNumber(cells.bytes, cells.start(cell), cells.end(cell));

function addCount(sum: WholeSum, cells: Cells, cell: number, value: number): void {
  if (!cells.isUsable(cell)) return;
  if (value <= Number.MAX_SAFE_INTEGER) sum.add(value);
  else sum.addLarge(count(cells, cell));
}

/** A sound line; the same object for each. */
class CellsLine implements UsageLine {
  lineNumber = 0;
  context!: SalesContext;
  dayNumber = 0;
  usages = 0;
  returned = 0;
  cells!: Cells;

  get date(): string {
    return withHyphens(this.cells.repeatedText(DATE));
  }

  get salesTransactionId(): string {
    return this.cells.text(SALES_TRANSACTION);
  }

  get isrc(): string | null {
    return isrcOf(this.cells);
  }

  copyIsrc(into: Uint8Array): boolean {
    const { cells } = this;
    if (!cells.isUsable(ISRC)) return false;
    const start = cells.start(ISRC);
    if (isStoredIsrc(cells.bytes, start, cells.end(ISRC))) {
      for (let at = 0; at < 12; at += 1) into[at] = cells.bytes[start + at]!;
      return true;
    }
    const isrc = isrcOf(cells);
    if (isrc !== null) into.set(Buffer.from(isrc, 'latin1'));
    return isrc !== null;
  }

  get dspResourceId(): string | null {
    return this.cells.isEmpty(RESOURCE_ID) ? null : this.cells.text(RESOURCE_ID);
  }

  get summaryRecordId(): string {
    return this.context.summaryRecordId;
  }

  get totalUsages(): bigint {
    return count(this.cells, TOTAL);
  }

  get returns(): bigint {
    return count(this.cells, RETURNS);
  }

  get netUsage(): bigint {
    return count(this.cells, NET);
  }

  get rightSharePercentage(): string {
    return this.cells.repeatedText(SHARE);
  }

  get allocatedNetRevenue(): string {
    return this.cells.text(NET_REVENUE);
  }
}

function isrcOf(cells: Cells): string | null {
  if (!cells.isUsable(ISRC)) return null;
  const text = cells.text(ISRC);
  if (isStoredIsrc(cells.bytes, cells.start(ISRC), cells.end(ISRC))) return text;
  const reading = readIsrc(text);
  return 'isrc' in reading ? reading.isrc : null;
}
