import { Cells } from './cells';
import { Findings } from './faults';
import { layouts, type RecordCode } from './layouts';
import { LINE_BYTES_MAX, LineSplitter } from './lines';
import { type Footer, readContext, readFooter, readHead } from './read-records';
import { UsageReader } from './read-usage';
import { type Head, type ReportReceiver, type ReportSummary } from './records';

/**
 * Reads a report of the record-company profile from bytes as they come, in memory that does not grow with the file
 * but for the ids of its lines. Whatever the bytes are, every fault goes to the receiver and nothing is thrown; only a
 * failing source or receiver rejects.
 */
export async function readRecordCompanyReport(
  source: AsyncIterable<Uint8Array>,
  receiver: ReportReceiver,
): Promise<ReportSummary> {
  const report = new ReportReader(receiver);
  for await (const chunk of source) {
    report.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    await receiver.drained?.();
  }
  return report.finish();
}

const HASH = 0x23;
const TAB = 0x09;
/** Which record may come before which; `null` is the start of the file (a missing head is a fault of its own). */
const predecessors: Readonly<Record<RecordCode, readonly (RecordCode | null)[]>> = {
  HEAD: [null],
  SY10: [null, 'HEAD', 'SY10'],
  SR08: [null, 'HEAD', 'SY10', 'SR08', 'DE01'],
  DE01: ['SR08'],
  SRFO: [null, 'HEAD', 'SY10', 'SR08', 'DE01'],
};

class ReportReader {
  private readonly findings: Findings;
  private readonly usage: UsageReader;
  private readonly splitter = new LineSplitter((bytes, start, end, overlong) => this.line(bytes, start, end, overlong));
  private readonly cells = new Cells();
  private readonly records: Record<RecordCode | 'unknown', number> = {
    HEAD: 0,
    SY10: 0,
    SR08: 0,
    DE01: 0,
    SRFO: 0,
    unknown: 0,
  };
  private lines = 0;
  private comments = 0;
  private emptyLines = 0;
  private contexts = 0;
  private accepted = 0;
  private head: Head | null = null;
  private footer: Footer | null = null;
  private previous: RecordCode | null = null;

  constructor(private readonly receiver: ReportReceiver) {
    this.findings = new Findings(receiver.fault?.bind(receiver));
    this.usage = new UsageReader(this.findings);
  }

  push(chunk: Buffer): void {
    this.splitter.push(chunk);
  }

  finish(): ReportSummary {
    this.splitter.finish();
    this.usage.checkTotals();
    this.checkWhole();
    return {
      lines: this.lines,
      comments: this.comments,
      emptyLines: this.emptyLines,
      records: { ...this.records },
      contexts: this.contexts,
      accepted: this.accepted,
      rejected: this.records.SR08 - this.accepted,
      refused: this.findings.refused,
      faults: this.findings.total,
      faultsByCode: this.findings.byCode,
    };
  }

  private line(bytes: Buffer, lineStart: number, end: number, overlong: boolean): void {
    this.lines += 1;
    const start = this.lines === 1 ? this.afterByteOrderMark(bytes, lineStart, end) : lineStart;
    if (start === end) this.emptyLines += 1;
    else if (bytes[start] === HASH) this.comments += 1;
    else this.record(bytes, start, end, overlong);
  }

  private record(bytes: Buffer, start: number, end: number, overlong: boolean): void {
    const code = recordCode(bytes, start, end);
    const written = code ?? bytes.toString('utf8', start, Math.min(firstCellEnd(bytes, start, end), start + 64));
    this.findings.open(this.lines, written);
    this.records[code ?? 'unknown'] += 1;
    if (code === null) {
      this.findings.add('unknown-record', 'this profile has no such record; it is skipped', { value: written });
      return;
    }
    this.checkOrder(code);
    if (overlong) {
      const value = bytes.toString('utf8', start, start + 200);
      this.findings.add('line-too-long', `a line may have at most ${LINE_BYTES_MAX} bytes`, { value });
      return;
    }
    this.cells.load(bytes, start, end);
    this.dispatch(code);
  }

