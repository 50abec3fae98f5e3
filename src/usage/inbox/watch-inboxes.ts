import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../../platform/database/database';
import { enqueue } from '../../platform/jobs/jobs';
import { Places } from '../../platform/places/file-place';
import { inboxesToSee } from './inboxes.repository';

export const takeFromInbox = 'take-from-inbox';
const keyOf = (id: string): string => `${takeFromInbox} ${id}`;

/** Has every box looked into, again and again, by whichever worker is free: the look itself is a job, of which a box has one at a time. */
@Injectable()
export class WatchInboxes {
  private readonly logger = new Logger('Inbox');
  private stopping: AbortController | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly places: Places,
  ) {}

  start(seconds: number): void {
    if (this.places.place === undefined) return;
    const stopping = new AbortController();
    this.stopping = stopping;
    this.running = this.run(seconds * 1000, stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping?.abort();
    await this.running;
  }

  async look(): Promise<void> {
    await this.database.asSystem(async (tx) => {
      const busy = await tx.rows<{ key: string }>(
        'SELECT key FROM graphile_worker.jobs WHERE task_identifier = $1 AND locked_at IS NOT NULL',
        [takeFromInbox],
      );
      const keys = new Set(busy.map(({ key }) => key));
      for (const { id } of await inboxesToSee(tx)) {
        if (!keys.has(keyOf(id))) await enqueue(tx, takeFromInbox, { inboxId: id }, keyOf(id));
      }
    });
  }

  private async run(milliseconds: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // The database may be away for a while; the next look finds what this one would have found.
      await this.look().catch((error: unknown) => this.logger.warn({ err: error }, 'inboxes were not looked into'));
      await wait(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
