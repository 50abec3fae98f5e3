import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FreshDatabase } from './database';
import { freePort, killed, launched } from './processes';

/** One API process as in production. */
export class Replica {
  private child: ChildProcess | undefined;

  private constructor(
    readonly url: string,
    private readonly settings: NodeJS.ProcessEnv,
  ) {}

  /** Starts one that shares database and folder with the others, and waits until it answers. */
  static async start({ applicationUrl }: FreshDatabase, folder: string): Promise<Replica> {
    const port = await freePort();
    const replica = new Replica(`http://127.0.0.1:${port}`, {
      DATABASE_URL: applicationUrl,
      DATA_FOLDER: folder,
      PORT: String(port),
      LOG_LEVEL: 'error',
    });
    await replica.launch();
    return replica;
  }

  async launch(): Promise<void> {
    this.child = launched('main', this.settings);
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const ready = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (ready?.ok) return;
      await wait(50);
    }
    throw new Error(`${this.url} does not become ready`);
  }

  /** SIGKILL, and the wait for the end. */
  async kill(): Promise<void> {
    if (this.child !== undefined) await killed(this.child);
  }
}

export async function sharedFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'accordo-replicas-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
