import { dsrReader } from './read-any';
import { RecordCompanyBody } from './read-record-company';
import { type ContextTotals } from './read-usage';
import { recordCode } from './record-code';
import { type ReportReader } from './report-reader';
import { type DsrReceiver, type DsrSummary, type SalesContext } from './records';
import { type LinesApart } from './usage-lines-apart';

const HASH = 0x23;
const CARRIAGE_RETURN = 0x0d;

/** A report for a caller who brings the bytes, and who may have usage lines in the midst of them read elsewhere, by `UsageLinesApart`. */
export class ReportInParts {
  private readonly report: ReportReader;
  private isEnded = false;

  constructor(receiver: DsrReceiver) {
    this.report = dsrReader(receiver);
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
    const { body, report } = this;
    const isInOrder = report.mayRepeat('SR08') && report.faultsByCode['duplicate-summary-record'] === undefined;
    return isInOrder ? body?.soundContexts : undefined;
  }

  /**
   * Takes the next lines as they were read elsewhere, between whole lines. False where they show that the report can be judged only from its first line to its last
   * (something stands where it is not expected): nothing of what was read elsewhere is to be used then.
   */
  takeApart({ lines, ids, lastGiven, others, otherLines }: LinesApart): boolean {
    if (this.isEnded && lastGiven > 0) return false;
    this.body?.passOver(ids);
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

  /** About so many usage lines are to come. */
  expect(lines: number): void {
    this.body?.expect(lines);
  }

  /** Adds what lines come to that were read elsewhere. */
  addTotals(totals: readonly ContextTotals[]): void {
    this.body?.addTotals(totals);
  }

  /** After the last line. Undefined where an id repeats: nothing of what was read elsewhere is to be used then either. */
  finish(): DsrSummary | undefined {
    return this.body?.idsApartRepeat() === true ? undefined : this.report.finish();
  }

  private get body(): RecordCompanyBody | undefined {
    return this.report.body instanceof RecordCompanyBody ? this.report.body : undefined;
  }

  private mayStandHere(line: Buffer, isAfterUsage: boolean): boolean {
    const end = line.at(-2) === CARRIAGE_RETURN ? line.length - 2 : line.length - 1;
    if (line[0] === HASH || end === 0) return true;
    const code = recordCode(line, 0, end);
    // What is no record of any layout changes nothing for those around it.
    if (code === null) return true;
    if (code === 'SRFO' && isAfterUsage) return (this.isEnded = true);
    return code === 'SR08' && !this.isEnded;
  }
}
