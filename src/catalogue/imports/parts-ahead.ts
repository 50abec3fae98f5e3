import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from '../../platform/database/database';
import { enqueueLeisurely } from '../../platform/jobs/jobs';
import type { ReadingProgress } from '../../platform/operations/reading-progress';
import type { Storage } from '../../platform/storage/storage';
import type { CatalogueImport } from './imports.repository';
import { type PartFile, PartFiles } from './part-files';
import { comeTo, isLeft, openParts } from './parts.repository';

export const readAheadJob = 'read-import-ahead';

const askedEveryMilliseconds = 1000;
const pauseMost = 50;

/** What other workers have read of an archive, for the one that takes it: part by part, in order. Where nobody reads ahead, it reads for itself and asks for help. */
export class PartsAhead {
  private readonly files: PartFiles;
  private asked = -Infinity;
  private begun = false;

  constructor(
    private readonly database: Database,
    storage: Storage,
    private readonly found: CatalogueImport,
    private readonly progress: ReadingProgress,
  ) {
    this.files = new PartFiles(storage, found.id);
  }

  /** Begins anew: what was read for an attempt that came to nothing is read again. */
  async begin(): Promise<void> {
    this.begun = true;
    await this.files.removeAll();
    await this.database.asSystem((tx) => openParts(tx, this.found));
  }

  /** Has `work` take the part, from what another worker has read of it if one has. */
  async take(part: number, work: (read: PartFile | undefined) => Promise<void>): Promise<void> {
    const read = (await this.isClaimed(part)) ? await this.readBy(part) : undefined;
    try {
      await work(read);
    } finally {
      await read?.close();
    }
    if (read !== undefined) await this.files.remove(part);
  }

  /** What somebody writes at this moment is swept one day. Whoever has not begun may stand beside one who has. */
  async end(): Promise<void> {
    if (this.begun) await this.files.removeAll().catch(() => undefined);
  }

  private isClaimed(part: number): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      if (await comeTo(tx, this.found.id, part)) return true;
      const now = performance.now();
      // An archive of one part is not worth a second worker.
      if (part > 1 && now - this.asked > askedEveryMilliseconds) {
        this.asked = now;
        const { id } = this.found;
        await enqueueLeisurely(tx, readAheadJob, { importId: id }, `${readAheadJob} ${id}`);
      }
      return false;
    });
  }

  /** Waits for whoever reads it: done with it, or gone. */
  private async readBy(part: number): Promise<PartFile | undefined> {
    for (let pause = 2; !(await this.database.asSystem((tx) => isLeft(tx, this.found.id, part), 'read'));) {
      await wait(pause);
      await this.progress.still();
      pause = Math.min(pause * 2, pauseMost);
    }
    return this.files.open(part);
  }
}
