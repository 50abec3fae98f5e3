import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, type StartOptions, startEmbeddedPostgres } from '../../src/platform/database/embedded';

type Ending = () => unknown;

/** What a run has started and must take away again: folders, servers, processes. Ended last to first, once, whatever fails on the way. */
export class Belongings {
  private readonly endings: Ending[] = [];
  private clearing: Promise<void> | undefined;

  /** What is started while everything is being taken away already goes with it. */
  add(ending: Ending): void {
    if (this.clearing === undefined) this.endings.push(ending);
    else void end(ending);
  }

  /** A folder that every user may enter: PostgreSQL may run as another one. */
  async folder(prefix: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), prefix));
    this.add(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
    await chmod(folder, 0o755);
    return folder;
  }

  /** A PostgreSQL that forces its commits to disk, as in production. */
  async postgres(options: StartOptions): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ durable: true, quiet: true, ...options });
    this.add(() => server.stop('immediate'));
    return server;
  }

  /** Both the end of the work and a Ctrl-C ask for it: they wait for the same one. */
  clear(): Promise<void> {
    this.clearing ??= this.endAll();
    return this.clearing;
  }

  private async endAll(): Promise<void> {
    for (let ending = this.endings.pop(); ending !== undefined; ending = this.endings.pop()) await end(ending);
  }
}

async function end(ending: Ending): Promise<void> {
  try {
    await ending();
  } catch (error) {
    process.stderr.write(`while cleaning up: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** Runs `work` and takes everything away afterwards, also when it fails or somebody presses Ctrl-C. */
export async function withBelongings<Result>(work: (belongings: Belongings) => Promise<Result>): Promise<Result> {
  const belongings = new Belongings();
  const interrupted = (): void => void belongings.clear().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    return await work(belongings);
  } finally {
    await belongings.clear();
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  }
}
