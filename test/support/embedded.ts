import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { type EmbeddedPostgres, type StartOptions, startEmbeddedPostgres } from '../../src/platform/database/embedded';
import { postmasterOf, signal } from '../../src/platform/database/embedded/processes';
import { killed } from './processes';

const root = resolve(__dirname, '..', '..');

/** Runs SQL in a session of its own. */
export async function sql<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<Row>(text).finally(() => client.end());
  return rows;
}

/** Servers and folders of one test, and their end. */
export class Workbench {
  private readonly folders: string[] = [];
  private readonly servers: EmbeddedPostgres[] = [];
  private readonly children: { child: ChildProcess; cluster: string }[] = [];

  /** A folder that every user may enter. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'accordo-embedded-'));
    this.folders.push(folder);
    await chmod(folder, 0o755);
    return folder;
  }

  async start(options: StartOptions): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ durable: false, quiet: true, ...options });
    this.servers.push(server);
    return server;
  }

  /** Starts the server in a Node process of its own, which then waits to be killed. */
  async startInChild(options: StartOptions, surroundings: { uid?: number; gid?: number; path?: string } = {}) {
    const script = `
      const { startEmbeddedPostgres } = require(${JSON.stringify(join(root, 'src/platform/database/embedded/index.ts'))});
      startEmbeddedPostgres(${JSON.stringify({ durable: false, quiet: true, ...options })})
        .then((server) => console.log(JSON.stringify(server)), (error) => console.log(JSON.stringify({ error: error.message })));
      setInterval(() => undefined, 1000);`;
    const { path, ...user } = surroundings;
    const child = spawn(process.execPath, ['--require', join(root, 'test/support/load-typescript.cjs'), '-e', script], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, HOME: dirname(options.directory), PATH: path ?? process.env['PATH'] },
      ...user,
    });
    this.children.push({ child, cluster: join(options.directory, 'data') });
    const [line] = (await Promise.race([
      once(createInterface(child.stdout), 'line'),
      once(child, 'exit').then(([code]) => [JSON.stringify({ error: `the child ended with ${code}` })]),
    ])) as [string];
    return { child, server: JSON.parse(line) as EmbeddedPostgres & { error?: string } };
  }

  async clear(): Promise<void> {
    for (const server of this.servers.splice(0)) await server.stop('immediate');
    for (const { child, cluster } of this.children.splice(0)) {
      await killed(child);
      const orphan = postmasterOf(cluster);
      if (orphan) signal(orphan.pid, 'SIGQUIT');
    }
    for (const folder of this.folders.splice(0)) {
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
}
