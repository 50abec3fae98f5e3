import {
  type CheckedFile,
  checkTogether,
  type DsrReceiver,
  type DsrSummary,
  type Fault,
  type ReportedUse,
  type SummaryUses,
  type UsageLine,
} from '../../ddex';
import { DsrLines } from './dsr-lines';
import { type FaultsWriter, faultsWaiting } from './held-and-faults';
import type { MatchPlan } from './match-plan';
import type { ReadingFiles } from './reading';
import { RunningTally, slotsOfThread } from './running-tally';
import { UsesTogether } from './uses-together';

/** Records that tell a use. */
const usageRecord = /^S[RU]0\d/;

/** Takes sound records of a DSR report into a tally, and keeps every fault. */
export class TallyingReceiver implements DsrReceiver {
  readonly running: RunningTally;
  readonly rejectedByCode: Record<string, number> = {};
  readonly fatal: Fault[] = [];
  private readonly faults: FaultsWriter;
  private readonly lines: DsrLines;
  private readonly checked: CheckedFile[] = [];
  private readonly usesTogether = new UsesTogether();
  private faultyLine = 0;
  /** Of the files before the one that is being read. */
  linesBefore = 0;
  /** Lines before those of which rows are held now: rows count from there. */
  heldFrom = 0;
  lastLine = 0;

  constructor(plan: MatchPlan, { folder, faults }: Pick<ReadingFiles, 'folder' | 'faults'>) {
    this.running = new RunningTally({ plan, folder, name: 'own', slotsMax: slotsOfThread });
    this.lines = new DsrLines(plan, this.running.tally);
    this.faults = faults;
  }

  get fileLines(): readonly number[] {
    return this.checked.map(({ lines }) => lines);
  }

  /** Notes what only all files can show. */
  together(): void {
    if (this.checked.length > 1) checkTogether(this.checked);
    for (const fault of this.usesTogether.faults()) this.note(fault);
  }

  fault(fault: Fault): void {
    this.note({ ...fault, line: this.linesBefore + fault.line });
  }

  uses(uses: SummaryUses): void {
    this.usesTogether.add({ ...uses, lineNumber: this.linesBefore + uses.lineNumber });
  }

  line(line: UsageLine): void {
    this.lastLine = this.linesBefore + line.lineNumber;
    this.lines.line(line, this.lastLine - this.heldFrom);
  }

  use(use: ReportedUse): void {
    this.lastLine = this.linesBefore + use.lineNumber;
    this.lines.use(use, this.lastLine - this.heldFrom);
  }

  /** Ends a file. */
  end(summary: DsrSummary): void {
    const before = this.linesBefore;
    const faults = { add: (fault: Fault) => this.note({ ...fault, line: before + fault.line }) };
    this.checked.push({ fileName: '', summary, lines: summary.lines, faults });
    this.linesBefore += summary.lines;
  }

  /** To be called now and then: what waits goes to the file. */
  flushFaults(): Promise<void> {
    return this.faults.flush(faultsWaiting);
  }

  private note(fault: Fault): void {
    const { line, record, cell, code, severity, value, message } = fault;
    const place = { cell: cell?.number ?? null, cellName: cell?.name ?? null };
    this.faults.add({
      line: String(line),
      record: record ?? '',
      ...place,
      code,
      severity,
      value: value ?? '',
      message,
    });
    if (fault.fatal && this.fatal.length < 100) this.fatal.push(fault);
    // A line with several errors is one rejected line, counted under the first.
    if (usageRecord.test(record) && severity === 'error' && line !== this.faultyLine) {
      this.faultyLine = line;
      this.rejectedByCode[code] = (this.rejectedByCode[code] ?? 0) + 1;
    }
  }
}
