import { presentable } from '../../kernel/faults';
import { type Arrangement, numberInFile } from './arrangement';
import { cellNameOf } from './layouts';
import { type FaultCode, type Severity, type Weight, faultWeights } from './fault-codes';

export { type FaultCode, faultWeights, type Severity } from './fault-codes';

export interface Fault {
  /** Counted from 1, comments and empty lines included; for a fault of the whole file, its last line. */
  readonly line: number;
  /** The record's code as written (at most 16 characters), or `''` for a fault of the whole file. */
  readonly record: string;
  /** Number (from 1) and name as in the standard; null when no single cell is at fault. */
  readonly cell: { readonly number: number; readonly name: string } | null;
  readonly code: FaultCode;
  readonly severity: Severity;
  readonly fatal: boolean;
  /** What was found there: at most 200 characters, safe to store and show. */
  readonly value: string;
  readonly message: string;
}

interface Place {
  /** Cell number from 1. */
  readonly cell?: number;
  readonly value?: string;
}

const RECORD_LIMIT = 16;

/** Counts the faults of one report, passes each on, and knows whether the record being read is still sound. */
export class Findings {
  private readonly counts = new Map<FaultCode, number>();
  private line = 0;
  private record = '';
  private arrangement: Arrangement | null = null;
  private sound = true;
  private clean = true;
  private refusedByFault = false;
  private passed = 0;

  /** After `passedMax` faults the others are counted and no longer passed on. */
  constructor(
    private readonly receive: ((fault: Fault) => void) | undefined,
    private readonly passedMax = Infinity,
  ) {}

  /** Starts a record (or, with an empty code, the file as a whole); faults tell cells as they lie in the file. */
  open(line: number, record: string, arrangement: Arrangement | null = null): void {
    this.arrangement = arrangement;
    this.line = line;
    this.record = record;
    this.sound = true;
    this.clean = true;
  }

  /** Goes back to a record after a fault of another one was noted. */
  reopen(line: number, record: string, sound: boolean): void {
    this.open(line, record);
    this.sound = sound;
  }

  /** True while the open record has no error. */
  get recordIsSound(): boolean {
    return this.sound;
  }

  /** True while nothing at all was noted of the open record. */
  get recordIsClean(): boolean {
    return this.clean;
  }

  get refused(): boolean {
    return this.refusedByFault;
  }

  get byCode(): Partial<Record<FaultCode, number>> {
    return Object.fromEntries(this.counts);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Notes a fault of the open record. */
  add(code: FaultCode, message: string, { cell, value = '' }: Place = {}): void {
    const weight: Weight = faultWeights[code];
    // A report without a sound head or footer can be neither identified nor checked for completeness.
    const framing = this.record === 'HEAD' || this.record === 'SRFO' || this.record === 'FOOT';
    const isFatal = weight.fatal === true || (framing && weight.severity === 'error');
    this.clean = false;
    if (weight.severity === 'error') this.sound = false;
    if (isFatal) this.refusedByFault = true;
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    if (this.passed >= this.passedMax) return;
    this.passed += 1;
    this.receive?.({
      line: this.line,
      record: presentable(this.record, RECORD_LIMIT),
      cell: cell === undefined ? null : this.placeOf(cell),
      code,
      severity: weight.severity,
      fatal: isFatal,
      value: presentable(value),
      message,
    });
  }

  private placeOf(cell: number): { readonly number: number; readonly name: string } {
    const { arrangement } = this;
    if (arrangement === null) return { number: cell, name: cellNameOf(this.record, cell) };
    const number = numberInFile(arrangement, cell);
    return { number, name: number === 1 ? 'RecordType' : presentable(arrangement.names[number - 2] ?? '') };
  }
}
