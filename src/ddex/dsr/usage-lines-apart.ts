import { Cells } from './cells';
import { Findings } from './faults';
import { LINE_BYTES_MAX } from './lines';
import { type ContextTotals, UsageReader } from './read-usage';
import { recordCode } from './record-code';
import { type SalesContext, type UsageLine } from './records';
import { hashId } from './seen-ids';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Whole lines of a report as they were read apart from the others. */
export interface LinesApart {
  /** All of them. */
  readonly lines: number;
  /** Hashes of the ids of the usage lines that were given, two words each. */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** The number of the last one that was given, from 1; 0 where none was. */
  readonly lastGiven: number;
  /** Everything else, line after line, and the number and length of each: to be read where the whole report is known. */
  readonly others: Uint8Array<ArrayBuffer>;
  readonly otherLines: Uint32Array<ArrayBuffer>;
}

/**
 * Reads usage lines (SR08) of a report whose sales contexts are known, wherever in the report they stand. What is clean of all faults is given; every other
 * line, of whatever kind, is handed back as it is. Whether an id repeats is for whoever sees all of them.
 */
export class UsageLinesApart {
  private readonly cells = new Cells();
  private readonly findings = new Findings(undefined);
  private readonly ids = new NotedIds();
  private readonly usage = new UsageReader(this.findings, { ids: this.ids, cleanOnly: true });

  constructor(contexts: readonly SalesContext[]) {
    for (const context of contexts) this.usage.addContext(context.summaryRecordId, context);
  }

  /** What the lines given so far add up to. */
  get totals(): ContextTotals[] {
    return this.usage.totals;
  }

  /** Reads whole lines, each ended by a line feed. Lines are given with their numbers among these, from 1. */
  read(bytes: Buffer, give: (line: UsageLine) => void): LinesApart {
    const { ids } = this;
    const others = new OtherLines(bytes);
    let [number, lastGiven] = [0, 0];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, start);
      const last = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
      number += 1;
      const before = ids.count;
      // Its carriage return included, a line may be too long.
      const line = end - start > LINE_BYTES_MAX ? null : this.cleanLine(bytes, start, last, number);
      if (line === null) {
        ids.count = before;
        others.add(number, start, end + 1);
      } else {
        lastGiven = number;
        give(line);
      }
      start = end + 1;
    }
    return { lines: number, ids: ids.take(), lastGiven, ...others.taken };
  }

  private cleanLine(bytes: Buffer, start: number, end: number, number: number): UsageLine | null {
    if (recordCode(bytes, start, end) !== 'SR08') return null;
    const { cells, findings } = this;
    findings.open(number, 'SR08');
    cells.load(bytes, start, end);
    const line = this.usage.read(cells, number);
    return findings.recordIsClean ? line : null;
  }
}

/** Takes every id for a new one and keeps its hash. */
class NotedIds {
  count = 0;
  private hashes = new Uint32Array(2 * 1024);

  add(bytes: Uint8Array, start: number, end: number): boolean {
    if (2 * this.count === this.hashes.length) {
      const grown = new Uint32Array(2 * this.hashes.length);
      grown.set(this.hashes);
      this.hashes = grown;
    }
    hashId(bytes, start, end, this.hashes, 2 * this.count);
    this.count += 1;
    return true;
  }

  take(): Uint32Array<ArrayBuffer> {
    const taken = this.hashes.slice(0, 2 * this.count);
    this.count = 0;
    return taken;
  }
}

/** Lines side by side that were not. */
class OtherLines {
  private readonly places: number[] = [];
  private readonly lines: Uint8Array[] = [];

  constructor(private readonly bytes: Buffer) {}

  add(number: number, start: number, end: number): void {
    this.places.push(number, end - start);
    this.lines.push(this.bytes.subarray(start, end));
  }

  get taken(): Pick<LinesApart, 'others' | 'otherLines'> {
    const others = Buffer.concat(this.lines);
    return { others: Uint8Array.from(others), otherLines: Uint32Array.from(this.places) };
  }
}
