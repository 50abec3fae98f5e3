import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SumTable } from './sum-table';

/** Runs that no longer fit into memory, as files. Written while nothing else could be done: the caller is a thread of its own, or a job. */
export class RunFiles {
  readonly list: { readonly path: string; readonly rows: number }[] = [];

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {}

  spillIfFull(table: SumTable): void {
    if (!table.isFull) return;
    const run = table.takeRun();
    const path = join(this.folder, `${this.name}-${this.list.length}`);
    const file = openSync(path, 'wx', 0o600);
    try {
      const bytes = new Uint8Array(run.buffer, run.byteOffset, run.byteLength);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at);
    } finally {
      closeSync(file);
    }
    this.list.push({ path, rows: run.length / 3 });
  }
}