  private checkOrder(code: RecordCode): void {
    if (predecessors[code].includes(this.previous)) {
      this.previous = code;
      return;
    }
    const message = 'records come as HEAD, SY10, then SR08 each with at most one DE01, then SRFO';
    this.findings.add('record-out-of-order', message, { value: code });
  }

  /** Reads the record even when it is out of order, so that all its faults are listed; it is not sound then. */
  private dispatch(code: RecordCode): void {
    switch (code) {
      case 'HEAD':
        return this.readHead();
      case 'SY10':
        return this.readContext();
      case 'SR08':
        return this.readUsage();
      case 'DE01':
        // Agreed between the parties: carried in the file, of no meaning here.
        return;
      case 'SRFO':
        this.footer ??= readFooter(this.cells, this.lines, this.findings);
    }
  }

  private readHead(): void {
    const head = readHead(this.cells, this.lines, this.findings);
    if (head === null) return;
    this.head = head;
    this.receiver.head?.(head);
  }

  private readContext(): void {
    const context = readContext(this.cells, this.lines, this.head, this.findings);
    // A rejected context stays known by its id, so that its lines can say why they are rejected.
    const id = this.cells.isUsable(2) ? this.cells.text(2) : null;
    if (id === null) return;
    if (!this.usage.addContext(id, context)) {
      const message = 'an earlier SY10 has the same SummaryRecordId; lines that name it are rejected';
      this.findings.add('duplicate-summary-record', message, { cell: 2, value: id });
    } else if (context !== null) {
      this.contexts += 1;
      this.receiver.context?.(context);
    }
  }

  private readUsage(): void {
    const line = this.usage.read(this.cells, this.lines);
    if (line === null) return;
    this.accepted += 1;
    this.receiver.line?.(line);
  }

  /** What only the whole file can show. */
  private checkWhole(): void {
    const { findings, records, footer } = this;
    findings.open(this.lines, '');
    if (records.HEAD === 0) findings.add('head-missing', 'the report has no HEAD record');
    if (records.SY10 === 0) findings.add('summary-missing', 'the report has no SY10 record');
    if (records.SRFO === 0) findings.add('footer-missing', 'the report has no SRFO record: it may have been cut off');
    if (footer === null) return;
    findings.open(footer.lineNumber, 'SRFO');
    if (footer.lines !== BigInt(this.lines)) {
      const message = `the footer counts ${footer.lines} lines, the file has ${this.lines}`;
      findings.add('line-count-mismatch', message, { cell: 2, value: String(footer.lines) });
    }
    if (footer.summaries !== BigInt(records.SY10)) {
      const message = `the footer counts ${footer.summaries} SY10 records, the file has ${records.SY10}`;
      findings.add('summary-count-mismatch', message, { cell: 3, value: String(footer.summaries) });
    }
  }

  /** Editors of spreadsheets put a byte order mark before the first record; it is no part of it. */
  private afterByteOrderMark(bytes: Buffer, start: number, end: number): number {
    if (end - start < 3 || bytes[start] !== 0xef || bytes[start + 1] !== 0xbb || bytes[start + 2] !== 0xbf)
      return start;
    this.findings.open(1, '');
    this.findings.add('byte-order-mark', 'the file starts with a byte order mark; it is skipped');
    return start + 3;
  }
}

function firstCellEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== TAB) at += 1;
  return at;
}

/** All codes of this profile have four characters, so that one 32-bit comparison tells them apart. */
const codes: ReadonlyMap<number, RecordCode> = new Map(
  (Object.keys(layouts) as RecordCode[]).map((code) => [Buffer.from(code, 'latin1').readUInt32BE(0), code]),
);

function recordCode(bytes: Buffer, start: number, end: number): RecordCode | null {
  if (end - start < 4 || (end - start > 4 && bytes[start + 4] !== TAB)) return null;
  return codes.get(bytes.readUInt32BE(start)) ?? null;
}
