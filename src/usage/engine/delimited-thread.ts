import { parentPort } from 'node:worker_threads';
import { type DelimitedFault, type DelimitedLayout, jsonLines } from './delimited-layout';
import { DelimitedScanner } from './delimited-scanner';
import { JsonScanner } from './json-scanner';
import { lineBytesMax } from './careful-line';
import { LineParts, type PlainFile } from './line-parts';
import type { MatchPlan } from './match-plan';
import { RunningTally, type RunningTallyParts, type Tallied } from './running-tally';
import { type Chunk, type ChunkWork, type Scanned, workFor } from './thread-work';

/** What a thread is given to begin with. */
export interface ThreadOrder extends RunningTallyParts {
  readonly layout: DelimitedLayout;
  /** Where the thread reads for itself what it is asked to scan. */
  readonly file?: PlainFile | undefined;
}

export interface ScannedChunk extends Scanned {
  readonly lines: number;
  /** What is to be taken away and no agreement covers: rows as the held ones. */
  readonly takenHeld: Uint32Array;
  readonly faults: readonly DelimitedFault[];
}

export interface ThreadResult {
  /** Of the lines that add; then, where the layout is signed, of those that take away. */
  readonly tallied: readonly Tallied[];
}

/** Scans chunks and adds them up; the same in a thread of its own and in the caller's. */
export class DelimitedWork implements ChunkWork<ScannedChunk, ThreadResult> {
  private readonly added: RunningTally;
  private readonly taken: RunningTally | undefined;
  private readonly scanner: DelimitedScanner | JsonScanner;
  private readonly parts: LineParts | undefined;

  constructor(order: ThreadOrder) {
    const { plan, file, name } = order;
    const layout = askedLayout(order.layout, plan);
    this.added = new RunningTally(order);
    this.taken = layout.signed === true ? new RunningTally({ ...order, name: `${name}-taken` }, true) : undefined;
    const isHeaded = layout.delimiter !== jsonLines;
    const Scanner = isHeaded ? DelimitedScanner : JsonScanner;
    this.scanner = new Scanner(layout, this.added.tally, this.taken?.tally);
    this.parts = file === undefined ? undefined : new LineParts(file, { lineMax: lineBytesMax, isHeaded });
  }

  scan(chunk: Chunk): ScannedChunk {
    const faults: DelimitedFault[] = [];
    const lines = this.scanner.scan(this.bytesOf(chunk), faults);
    const held = this.added.takeHeld();
    const takenHeld = this.taken?.takeHeld() ?? new Uint32Array(0);
    return { lines, held, takenHeld, faults, memory: typeof chunk === 'number' ? undefined : chunk.buffer };
  }

  giveBack(held: ArrayBuffer): void {
    this.added.tally.giveBack(held);
  }

  end(): ThreadResult {
    const tallies = [this.added, ...(this.taken === undefined ? [] : [this.taken])];
    return { tallied: tallies.map((each) => each.end()) };
  }

  close(): void {
    this.parts?.close();
  }

  given(answer: ScannedChunk | ThreadResult): ArrayBuffer[] {
    if ('tallied' in answer) return answer.tallied.map(({ last }) => last.buffer as ArrayBuffer);
    const { held, takenHeld, memory } = answer;
    const rows = [held.buffer as ArrayBuffer, takenHeld.buffer as ArrayBuffer];
    return memory === undefined ? rows : [...rows, memory];
  }

  private bytesOf(chunk: Chunk): Buffer {
    if (typeof chunk !== 'number') return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.parts === undefined) throw new Error('a part of no file');
    return this.parts.lines(chunk);
  }
}

/** Amounts are read where somebody asks for them, and cost nothing elsewhere. */
function askedLayout({ sales, ...layout }: DelimitedLayout, { kinds }: MatchPlan): DelimitedLayout {
  return sales === undefined || kinds === 1 ? layout : { ...layout, sales };
}

if (parentPort !== null) workFor(parentPort, DelimitedWork);
