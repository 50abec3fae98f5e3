import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CopyValue } from '../platform/database/copy';

/**
 * Rows that wait on disk until the one transaction that books them: a report may have more faults than memory.
 * Numbers come back as text, which COPY takes as well.
 */
export class Spool {
  private constructor(
    private readonly folder: string,
    private readonly stream: WriteStream,
  ) {}

  /** In `parent`, which is on disk: a temporary folder may be memory. */
  static async open(parent: string): Promise<Spool> {
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(parent, 'spool-'));
    return new Spool(folder, createWriteStream(join(folder, randomUUID()), { mode: 0o600 }));
  }

  private full = false;
  count = 0;

  add(row: readonly CopyValue[]): void {
    this.count += 1;
    const cells = row.map((cell) => (typeof cell === 'bigint' ? String(cell) : cell));
    this.full = !this.stream.write(`${JSON.stringify(cells)}\n`);
  }

  /** Resolves when the disk has caught up: the reader waits for it between chunks. */
  async drained(): Promise<void> {
    if (this.full) await once(this.stream, 'drain');
    this.full = false;
  }

  async *rows(): AsyncGenerator<CopyValue[]> {
    if (!this.stream.writableFinished) {
      this.stream.end();
      if (!this.stream.writableFinished) await once(this.stream, 'finish');
    }
    for await (const line of createInterface({
      input: createReadStream(this.stream.path as string),
      crlfDelay: Infinity,
    })) {
      yield JSON.parse(line) as CopyValue[];
    }
  }

  async remove(): Promise<void> {
    this.stream.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }
}
