import { parentPort } from 'node:worker_threads';
import type { ContextTotals, SalesContext } from '../../ddex';
import { type LinesApart, UsageLinesApart } from '../../ddex/threads';
import { lineBytesMax } from './careful-line';
import { DsrLines } from './dsr-lines';
import { LineParts, type PlainFile } from './line-parts';
import { RunningTally, type RunningTallyParts, type Tallied } from './running-tally';
import { type Chunk, type ChunkWork, type Scanned, workFor } from './thread-work';

/** What a thread is given that reads usage lines of the record-company profile. */
export interface UsageLinesOrder extends RunningTallyParts {
  readonly contexts: readonly SalesContext[];
  readonly file: PlainFile;
}

export type ScannedLines = Scanned & LinesApart;

export interface UsageLinesEnd {
  readonly tallied: Tallied;
  readonly totals: readonly ContextTotals[];
}

/** Reads usage lines part by part of a file. */
export class UsageLinesWork implements ChunkWork<ScannedLines, UsageLinesEnd> {
  private readonly running: RunningTally;
  private readonly lines: DsrLines;
  private readonly apart: UsageLinesApart;
  private readonly parts: LineParts;

  constructor(order: UsageLinesOrder) {
    this.running = new RunningTally(order);
    this.lines = new DsrLines(order.plan, this.running.tally);
    this.apart = new UsageLinesApart(order.contexts);
    this.parts = new LineParts(order.file, { lineMax: lineBytesMax, isHeaded: false });
  }

  scan(chunk: Chunk): ScannedLines {
    const apart = this.apart.read(this.parts.lines(Number(chunk)), (line) => this.lines.line(line, line.lineNumber));
    return { ...apart, held: this.running.takeHeld(), memory: undefined };
  }

  giveBack(held: ArrayBuffer): void {
    this.running.tally.giveBack(held);
  }

  end(): UsageLinesEnd {
    return { tallied: this.running.end(), totals: this.apart.totals };
  }

  close(): void {
    this.parts.close();
  }

  given(answer: ScannedLines | UsageLinesEnd): ArrayBuffer[] {
    if ('tallied' in answer) return [answer.tallied.last.buffer as ArrayBuffer];
    return [answer.held.buffer as ArrayBuffer, answer.ids.buffer, answer.others.buffer, answer.otherLines.buffer];
  }
}

if (parentPort !== null) workFor(parentPort, UsageLinesWork);
