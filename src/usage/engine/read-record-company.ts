import {
  type Fault,
  readRecordCompanyReport,
  type ReportReceiver,
  type SalesContext,
  type UsageLine,
} from '../../ddex';
import { dayAfter, territoryNumber, useModelCode } from '../../kernel';
import type { FaultsWriter, HeldWriter } from './held-and-faults';
import { type MatchPlan, placeCode } from './match-plan';
import { packIsrc } from './packed-isrc';
import { type Progress, type Reading, ReadingFiles } from './reading';
import { RunFiles } from './run-files';
import { byReason, type SoundLine, Tally } from './tally';

export interface RecordCompanyInput {
  /** A report of the record-company profile; not packed. */
  readonly source: AsyncIterable<Buffer>;
  readonly plan: MatchPlan;
  /** On disk. */
  readonly folder: string;
  /** Is told of lines; of bytes by whoever reads the source. */
  readonly progress?: Progress | undefined;
}

/** `fatal`: at most the first hundred faults that refuse the report as a whole. */
export interface RecordCompanyReading extends Reading {
  readonly fatal: readonly Fault[];
}

const slotsMax = 1 << 18;
const faultsWaiting = 1 << 16;

/** Reads a report of the record-company profile once, from its first byte to its last. */
export async function readRecordCompany({
  source,
  plan,
  folder,
  progress,
}: RecordCompanyInput): Promise<RecordCompanyReading> {
  const files = await ReadingFiles.open(folder);
  try {
    const receiver = new Receiver(plan, files, progress);
    const { lines } = await readRecordCompanyReport(source, receiver);
    await receiver.drained();
    const { accepted, reasons, table, units } = receiver.tally;
    const held = byReason(reasons);
    const faulty = Object.values(receiver.rejectedByCode).reduce((sum, count) => sum + count, 0);
    const rejectedByCode = { ...receiver.rejectedByCode };
    for (const [reason, count] of Object.entries(held)) rejectedByCode[reason] = (rejectedByCode[reason] ?? 0) + count;
    const rejected = Object.values(rejectedByCode).reduce((sum, count) => sum + count, 0);
    const found = { runs: receiver.runs.list, last: table.takeRun(), large: table.large };
    const made = await files.end(plan, [found]);
    return { lines, accepted, rejected, faulty, rejectedByCode, units, ...made, fatal: receiver.fatal };
  } catch (error) {
    await files.remove();
    throw error;
  }
}

/** Takes sound lines into a tally, and keeps every fault. */
class Receiver implements ReportReceiver {
  readonly tally: Tally;
  readonly runs: RunFiles;
  readonly rejectedByCode: Record<string, number> = {};
  readonly fatal: Fault[] = [];
  private readonly held: HeldWriter;
  private readonly faults: FaultsWriter;
  private readonly places = new WeakMap<SalesContext, number>();
  private readonly days: ReadonlyMap<string, number>;
  private readonly packed: SoundLine = { line: 0, letters: 0, digits: 0, place: 0, day: 0, quantity: 0, returns: 0 };
  private readonly bytes = Buffer.alloc(12);
  private faultyLine = 0;

  constructor(
    plan: MatchPlan,
    { folder, held, faults }: ReadingFiles,
    private readonly progress: Progress | undefined,
  ) {
    this.tally = new Tally(plan, slotsMax);
    this.runs = new RunFiles(folder, 'run');
    this.held = held;
    this.faults = faults;
    this.days = new Map(Array.from({ length: plan.days }, (_, at) => [dayAfter(plan.from, at) as string, at]));
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
    const { packed, tally } = this;
    packed.line = line.lineNumber;
    packed.place = this.placeOf(line.context);
    packed.day = this.days.get(line.date) ?? 0;
    packed.quantity = line.usages;
    packed.returns = line.returned;
    if (!line.copyIsrc(this.bytes)) return tally.holdUnnamed(packed);
    packIsrc(this.bytes, 0, packed);
    if (Number.isSafeInteger(packed.quantity) && Number.isSafeInteger(packed.returns)) tally.add(packed);
    else tally.addLarge(packed, line.totalUsages, line.returns);
  }

  async drained(): Promise<void> {
    this.progress?.atLine(this.packed.line);
    this.runs.spillIfFull(this.tally.table);
    await this.held.add(this.tally.takeHeld(), 1);
    await this.faults.flush(faultsWaiting);
  }

  private placeOf(context: SalesContext): number {
    let place = this.places.get(context);
    if (place === undefined) {
      const { territory, useType, commercialModel } = context;
      place = placeCode(territoryNumber(territory), useModelCode(useType, commercialModel));
      this.places.set(context, place);
    }
    return place;
  }
}
