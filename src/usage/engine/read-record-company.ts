import { open } from 'node:fs/promises';
import {
  type Fault,
  readRecordCompanyReport,
  RecordCompanyReport,
  type ReportReceiver,
  type UsageLine,
} from '../../ddex';
import { DsrLines } from './dsr-lines';
import type { FaultsWriter } from './held-and-faults';
import { bytesAt } from './hashed-file';
import { partNumbers, type PlainFile } from './line-parts';
import type { MatchPlan } from './match-plan';
import { type Progress, type Reading, ReadingFiles } from './reading';
import { type ScannedLines, type UsageLinesEnd, UsageLinesWork } from './record-company-thread';
import { countsOf, RunningTally, type Tallied } from './running-tally';
import { scanChunks } from './scan-threads';
import { heldWords } from './tally';

export interface RecordCompanyInput {
  /** A report of the record-company profile: its bytes as they come, not packed. */
  readonly source: () => AsyncIterable<Buffer>;
  /** The same as a file, where its usage lines are to be read part by part. */
  readonly file?: PlainFile | undefined;
  readonly plan: MatchPlan;
  /** On disk. */
  readonly folder: string;
  /** 0: in the caller's own. */
  readonly threads: number;
  /** Is told of lines; of bytes by whoever reads the source. */
  readonly progress?: Progress | undefined;
}

/** `fatal`: at most the first hundred faults that refuse the report as a whole. */
export interface RecordCompanyReading extends Reading {
  readonly fatal: readonly Fault[];
}

const slotsMax = 1 << 18;
const faultsWaiting = 1 << 16;
const lineFeed = 10;

/**
 * Reads a report of the record-company profile once, from its first byte to its last. Of a large file threads read the usage lines, each its own parts; where
 * they meet what can be judged only in order, the file is read once more, in order.
 */
export async function readRecordCompany(input: RecordCompanyInput): Promise<RecordCompanyReading> {
  return (
    (input.file === undefined ? undefined : await readWith(input, readApart)) ?? (await readWith(input, readInOrder))!
  );
}

/** What both ways of reading come to, besides what the receiver found; undefined where a report is to be read in order. */
interface Read {
  readonly lines: number;
  readonly tallied: readonly Tallied[];
}

type Reader = (input: RecordCompanyInput, files: ReadingFiles, receiver: Receiver) => Promise<Read | undefined>;

async function readWith(input: RecordCompanyInput, reader: Reader): Promise<RecordCompanyReading | undefined> {
  const { plan, folder } = input;
  const files = await ReadingFiles.open(folder);
  try {
    const receiver = new Receiver(plan, files);
    const read = await reader(input, files, receiver);
    if (read === undefined) {
      await files.remove();
      return undefined;
    }
    const tallied = [receiver.running.end(), ...read.tallied];
    const made = await files.end(plan, tallied);
    return { lines: read.lines, ...countsOf(tallied, receiver.rejectedByCode), ...made, fatal: receiver.fatal };
  } catch (error) {
    await files.remove();
    throw error;
  }
}

const readInOrder: Reader = async ({ source, progress }, { held }, receiver) => {
  const { lines } = await readRecordCompanyReport(source(), {
    fault: (fault) => receiver.fault(fault),
    line: (line) => receiver.line(line),
    drained: async () => {
      progress?.atLine(receiver.lastLine);
      await held.add(receiver.running.takeHeld(), 1);
      await receiver.faults.flush(faultsWaiting);
    },
  });
  await held.add(receiver.running.takeHeld(), 1);
  return { lines, tallied: [] };
};

const readApart: Reader = async ({ file, plan, threads, progress }, { folder, held }, receiver) => {
  if (file === undefined) return undefined;
  const report = new RecordCompanyReport(receiver);
  const from = await pushUntilUsage(file, report);
  const contexts = from === undefined ? undefined : report.contextsApart;
  if (from === undefined || contexts === undefined) return undefined;
  await held.add(receiver.running.takeHeld(), 1);
  const take = async (scanned: ScannedLines): Promise<void> => {
    const before = (receiver.before = report.lines);
    if (!report.takeApart(scanned)) throw new OnlyInOrder();
    await held.add(inOrder(scanned.held, receiver.running.takeHeld()), before + 1);
    await receiver.faults.flush(faultsWaiting);
    progress?.atLine(report.lines);
  };
  const rest = { ...file, from };
  const order = { plan, folder, slotsMax, contexts, file: rest };
  const how = { order, thread: 'record-company-thread.js', work: UsageLinesWork, threads, take };
  let ends: UsageLinesEnd[];
  try {
    ends = await scanChunks(partNumbers(rest, progress), how);
  } catch (error) {
    if (error instanceof OnlyInOrder) return undefined;
    throw error;
  }
  for (const { totals } of ends) report.addTotals(totals);
  const { lines } = report.finish();
  return { lines, tallied: ends.map(({ tallied }) => tallied) };
};

/** Something in the report can be judged only from its first line to its last. */
class OnlyInOrder extends Error {}

/** So much is looked through for the first usage line: thousands of sales contexts. */
const beginBytesMax = 16 * 1024 * 1024;
const beginBytesMin = 256 * 1024;
const beforeUsage = '\nSR08\t';

/** Reads everything up to the first usage line, and that one, and gives how many bytes it was; undefined where no usage line is found. */
async function pushUntilUsage({ path, bytes }: PlainFile, report: RecordCompanyReport): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    for (let length = beginBytesMin; length <= beginBytesMax; length *= 4) {
      const begin = await bytesAt(file, 0, Math.min(length, bytes));
      const usage = begin.indexOf(beforeUsage);
      const end = usage < 0 ? -1 : begin.indexOf(lineFeed, usage + 1);
      if (end < 0) continue;
      report.push(begin.subarray(0, end + 1));
      return end + 1;
    }
    return undefined;
  } finally {
    await file.close();
  }
}

/** Rows of both in the order of their lines; in each they are so already. */
function inOrder(some: Uint32Array, others: Uint32Array): Uint32Array {
  if (others.length === 0) return some;
  const all = new Uint32Array(some.length + others.length);
  for (let to = 0, at = 0, other = 0; to < all.length; to += heldWords) {
    const isOther = at === some.length || (other < others.length && others[other]! < some[at]!);
    if (isOther) all.set(others.subarray(other, (other += heldWords)), to);
    else all.set(some.subarray(at, (at += heldWords)), to);
  }
  return all;
}

/** Takes sound lines into a tally, and keeps every fault. */
class Receiver implements ReportReceiver {
  readonly running: RunningTally;
  readonly faults: FaultsWriter;
  readonly rejectedByCode: Record<string, number> = {};
  readonly fatal: Fault[] = [];
  /** Lines of the file before those of which rows are held now. */
  before = 0;
  lastLine = 0;
  private readonly lines: DsrLines;
  private faultyLine = 0;

  constructor(plan: MatchPlan, { folder, faults }: ReadingFiles) {
    this.running = new RunningTally({ plan, folder, name: 'own', slotsMax });
    this.lines = new DsrLines(plan, this.running.tally);
    this.faults = faults;
  }

  fault(fault: Fault): void {
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
    if (record.startsWith('SR08') && severity === 'error' && line !== this.faultyLine) {
      this.faultyLine = line;
      this.rejectedByCode[code] = (this.rejectedByCode[code] ?? 0) + 1;
    }
  }

  line(line: UsageLine): void {
    this.lastLine = line.lineNumber;
    this.lines.add(line, line.lineNumber - this.before);
  }
}
