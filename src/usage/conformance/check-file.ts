import { isUtf8 } from 'node:buffer';
import { checkReport, ReportUnreadable } from '../../ddex';
import type { Fault as RequestFault } from '../../platform/errors/domain-error';
import { LineCheck } from '../dry-run';
import { lineBytesMax } from '../engine/careful-line';
import type { DelimitedLayout } from '../engine/delimited-layout';
import { numberedLines, withoutReturn } from '../engine/line-chunks';
import { eventsMax } from '../events/take-events';
import { type EventReading, readUsageEvent, usageEventType } from '../events/usage-event';
import { headerCells, isHeaded, layoutFor, type MappedMonth, type Mapping } from '../mapping';
import { ParquetUnreadable } from '../parquet/unreadable';
import { Problems } from './problems';

/** What a file comes to. */
export interface CheckedFile {
  /** Of a DSR file as the standard spells it, `table`, or the type of events; null where it cannot be told. */
  readonly profile: string | null;
  readonly lines: number;
  /** Lines of usage, or events. */
  readonly accepted: number;
  readonly rejected: number;
  /** Something is wrong with the file as a whole: as a report it would be refused. */
  readonly fatal: boolean;
  readonly problems: Problems;
  /** Of a table whose mapping fits. */
  readonly layout?: DelimitedLayout;
}

type Bytes = AsyncIterable<Buffer>;

/** A DSR file of any profile, its text not packed. */
export async function checkDsr(file: Bytes, fileName: string): Promise<CheckedFile> {
  const { summary, lines, faults } = await checkReport(file, fileName);
  const problems = new Problems();
  for (const { line, record, cell, code, severity, value, message } of faults.first) {
    problems.add({
      line,
      record,
      cell: cell?.number ?? null,
      cellName: cell?.name ?? null,
      code,
      severity,
      value,
      message,
    });
  }
  problems.count(faults.byCode);
  const { profile = null, accepted = 0, rejected = 0 } = summary ?? {};
  return { profile, lines, accepted, rejected, fatal: summary?.refused ?? true, problems };
}

/** A table that a mapping reads, JSON Lines, or the rows of a Parquet file as such. */
export async function checkTable(file: Bytes, mapping: Mapping, month: MappedMonth): Promise<CheckedFile> {
  const table = new TableCheck(mapping, month);
  try {
    for await (const { bytes, number } of numberedLines(file, lineBytesMax)) {
      table.line(bytes, number);
      if (table.isFatal) break;
    }
  } catch (error) {
    if (error instanceof ParquetUnreadable) for (const { code, message } of error.faults) table.fatal(code, message);
    else if (error instanceof ReportUnreadable) table.fatal(error.code, error.message);
    else throw error;
  }
  return table.checked();
}

class TableCheck {
  private readonly problems = new Problems();
  private check: LineCheck | undefined;
  private layout: DelimitedLayout | undefined;
  private lines = 0;
  isFatal = false;

  constructor(
    private readonly mapping: Mapping,
    private readonly month: MappedMonth,
  ) {}

  line(bytes: Buffer, number: number): void {
    this.lines = number;
    if (this.check === undefined && (this.open(bytes) || this.check === undefined)) return;
    for (const fault of this.check.check(bytes, number)) {
      this.problems.add({ record: '', severity: 'error', ...fault });
    }
  }

  fatal(code: string, message: string): void {
    this.isFatal = true;
    const place = { line: Math.max(1, this.lines), record: '', cell: null, cellName: null, value: '' };
    this.problems.add({ ...place, code, severity: 'error', message });
  }

  checked(): CheckedFile {
    const { lines, problems, isFatal, layout, check } = this;
    if (lines === 0 && !isFatal) this.fatal('header-unreadable', 'the file is empty');
    const { accepted = 0, rejected = 0 } = check ?? {};
    return {
      profile: 'table',
      lines,
      accepted,
      rejected,
      fatal: isFatal || lines === 0,
      problems,
      ...(layout && { layout }),
    };
  }

  /** Looks at the first line; true where it is a header, and no line of usage. */
  private open(first: Buffer): boolean {
    const { mapping, month } = this;
    const hasHeader = isHeaded(mapping);
    const layout = layoutFor(mapping, (hasHeader ? headerCells(first, mapping.delimiter) : []) ?? [], month);
    if ('faults' in layout) {
      for (const { code, message } of layout.faults) this.fatal(code, message);
    } else {
      this.layout = layout;
      this.check = new LineCheck(layout);
    }
    return hasHeader;
  }
}

const eventBytesMax = 16 * 1024;

/** A stream of usage events, one a line. `judge` adds what only the moment and the sender can tell. */
export async function checkEvents(file: Bytes, judge: (reading: EventReading) => EventReading): Promise<CheckedFile> {
  const events = new EventCheck(judge);
  let lines = 0;
  for await (const { bytes, number } of numberedLines(file, eventBytesMax)) {
    lines = number;
    const text = withoutReturn(bytes);
    if (text.length === 0) continue;
    if (bytes.length > eventBytesMax) events.unreadable(number, `a line has at most ${eventBytesMax} bytes`);
    else events.line(text, number);
  }
  return events.checked(lines);
}

/** A list of events, as a batch is: what is none, or too long, would be refused as a whole. */
export function checkEventBatch(json: unknown, judge: (reading: EventReading) => EventReading): CheckedFile {
  const events = new EventCheck(judge);
  const list: unknown[] = Array.isArray(json) ? json : [];
  const isBatch = list.length >= 1 && list.length <= eventsMax;
  if (!isBatch) events.noBatch();
  list.forEach((event, at) => events.event(event, at + 1));
  return { ...events.checked(list.length), fatal: !isBatch };
}

class EventCheck {
  private readonly problems = new Problems();
  private accepted = 0;
  private rejected = 0;

  constructor(private readonly judge: (reading: EventReading) => EventReading) {}

  line(bytes: Buffer, number: number): void {
    if (!isUtf8(bytes)) return this.unreadable(number, 'the line is not UTF-8');
    let json: unknown;
    try {
      json = JSON.parse(bytes.toString('utf8'));
    } catch {
      return this.unreadable(number, 'the line is not JSON');
    }
    return this.event(json, number);
  }

  event(json: unknown, number: number): void {
    const reading = this.judge(readUsageEvent(json));
    if ('event' in reading) {
      this.accepted += 1;
      return;
    }
    this.rejected += 1;
    for (const fault of reading.faults) this.add(number, fault, valueAt(json, fault.pointer));
  }

  noBatch(): void {
    const message = `a batch is a list of 1 to ${eventsMax} events`;
    this.add(1, { pointer: '', code: 'field-array-size', message }, '');
  }

  unreadable(number: number, message: string): void {
    this.rejected += 1;
    this.add(number, { pointer: '', code: 'field-json', message }, '');
  }

  checked(lines: number): CheckedFile {
    const { accepted, rejected, problems } = this;
    return { profile: usageEventType, lines, accepted, rejected, fatal: false, problems };
  }

  private add(line: number, { pointer, code, message }: RequestFault, value: string): void {
    this.problems.add({ line, record: '', cell: null, cellName: pointer, code, severity: 'error', value, message });
  }
}

/** What stands there, as text. */
function valueAt(json: unknown, pointer: string): string {
  let value = json;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return '';
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '').slice(0, 200);
}
