import { parentPort, workerData } from 'node:worker_threads';
import { type DelimitedFault, type DelimitedLayout, jsonLines } from './delimited-layout';
import { DelimitedScanner } from './delimited-scanner';
import { JsonScanner } from './json-scanner';
import { lineBytesMax } from './careful-line';
import { LineParts, type PlainFile } from './line-parts';
import type { MatchPlan } from './match-plan';
import { type FoundSums } from './reading';
import { RunFiles } from './run-files';
import { Tally } from './tally';

/** What a thread is given to begin with. */
export interface ThreadOrder {
  readonly layout: DelimitedLayout;
  readonly plan: MatchPlan;
  /** Where runs are written. */
  readonly folder: string;
  readonly name: string;
  readonly slotsMax: number;
  /** Where the thread reads for itself what it is asked to scan. */
  readonly file?: PlainFile | undefined;
}

/** Whole lines: the bytes of a stream, or the number of a part of the file. */
export type Chunk = Uint8Array<ArrayBuffer> | number;

/** `spares`: memory of held rows that nobody reads any more. */
export type ThreadTask =
  { readonly kind: 'chunk'; readonly chunk: Chunk; readonly spares: readonly ArrayBuffer[] } | { readonly kind: 'end' };

export interface ScannedChunk {
  readonly kind: 'chunk';
  readonly lines: number;
  readonly held: Uint32Array;
  /** What is to be taken away and no agreement covers: rows as the held ones. */
  readonly takenHeld: Uint32Array;
  readonly faults: readonly DelimitedFault[];
  /** The memory of a chunk that came as bytes, to be filled again. */
  readonly memory: ArrayBuffer | undefined;
}

/** Sums and counts of lines that are alike. */
export interface Tallied extends FoundSums {
  readonly units: ReadonlyMap<number, bigint>;
  readonly accepted: number;
  readonly reasons: Float64Array;
}

export interface ThreadResult {
  readonly kind: 'end';
  /** Of the lines that add; then, where the layout is signed, of those that take away. */
  readonly tallied: readonly Tallied[];
}

/** Scans chunks and adds them up; the same in a thread of its own and in the caller's. */
export class ChunkWork {
  private readonly added: RunningTally;
  private readonly taken: RunningTally | undefined;
  private readonly scanner: DelimitedScanner | JsonScanner;
  private readonly parts: LineParts | undefined;

  constructor(order: ThreadOrder) {
    const { layout, file, name } = order;
    this.added = new RunningTally(order, name, false);
    this.taken = layout.signed === true ? new RunningTally(order, `${name}-taken`, true) : undefined;
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
    return {
      kind: 'chunk',
      lines,
      held,
      takenHeld,
      faults,
      memory: typeof chunk === 'number' ? undefined : chunk.buffer,
    };
  }

  /** Rows that `scan` gave and nobody reads any more. */
  giveBack(held: ArrayBuffer): void {
    this.added.tally.giveBack(held);
  }

  end(): ThreadResult {
    const tallies = [this.added, ...(this.taken === undefined ? [] : [this.taken])];
    return { kind: 'end', tallied: tallies.map((each) => each.end()) };
  }

  close(): void {
    this.parts?.close();
  }

  private bytesOf(chunk: Chunk): Buffer {
    if (typeof chunk !== 'number') return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.parts === undefined) throw new Error('a part of no file');
    return this.parts.lines(chunk);
  }
}

/** A tally, and the files that it spills to. */
class RunningTally {
  readonly tally: Tally;
  private readonly runs: RunFiles;

  constructor(
    { plan, slotsMax, folder }: ThreadOrder,
    name: string,
    private readonly isTaken: boolean,
  ) {
    this.tally = new Tally(plan, slotsMax);
    this.runs = new RunFiles(folder, name);
  }

  takeHeld(): Uint32Array {
    this.runs.spillIfFull(this.tally.table);
    return this.tally.takeHeld();
  }

  end(): Tallied {
    const { table, units, accepted, reasons } = this.tally;
    const sums = { runs: this.runs.list, last: table.takeRun(), large: table.large, isTaken: this.isTaken };
    return { ...sums, units, accepted, reasons };
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const work = new ChunkWork(workerData as ThreadOrder);
  port.on('message', (task: ThreadTask) => {
    if (task.kind === 'chunk') {
      for (const spare of task.spares) work.giveBack(spare);
      const scanned = work.scan(task.chunk);
      const given = [scanned.held.buffer as ArrayBuffer, scanned.takenHeld.buffer as ArrayBuffer];
      port.postMessage(scanned, scanned.memory === undefined ? given : [...given, scanned.memory]);
      return;
    }
    const result = work.end();
    work.close();
    port.postMessage(
      result,
      result.tallied.map(({ last }) => last.buffer as ArrayBuffer),
    );
    port.close();
  });
}
