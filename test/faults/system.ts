import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Belongings } from '../../bench/support/belongings';
import {
  type EmbeddedPostgres,
  mainDatabase,
  startEmbeddedPostgres,
  toDatabase,
} from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import { bareEnvironment, freePort, killed } from '../support/processes';
import { Doors, type Failpoint } from './doors';
import { StripeFarSide } from './stripe-far-side';

export type Victim = 'worker' | 'api' | 'database';

const compiled = resolve(__dirname, '..', '..', 'src');
/** A start takes seconds; on a machine that others use, minutes. */
const startMilliseconds = 240_000;
const secrets = { STRIPE_SECRET_KEY: 'sk_test_faults', STRIPE_WEBHOOK_SECRET: 'whsec_faults' };

/** The product as in production: API, worker, database and provider are processes of their own, configured by the environment alone. */
export class System {
  private readonly running = new Map<'worker' | 'api', ChildProcess>();
  private readonly notes: string[] = [];

  private ending = false;
  /** A database server that is about to replace the killed one. */
  private replacing: Promise<unknown> = Promise.resolve();
  private doors: Doors | undefined;

  private constructor(
    private readonly folder: string,
    private postgres: EmbeddedPostgres,
    readonly stripe: StripeFarSide,
    private readonly port: number,
  ) {}

