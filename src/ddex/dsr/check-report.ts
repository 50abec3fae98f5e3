import { checkName } from './check-name';
import { DecimalSum } from './decimal-sum';
import { type Fault, type FaultCode, faultWeights, Findings, type Severity } from './faults';
import { type DsrOptions, dsrReader } from './read-any';
import { type DsrReceiver, type DsrSummary } from './records';
import { ReportUnreadable, unpacked } from './unpack';

/** As many faults of a file as anybody will read. */
export const FAULTS_KEPT = 1000;

/** The faults of one file: the first of them, and how many there are of each code. */
export class KeptFaults {
  /** In the order in which they were found, and those of several files together after them. */
  readonly first: Fault[] = [];
  private readonly counts = new Map<FaultCode, number>();

  /** Keeps a fault that is counted elsewhere. */
  keep(fault: Fault): void {
    if (this.first.length < FAULTS_KEPT) this.first.push(fault);
  }

  add(fault: Fault): void {
    this.keep(fault);
    this.count({ [fault.code]: 1 });
  }

  count(faults: DsrSummary['faultsByCode']): void {
    for (const [code, count] of Object.entries(faults) as [FaultCode, number][]) {
      this.counts.set(code, (this.counts.get(code) ?? 0) + count);
    }
  }

  get byCode(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }

  get errors(): number {
    return this.countOf('error');
  }

  get warnings(): number {
    return this.countOf('warning');
  }

  get total(): number {
    return this.errors + this.warnings;
  }

  private countOf(severity: Severity): number {
    let sum = 0;
    for (const [code, count] of this.counts) if (faultWeights[code].severity === severity) sum += count;
    return sum;
  }
}

/** What there is to say of one file. */
export interface ReportCheck {
  readonly fileName: string;
  /** Null when the file could not be read to its end. */
  readonly summary: DsrSummary | null;
  /** Lines read. */
  readonly lines: number;
  /**
   * Exact decimals by currency: the allocated net revenue of the accepted usage lines (SR08), or the revenue of the
   * sound summaries.
   */
  readonly totals: Readonly<Record<string, string>>;
  readonly faults: KeptFaults;
}

/**
 * Reads a file of any profile once, packed or not. Memory depends neither on the size of the file nor on how much is
 * wrong with it, but for the ids of usage records. `fileName`, without folders, is compared with HEAD where it is one
 * of the standard. Rejects only when the source does.
 */
export async function checkReport(
  source: AsyncIterable<Uint8Array>,
  fileName: string,
  options: Pick<DsrOptions, 'escapes'> = {},
): Promise<ReportCheck> {
  const faults = new KeptFaults();
  const totals = new Totals();
  const receiver: DsrReceiver = {
    line: ({ context, allocatedNetRevenue }) => totals.add(context.currencyOfAccounting, allocatedNetRevenue),
    summary: ({ currency, revenue }) => totals.add(currency, revenue),
    fault: (fault) => faults.keep(fault),
  };
  const report = dsrReader(receiver, { ...options, faultsMax: FAULTS_KEPT, reconcile: true });
  try {
    for await (const chunk of unpacked(source)) report.push(chunk);
  } catch (error) {
    if (!(error instanceof ReportUnreadable)) throw error;
    faults.count(report.faultsByCode);
    const findings = new Findings((fault) => faults.add(fault));
    findings.open(report.counted.lines + 1, '');
    findings.add(error.code, error.message);
    return { fileName, summary: null, lines: report.counted.lines, totals: {}, faults };
  }
  const summary = report.finish();
  faults.count(summary.faultsByCode);
  checkName(fileName, summary.head, new Findings((fault) => faults.add(fault)));
  return { fileName, summary, lines: summary.lines, totals: totals.byCurrency, faults };
}

/** What can be said of a file that could not even be opened. */
export function unreadableReport(fileName: string, reason: string): ReportCheck {
  const faults = new KeptFaults();
  const findings = new Findings((fault) => faults.add(fault));
  findings.open(1, '');
  findings.add('file-unreadable', reason, { value: reason });
  return { fileName, summary: null, lines: 0, totals: {}, faults };
}

class Totals {
  private readonly sums = new Map<string, DecimalSum>();

  add(currency: string | null, amount: string | null): void {
    if (currency === null || amount === null) return;
    let sum = this.sums.get(currency);
    if (sum === undefined) this.sums.set(currency, (sum = new DecimalSum()));
    sum.add(amount);
  }

  get byCurrency(): Record<string, string> {
    const sorted = [...this.sums].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([currency, sum]) => [currency, sum.text]));
  }
}
