import { type Fault, readRecordCompanyReport, type ReportSummary, type SalesContext, type UsageLine } from '../ddex';
import { calendarDateOf, type CompiledContext, type CompiledGrants } from '../kernel';
import { Spool } from './spool';

/** Exact sums of one recording in one context of one agreement. */
export interface ScannedSum {
  readonly agreementId: string;
  readonly isrc: string;
  readonly context: SalesContext;
  quantity: bigint;
  returns: bigint;
}

export interface ScannedReport {
  readonly summary: ReportSummary;
  readonly sums: ReadonlyMap<string, ScannedSum>;
  /** Rows of usage_faults without report and parties: number, line, record, cell, cell name, code, severity, value, message. */
  readonly faults: Spool;
  /** Rows of unmatched_usage without report and parties: line, isrc, reason, context, quantity, returns. */
  readonly unmatched: Spool;
  /** Recordings that no agreement names. */
  readonly unlicensed: ReadonlySet<string>;
  readonly accepted: bigint;
  readonly rejected: bigint;
  readonly rejectedByCode: Record<string, number>;
  readonly fatal: readonly Fault[];
}

/**
 * Reads a report once, from first to last byte: each line is checked, matched against the grants and added up.
 * A line is rejected as a whole, under its first error or under the reason why no agreement covers it.
 */
export async function scanReport(
  file: AsyncIterable<Buffer>,
  { serviceId, grants, folder }: { serviceId: string; grants: CompiledGrants; folder: string },
): Promise<ScannedReport> {
  const scan = new Scan(serviceId, grants, await Spool.open(folder), await Spool.open(folder));
  try {
    const summary = await readRecordCompanyReport(file, scan);
    return scan.result(summary);
  } catch (error) {
    await scan.remove();
    throw error;
  }
}

class Scan {
  private readonly sums = new Map<string, ScannedSum>();
  private readonly unlicensed = new Set<string>();
  private readonly compiled = new Map<string, CompiledContext>();
  private readonly rejectedByCode: Record<string, number> = {};
  private readonly fatal: Fault[] = [];
  private accepted = 0n;
  private rejected = 0n;
  private lastFaultyLine = 0;

  constructor(
    private readonly serviceId: string,
    private readonly grants: CompiledGrants,
    private readonly faults: Spool,
    private readonly unmatched: Spool,
  ) {}

  fault(fault: Fault): void {
    const { line, record, cell, code, severity, value, message } = fault;
    this.faults.add([
      this.faults.count + 1,
      line,
      record ?? '',
      cell?.number ?? null,
      cell?.name ?? null,
      code,
      severity,
      value ?? '',
      message,
    ]);
    if (fault.fatal && this.fatal.length < 100) this.fatal.push(fault);
    // A line with several errors is one rejected line, counted under the first.
    if (record === 'SR08' && severity === 'error' && line !== this.lastFaultyLine) {
      this.lastFaultyLine = line;
      this.reject(code);
    }
  }

  line(line: UsageLine): void {
    const { isrc, context } = line;
    if (isrc === null) return this.hold(line, 'unknown-recording');
    const decision = this.contextOf(line).clauseFor(isrc);
    if (!decision.licensed) return this.hold(line, decision.reason);
    this.accepted += 1n;
    const key = `${decision.agreementId}\t${context.summaryRecordId}\t${isrc}`;
    const sum = this.sums.get(key);
    if (sum === undefined) {
      this.sums.set(key, {
        agreementId: decision.agreementId,
        isrc,
        context,
        quantity: line.totalUsages,
        returns: line.returns,
      });
    } else {
      sum.quantity += line.totalUsages;
      sum.returns += line.returns;
    }
  }

  async drained(): Promise<void> {
    await this.faults.drained();
    await this.unmatched.drained();
  }

  result(summary: ReportSummary): ScannedReport {
    const { sums, faults, unmatched, unlicensed, accepted, rejected, rejectedByCode, fatal } = this;
    return { summary, sums, faults, unmatched, unlicensed, accepted, rejected, rejectedByCode, fatal };
  }

  async remove(): Promise<void> {
    await this.faults.remove();
    await this.unmatched.remove();
  }

  /** Grants hold from day to day, so the day of use is part of the question. */
  private contextOf({ context, date }: UsageLine): CompiledContext {
    const key = `${context.summaryRecordId}\t${date}`;
    let compiled = this.compiled.get(key);
    if (compiled === undefined) {
      compiled = this.grants.context({
        service: this.serviceId,
        territory: context.territory,
        use: context.useType,
        model: context.commercialModel,
        day: calendarDateOf(date),
      });
      this.compiled.set(key, compiled);
    }
    return compiled;
  }

  private hold(line: UsageLine, reason: string): void {
    if (reason === 'no-agreement' && line.isrc !== null) this.unlicensed.add(line.isrc);
    this.unmatched.add([
      line.lineNumber,
      line.isrc ?? '',
      reason,
      line.summaryRecordId,
      line.totalUsages,
      line.returns,
    ]);
    this.reject(reason);
  }

  private reject(code: string): void {
    this.rejected += 1n;
    this.rejectedByCode[code] = (this.rejectedByCode[code] ?? 0) + 1;
  }
}