  /** With `behindDoors`, API and worker reach database and provider only through doors that can be shut. */
  static async start(belongings: Belongings, behindDoors = false): Promise<System> {
    const folder = await belongings.folder('accordo-faults-');
    const postgres = await belongings.postgres({ directory: join(folder, 'postgres') });
    await migrate(postgres);
    const port = await freePort();
    const double = spawn(process.execPath, [join(compiled, 'sandbox', 'stripe', 'main.js')], {
      env: {
        ...bareEnvironment(),
        ...secrets,
        STRIPE_DOUBLE_WEBHOOK_URL: `http://127.0.0.1:${port}/v1/stripe/webhooks`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    belongings.add(() => double.kill('SIGKILL'));
    const [line] = (await once(createInterface(double.stdout), 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    const system = new System(folder, postgres, new StripeFarSide(url, secrets.STRIPE_SECRET_KEY), port);
    const ports = { database: postgres.port, provider: Number(new URL(url).port) };
    if (behindDoors) system.doors = await Doors.open(belongings, ports);
    belongings.add(() => system.endAll());
    await Promise.all([system.launch('api'), system.launch('worker')]);
    return system;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get configuration(): NodeJS.ProcessEnv {
    return {
      DATABASE_URL: this.postgres.applicationUrl,
      DATABASE_OWNER_URL: this.postgres.ownerUrl,
      DATA_FOLDER: join(this.folder, 'files'),
      STRIPE_ENDPOINT: this.stripe.url,
      PORT: String(this.port),
      LOG_LEVEL: 'warn',
      ...secrets,
    };
  }

  /** Waits until a process is at the point and hears nothing more; false where it does not come there in time. */
  async untilReached(point: Failpoint, patience: number): Promise<boolean> {
    return (await this.doors?.untilReached(point, patience)) ?? false;
  }

  private environmentOf(name: 'worker' | 'api'): NodeJS.ProcessEnv {
    const { configuration, doors } = this;
    if (doors === undefined) return configuration;
    const through = (url: string | undefined, door: Failpoint['door']): string => {
      const address = new URL(url ?? '');
      address.hostname = '127.0.0.1';
      address.port = String(doors.port(name, door));
      return address.href;
    };
    return {
      ...configuration,
      DATABASE_URL: through(configuration['DATABASE_URL'], 'database'),
      STRIPE_ENDPOINT: through(configuration['STRIPE_ENDPOINT'], 'provider'),
    };
  }

  /** Processes that ended although nobody killed them. They are started again, as a supervisor would, and told at the end. */
  get endedByThemselves(): readonly string[] {
    return this.notes;
  }

  /** Where reports are being read now, or were when their process died. */
  readingFolders(): string[] {
    return foldersNamed(join(this.folder, 'files', 'files', 'temporary'), 'reading-');
  }

  /** SIGKILL for all of them at the same time, and at once a new start: the database first, since the others need it to start. */
  async killAndRestart(victims: readonly Victim[]): Promise<void> {
    const processes = victims.filter((victim) => victim !== 'database');
    const dying = processes.map((name) => {
      const child = this.running.get(name);
      this.running.delete(name);
      return child === undefined ? undefined : killed(child);
    });
    await Promise.all([...dying, victims.includes('database') ? this.postgres.kill() : undefined]);
    if (victims.includes('database')) await this.replaceDatabase();
    await Promise.all(processes.map((name) => this.launch(name)));
  }

  private async replaceDatabase(): Promise<void> {
    if (this.ending) return;
    const { directory, port } = this.postgres;
    const next = startEmbeddedPostgres({ directory, port, durable: true, quiet: true });
    this.replacing = next.then((server) => (this.postgres = server));
    await this.replacing;
  }

  /** A session behind row-level security, for looking at what is really there. */
  async behindTheScenes<Result>(look: (client: Client) => Promise<Result>): Promise<Result> {
    const client = new Client({ connectionString: toDatabase(this.postgres.superuserUrl, mainDatabase) });
    client.on('error', () => undefined);
    await client.connect();
    return look(client).finally(() => client.end());
  }

  /** What is at work and what waits, for a failed run: a job that was tried in vain waits longer each time. */
  underWay(): Promise<string[]> {
    return this.behindTheScenes(async (client) => {
      const { rows } = await client.query<{ line: string }>(
        `SELECT format('job %s: tried %s times, due in %s s, %s; %s', task_identifier, attempts, round(extract(epoch FROM run_at - now())),
                       CASE WHEN locked_at IS NULL THEN 'waits' ELSE format('held for %s s by %s', round(extract(epoch FROM now() - locked_at)), locked_by) END,
                       left(last_error, 100)) AS line
           FROM graphile_worker.jobs WHERE run_at < now() + interval '1 hour'
          UNION ALL
         SELECT format('session %s of %s: %s for %s s, waits for %s %s, blocked by %s: %s', pid, application_name, state, round(extract(epoch FROM now() - state_change)),
                       wait_event_type, wait_event, pg_blocking_pids(pid), left(query, 100))
           FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      );
      return rows.map(({ line }) => line);
    });
  }

  /** The last lines that each process wrote, for a failed run: before them what it died of, which its logger does not tell. */
  logTails(lines = 20): string {
    const tails = (['worker', 'api'] as const).map((name) => {
      const said = readFileSync(join(this.folder, `${name}.log`), 'utf8')
        .trimEnd()
        .split('\n');
      const dying = said.filter((line) => !line.startsWith('{'));
      return [`${name}:`, ...dying.slice(-2 * lines), ...said.slice(-lines), ''].join('\n');
    });
    return tails.join('');
  }

  private async launch(name: 'worker' | 'api'): Promise<void> {
    if (this.ending) return;
    const startedAt = new Date();
    const child = spawn(process.execPath, [join(compiled, 'cli.js'), name], {
      env: { ...bareEnvironment(), ...this.environmentOf(name) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.pipe(createWriteStream(join(this.folder, `${name}.log`), { flags: 'a' }));
    this.running.set(name, child);
    child.once('exit', (code) => {
      if (this.running.get(name) !== child) return;
      this.notes.push(`${name} ended with ${String(code)}`);
      this.launch(name).catch((error: unknown) => this.notes.push(String(error)));
    });
    await (name === 'api' ? this.untilReady() : this.untilLeased(startedAt));
  }

  private untilReady(): Promise<void> {
    return untilTrue('the API answers', async () => (await fetch(`${this.url}/health/ready`)).ok);
  }

  /** A worker is at work when it has said so in the database. */
  private untilLeased(since: Date): Promise<void> {
    const question = `SELECT FROM pg_stat_activity WHERE application_name = 'accordo-lease' AND backend_start > $1`;
    return untilTrue('the worker works', () =>
      this.behindTheScenes(async (client) => ((await client.query(question, [since])).rowCount ?? 0) > 0),
    );
  }

  private async endAll(): Promise<void> {
    this.ending = true;
    const children = [...this.running.values()];
    this.running.clear();
    await Promise.all(children.map(killed));
    await this.replacing.catch(() => undefined);
    await this.postgres.stop('immediate');
  }
}

/** Folders inside of `folder` whose names begin so, also one level below. */
function foldersNamed(folder: string, beginning: string): string[] {
  const names = (inside: string): string[] => {
    try {
      return readdirSync(inside);
    } catch {
      return [];
    }
  };
  return names(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name.startsWith(beginning)) return [path];
    return names(path).flatMap((inner) => (inner.startsWith(beginning) ? [join(path, inner)] : []));
  });
}

/** Asks until the answer is yes; failures are no. */
export async function untilTrue(
  what: string,
  ask: () => Promise<boolean>,
  patience = startMilliseconds,
): Promise<void> {
  const until = Date.now() + patience;
  while (!(await ask().catch(() => false))) {
    if (Date.now() > until) throw new Error(`waited ${patience / 1000} seconds in vain until ${what}`);
    await wait(25);
  }
}
