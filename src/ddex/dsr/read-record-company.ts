import { type Body } from './body';
import { type Cells } from './cells';
import { type Findings } from './faults';
import { GatheredIds } from './gathered-ids';
import { type RecordCode } from './layouts';
import { checkPartlyKnown, readContext } from './read-records';
import { type Head, type ReportReceiver, type SalesContext } from './records';
import { type ContextTotals, UsageReader } from './read-usage';
import { RevenueCheck } from './revenue-check';
import { SeenIds } from './seen-ids';

/** Sales contexts (SY10) and usage lines (SR08) of the record-company profile. */
export class RecordCompanyBody implements Body {
  contexts = 0;
  accepted = 0;
  readonly blocks = 0;
  readonly blockIds = null;
  private readonly ids = new SeenIds();
  private readonly idsApart = new GatheredIds();
  private readonly usage: UsageReader;
  private readonly revenue: RevenueCheck | null;

  /** With `reconcile`, the money of contexts and lines is held against each other as well. */
  constructor(
    private readonly findings: Findings,
    private readonly receiver: ReportReceiver,
    { reconcile = false }: { readonly reconcile?: boolean } = {},
  ) {
    this.usage = new UsageReader(findings, { ids: this.ids });
    this.revenue = reconcile ? new RevenueCheck(findings) : null;
  }

  takes(code: RecordCode): boolean {
    return /^(SR08|SY10|DE01)/.test(code);
  }

  read(code: RecordCode, lineNumber: number, cells: Cells, head: Head | null): void {
    if (code === 'SR08') this.readUsage(cells, lineNumber);
    else if (code === 'SY10') this.readContext(cells, lineNumber, head);
    // DE01 is agreed between the parties: carried in the file, of no meaning here.
    else if (code !== 'DE01') checkPartlyKnown(code, cells, this.findings);
  }

  /** Lines that were accepted elsewhere, by the hashes of their ids. */
  passOver(ids: Uint32Array): void {
    this.idsApart.add(ids);
    this.accepted += ids.length / 2;
  }

  /** About so many lines are passed over. */
  expect(lines: number): void {
    this.idsApart.expect(lines);
  }

  /** Whether an id of a line that was passed over is that of another line. To be asked once, after the last one. */
  idsApartRepeat(): boolean {
    this.idsApart.add(this.ids.hashes);
    return this.idsApart.repeat();
  }

  get soundContexts(): SalesContext[] {
    return this.usage.soundContexts;
  }

  addTotals(totals: readonly ContextTotals[]): void {
    this.usage.addTotals(totals);
  }

  finish(): void {
    this.usage.checkTotals();
    this.revenue?.finish();
  }

  private readContext(cells: Cells, lineNumber: number, head: Head | null): void {
    const context = readContext(cells, lineNumber, head, this.findings);
    // A rejected context stays known by its id, so that its lines can say why they are rejected.
    const id = cells.isUsable(2) ? cells.text(2) : null;
    if (id === null) return;
    if (!this.usage.addContext(id, context)) {
      const message = 'an earlier SY10 has the same SummaryRecordId; lines that name it are rejected';
      this.findings.add('duplicate-summary-record', message, { cell: 2, value: id });
    } else if (context !== null) {
      this.contexts += 1;
      this.revenue?.context(context);
      this.receiver.context?.(context);
    }
  }

  private readUsage(cells: Cells, lineNumber: number): void {
    const line = this.usage.read(cells, lineNumber);
    this.revenue?.line(cells);
    if (line === null) return;
    this.accepted += 1;
    this.receiver.line?.(line);
  }
}
