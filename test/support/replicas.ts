import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FreshDatabase } from './database';

const main = resolve(__dirname, '..', '..', 'dist', 'src', 'main.js');

/** One API process as in production, configured by its environment alone. `npm test` has built what it runs. */
export class Replica {
  private child: ChildProcess | undefined;

  private constructor(
    readonly url: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Starts one that shares database and folder with the others, and waits until it answers. */
  static async start({ applicationUrl }: FreshDatabase, folder: string): Promise<Replica> {
    const port = await freePort();
    const replica = new Replica(`http://127.0.0.1:${port}`, {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATABASE_URL: applicationUrl,
      DATA_FOLDER: folder,
      PORT: String(port),
      LOG_LEVEL: 'error',
    });
    await replica.launch();
    return replica;
  }

  async launch(): Promise<void> {
    this.child = spawn(process.execPath, [main], { env: this.environment, stdio: ['ignore', 'ignore', 'inherit'] });
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const ready = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (ready?.ok) return;
      await wait(50);
    }
    throw new Error(`${this.url} does not become ready`);
  }

  /** SIGKILL, and the wait for the end. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
}

export async function sharedFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'accordo-replicas-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
