import { type ContextTotals } from './read-usage';
import { profiles, RECORD_COMPANY } from './profiles';
import { RecordCompanyBody } from './read-record-company';
import { recordCode } from './record-code';
import { ReportReader } from './report-reader';
import { type ReportReceiver, type ReportSummary, type SalesContext } from './records';
import { type LinesApart } from './usage-lines-apart';

const HASH = 0x23;

const recordCompany = profiles.find(({ id }) => id === RECORD_COMPANY)!;
const none = { HEAD: 0, SY10: 0, SR08: 0, DE01: 0, SRFO: 0, unknown: 0 };

/**
 * Reads a report of the record-company profile from bytes as they come, in memory that does not grow with the file
 * but for the ids of its lines. Whatever the bytes are, every fault goes to the receiver and nothing is thrown; only a
 * failing source or receiver rejects.
 */
export async function readRecordCompanyReport(
  source: AsyncIterable<Uint8Array>,
  receiver: ReportReceiver,
): Promise<ReportSummary> {
  const report = new RecordCompanyReport(receiver);
  for await (const chunk of source) {
    report.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    await receiver.drained?.();
  }
  return report.finish();
}

/** The same for a caller who brings the bytes, and perhaps reads the usage lines in the midst of them elsewhere, by `UsageLinesApart`. */
export class RecordCompanyReport {
  private readonly contexts = new Map<string, SalesContext>();
  private readonly report: ReportReader;
  private body!: RecordCompanyBody;
  private isEnded = false;

  constructor(receiver: ReportReceiver) {
    const told: ReportReceiver = {
      head: (head) => receiver.head?.(head),
      line: (line) => receiver.line?.(line),
      fault: (fault) => receiver.fault?.(fault),
      context: (context) => {
        this.contexts.set(context.summaryRecordId, context);
        receiver.context?.(context);
      },
    };
    this.report = new ReportReader(told, {
      expected: recordCompany,
      choose: (_first, _cells, findings) => {
        this.body = new RecordCompanyBody(findings, told);
        return { profile: recordCompany, body: this.body };
      },
    });
  }

  push(chunk: Buffer): void {
    this.report.push(chunk);
  }

  /** Whole lines so far. */
  get lines(): number {
    return this.report.counted.lines;
  }

  /** Once the first usage line has been pushed: the sales contexts that others need; undefined where all lines must be pushed. */
  get contextsApart(): readonly SalesContext[] | undefined {
    const isInOrder =
      this.report.mayRepeat('SR08') && this.report.faultsByCode['duplicate-summary-record'] === undefined;
    return isInOrder ? [...this.contexts.values()] : undefined;
  }

  /**
   * Takes the next lines as they were read elsewhere, between whole lines. False where they show that the report can be judged only from its first line to its last (an
   * id repeats, or something stands where it is not expected): nothing of what was read elsewhere is to be used then.
   */
  takeApart({ lines, ids, lastGiven, others, otherLines }: LinesApart): boolean {
    if (this.isEnded && lastGiven > 0) return false;
    if (!this.body.passOver(ids)) return false;
    const bytes = Buffer.from(others.buffer, others.byteOffset, others.byteLength);
    let [passed, start] = [0, 0];
    for (let at = 0; at < otherLines.length; at += 2) {
      const [number, length] = [otherLines[at]!, otherLines[at + 1]!];
      const line = bytes.subarray(start, start + length);
      if (!this.mayStandHere(line, number > lastGiven)) return false;
      this.report.passOver(number - 1 - passed, 'SR08', 0);
      this.push(line);
      passed = number;
      start += length;
    }
    this.report.passOver(lines - passed, 'SR08', ids.length / 2);
    return this.report.faultsByCode['duplicate-sales-transaction'] === undefined;
  }

  /** Adds what lines come to that were read elsewhere. */
  addTotals(totals: readonly ContextTotals[]): void {
    this.body.addTotals(totals);
  }

  finish(): ReportSummary {
    const { profile: _profile, head: _head, footer: _footer, blocks: _blocks, ...summary } = this.report.finish();
    return { ...summary, records: { ...none, ...summary.records } };
  }

  private mayStandHere(line: Buffer, isAfterUsage: boolean): boolean {
    if (line[0] === HASH || line.length === 1 || (line.length === 2 && line[0] === 0x0d)) return true;
    const code = recordCode(line, 0, line.length - 1);
    // What is no record of any layout changes nothing for those around it.
    if (code === null) return true;
    if (code === 'SRFO' && isAfterUsage) return (this.isEnded = true);
    return code === 'SR08' && !this.isEnded;
  }
}
