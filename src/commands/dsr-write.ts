import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { DsrWriter, type Fault, LineSplitter, type NamedCells } from '../ddex';
import { DSR_EXIT, type DsrStreams, openBytes, put, reasonUnreadable } from './dsr-files';
import { readRecord } from './dsr-records';
import { printable } from './printable';

/** Longer than any record in JSON. */
const LINE_BYTES_MAX = 1024 * 1024;
const FAULTS_SHOWN = 1000;

/**
 * Writes a report from records as JSON Lines. Every fault is told on standard error with the line it comes from. After
 * the first error nothing more is written, the footer least of all, so that what was written before cannot be taken for
 * a report. 0 without errors, 1 with, 2 when a file cannot be read or written.
 */
export async function writeRecords(
  path: string,
  { output: target }: { readonly output?: string },
  { output, errors }: DsrStreams,
): Promise<number> {
  const part = target === undefined ? undefined : `${target}.part`;
  const report = new JsonReport(errors);
  try {
    const text = textOf(openBytes(path), report);
    if (part === undefined) {
      for await (const chunk of text) await put(output, chunk);
    } else {
      await pipeline(text, createWriteStream(part));
      if (report.isSound) await rename(part, target!);
    }
  } catch (error) {
    errors.write(`${printable((error as NodeJS.ErrnoException).path ?? path)}: ${reasonUnreadable(error)}\n`);
    return DSR_EXIT.unreadable;
  } finally {
    if (part !== undefined) await rm(part, { force: true });
  }
  return report.isSound ? DSR_EXIT.sound : DSR_EXIT.faulty;
}

async function* textOf(records: AsyncIterable<Buffer>, report: JsonReport): AsyncGenerator<string> {
  for await (const chunk of records) {
    report.push(chunk);
    yield report.take();
  }
  report.end();
  yield report.take();
}

/** The report that lines of JSON come to, one after another. */
class JsonReport {
  isSound = true;
  private readonly writer = new DsrWriter();
  private readonly splitter = new LineSplitter(
    (bytes, start, end, overlong) => this.line(bytes.toString('utf8', start, end), overlong),
    LINE_BYTES_MAX,
  );
  private lineNumber = 0;
  private text = '';
  private told = 0;
  private totals: NamedCells | null = null;

  constructor(private readonly errors: DsrStreams['errors']) {}

  push(chunk: Buffer): void {
    this.splitter.push(chunk);
  }

  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }

  end(): void {
    this.splitter.finish();
    const { text, faults } = this.writer.end(this.totals ?? {});
    this.keep(text, faults);
  }

  private line(line: string, overlong: boolean): void {
    this.lineNumber += 1;
    if (overlong) return this.refuse('line-too-long', `a line may have at most ${LINE_BYTES_MAX} bytes`);
    if (line.trim() === '') return;
    const record = readRecord(line);
    if ('faults' in record) {
      for (const { code, message } of record.faults) this.refuse(code, message);
      return;
    }
    const { code, cells } = record;
    if (this.totals !== null) return this.refuse('record-out-of-order', 'nothing may follow the footer');
    if (code === 'FOOT' || code === 'SRFO') return this.takeTotals(cells);
    const { text, faults } = this.writer.write(code, cells);
    this.keep(text, faults);
  }

  /** The counts of this file are counted; only those of a report of several files are asked for. */
  private takeTotals(cells: NamedCells): void {
    const given = Object.keys(cells).filter((name) => !/^NumberOf(Lines|Blocks)InReport$/.test(name));
    if (given.length > 0) this.refuse('cell-counted', `${given.join(', ')}: counted by the writer, not to be given`);
    this.totals = cells;
  }

  private keep(text: string, faults: readonly Fault[]): void {
    for (const { code, severity, message, value, record } of faults) {
      if (severity === 'error') this.isSound = false;
      this.tell(
        `${severity} ${code}: ${record === '' ? '' : `${record}: `}${message}${value === '' ? '' : `: ${JSON.stringify(value)}`}`,
      );
    }
    if (this.isSound) this.text += text;
  }

  private refuse(code: string, message: string): void {
    this.isSound = false;
    this.tell(`error ${code}: ${message}`);
  }

  private tell(text: string): void {
    this.told += 1;
    if (this.told <= FAULTS_SHOWN) this.errors.write(`line ${this.lineNumber}: ${printable(text)}\n`);
  }
}
