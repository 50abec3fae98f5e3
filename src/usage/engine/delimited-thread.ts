import { parentPort, workerData } from 'node:worker_threads';
import type { DelimitedFault, DelimitedLayout } from './delimited-layout';
import { DelimitedScanner } from './delimited-scanner';
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
}

export type ThreadTask =
  { readonly kind: 'chunk'; readonly number: number; readonly bytes: Uint8Array } | { readonly kind: 'end' };

export interface ScannedChunk {
  readonly kind: 'chunk';
  readonly number: number;
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

  constructor(order: ThreadOrder) {
    this.tally = new Tally(order.plan, order.slotsMax);
    this.scanner = new DelimitedScanner(order.layout, this.tally);
    this.runs = new RunFiles(order.folder, order.name);
  }

  scan(number: number, bytes: Uint8Array): ScannedChunk {
    const faults: DelimitedFault[] = [];
    const lines = this.scanner.scan(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), faults);
    this.runs.spillIfFull(this.tally.table);
    return { kind: 'chunk', number, lines, held: this.tally.takeHeld(), faults };
  }

  end(): ThreadResult {
    const { runs, tally } = this;
    const { table, units, accepted, reasons } = tally;
    return { kind: 'end', runs: runs.list, last: table.takeRun(), large: table.large, units, accepted, reasons };
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const work = new ChunkWork(workerData as ThreadOrder);
  port.on('message', (task: ThreadTask) => {
    if (task.kind === 'chunk') {
      const scanned = work.scan(task.number, task.bytes);
      port.postMessage(scanned, [scanned.held.buffer as ArrayBuffer]);
      return;
    }
    const result = work.end();
    port.postMessage(result, [result.last.buffer as ArrayBuffer]);
    port.close();
  });
}
