import { parentPort, workerData } from 'node:worker_threads';
import type { DelimitedFault, DelimitedLayout } from './delimited-layout';
import { DelimitedScanner } from './delimited-scanner';
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

export type ThreadTask = { readonly kind: 'chunk'; readonly chunk: Chunk } | { readonly kind: 'end' };

export interface ScannedChunk {
  readonly kind: 'chunk';
  readonly lines: number;
  readonly held: Uint32Array;
  readonly faults: readonly DelimitedFault[];
}

export interface ThreadResult extends FoundSums {
  readonly kind: 'end';
  readonly units: ReadonlyMap<number, bigint>;
  readonly accepted: number;
  readonly reasons: Float64Array;
}

/** Scans chunks and adds them up; the same in a thread of its own and in the caller's. */
export class ChunkWork {
  private readonly tally: Tally;
  private readonly scanner: DelimitedScanner;
  private readonly runs: RunFiles;
  private readonly parts: LineParts | undefined;

  constructor(order: ThreadOrder) {
    this.tally = new Tally(order.plan, order.slotsMax);
    this.scanner = new DelimitedScanner(order.layout, this.tally);
    this.runs = new RunFiles(order.folder, order.name);
    this.parts = order.file === undefined ? undefined : new LineParts(order.file, lineBytesMax);
  }

  scan(chunk: Chunk): ScannedChunk {
    const faults: DelimitedFault[] = [];
    const lines = this.scanner.scan(this.bytesOf(chunk), faults);
    this.runs.spillIfFull(this.tally.table);
    return { kind: 'chunk', lines, held: this.tally.takeHeld(), faults };
  }

  end(): ThreadResult {
    const { runs, tally } = this;
    const { table, units, accepted, reasons } = tally;
    return { kind: 'end', runs: runs.list, last: table.takeRun(), large: table.large, units, accepted, reasons };
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

if (parentPort !== null) {
  const port = parentPort;
  const work = new ChunkWork(workerData as ThreadOrder);
  port.on('message', (task: ThreadTask) => {
    if (task.kind === 'chunk') {
      const scanned = work.scan(task.chunk);
      port.postMessage(scanned, [scanned.held.buffer as ArrayBuffer]);
      return;
    }
    const result = work.end();
    work.close();
    port.postMessage(result, [result.last.buffer as ArrayBuffer]);
    port.close();
  });
}
