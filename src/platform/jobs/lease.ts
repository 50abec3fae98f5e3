import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

const name = `hashtextextended('accordo-worker ' || $1, 0)`;
const lock = `SELECT pg_try_advisory_lock(${name}) AS taken`;
const unlock = `SELECT pg_advisory_unlock(${name})`;

/**
 * That a process died says nothing about its jobs: the attempt does not count, or a machine that fails often would use up all that a job has. The longer a job has been
 * there, the longer it waits now, up to a minute: one that has its process die each time leaves the others their turn.
 */
const giveBack = `
  UPDATE graphile_worker._private_jobs
     SET attempts = greatest(attempts - 1, 0), run_at = now() + least((now() - created_at) / 10, interval '1 minute')
   WHERE locked_by = $1`;

/** Where jobs leave what they have not finished, by the life of the process that works on it. */
export interface Unfinished {
  /** This process's own. */
  readonly life: string;
  otherLives(): Promise<string[]>;
  forget(life: string): Promise<void>;
}

/**
 * Says in the database that this process's workers live: a session lock each, which the server drops the moment the process dies.
 * The queue itself would hold a dead worker's jobs for four hours; whoever finds a holder without its lock sets them free at once, and removes what a
 * process that is gone left half-done on disk.
 * A job may then run twice (a lost connection looks like a death), which every job must bear anyway.
 */
export class WorkerLease {
  private readonly workers = new Set<string>();
  /** Names whose locks this connection has. */
  private readonly held = new Set<string>();
  private client: Client | undefined;
  private stopped = false;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly intervalMilliseconds: number,
    private readonly unfinished: Unfinished,
    private readonly report: (message: string) => void,
  ) {}

  /** From now on this worker is known to live. */
  add(workerId: string): void {
    this.workers.add(workerId);
    // A failure shows as a lost connection, which the next round of keep() mends.
    void this.inTurn(async () => this.client && this.holdOwn(this.client)).catch(() => undefined);
  }

  /** The workers so far have ended: what they still hold is free. */
  forget(): void {
    this.workers.clear();
  }

  /** Connects before the first worker is made, so that none holds a job without its lock. */
  async open(): Promise<void> {
    this.client = await this.connect();
  }

  /** Renews locks and frees the dead until stopped; outlives restarts of the database. */
  async keep(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.inTurn(async () => {
          this.client ??= await this.connect();
          await this.holdOwn(this.client);
          await this.freeTheDead(this.client);
          await this.sweepTheDead(this.client);
        });
      } catch (error) {
        // Stopped in the middle of a round: the connection ended because we ended it.
        if (this.stopped) break;
        this.report(`worker lease: ${error instanceof Error ? error.message : String(error)}`);
        await this.drop();
      }
      await wait(this.intervalMilliseconds, undefined, { ref: false });
    }
    await this.drop();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.drop();
  }

  /** One statement at a time on the one connection. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work, work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.url,
      connectionTimeoutMillis: 5_000,
      application_name: 'accordo-lease',
    });
    client.on('error', () => void this.drop());
    await client.connect();
    this.held.clear();
    await this.holdOwn(client);
    return client;
  }

  /** Whoever took us for dead has a lock of ours until it has tidied up: asked for again in the next round. */
  private async holdOwn(client: Client): Promise<void> {
    for (const holder of [this.unfinished.life, ...this.workers]) {
      if (this.held.has(holder)) continue;
      const { rows } = await client.query<{ taken: boolean }>(lock, [holder]);
      if (rows[0]?.taken === true) this.held.add(holder);
    }
  }

  private async freeTheDead(client: Client): Promise<void> {
    const { rows } = await client.query<{ worker: string }>(
      `SELECT locked_by AS worker FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL
       UNION SELECT locked_by FROM graphile_worker._private_job_queues WHERE locked_by IS NOT NULL`,
    );
    for (const { worker } of rows) {
      if (this.workers.has(worker)) continue;
      await ifDead(client, worker, async () => {
        await client.query(giveBack, [worker]);
        await client.query('SELECT graphile_worker.force_unlock_workers(ARRAY[$1])', [worker]);
        this.report(`freed the jobs of ${worker}, which is gone`);
      });
    }
  }

  private async sweepTheDead(client: Client): Promise<void> {
    const { unfinished } = this;
    for (const life of await unfinished.otherLives()) {
      // A folder that cannot be removed is not worth a lock.
      const swept = (): Promise<void> => unfinished.forget(life).catch((error: unknown) => this.report(String(error)));
      await ifDead(client, life, swept);
    }
  }

  private async drop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }
}

/** Does the work where nobody holds the lock of that name, and holds it meanwhile. */
async function ifDead(client: Client, holder: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>(lock, [holder]);
  if (rows[0]?.taken !== true) return;
  try {
    await work();
  } finally {
    await client.query(unlock, [holder]);
  }
}
