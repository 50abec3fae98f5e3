import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

const name = `hashtextextended('accordo-worker ' || $1, 0)`;
const lock = `SELECT pg_try_advisory_lock(${name}) AS taken`;
const unlock = `SELECT pg_advisory_unlock(${name})`;

/**
 * Says in the database that this process's workers live: a session lock each, which the server drops the moment the process dies.
 * The queue itself would hold a dead worker's jobs for four hours; whoever finds a holder without its lock sets them free at once.
 * A job may then run twice (a lost connection looks like a death), which every job must bear anyway.
 */
export class WorkerLease {
  private readonly workers = new Set<string>();
  private client: Client | undefined;
  private stopped = false;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly intervalMilliseconds: number,
    private readonly report: (message: string) => void,
  ) {}

  /** From now on this worker is known to live. */
  add(workerId: string): void {
    this.workers.add(workerId);
    // A failure shows as a lost connection, which the next round of keep() mends.
    void this.inTurn(async () => this.client?.query(lock, [workerId])).catch(() => undefined);
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
          await this.freeTheDead(this.client);
        });
      } catch (error) {
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
    for (const worker of this.workers) await client.query(lock, [worker]);
    return client;
  }

  private async freeTheDead(client: Client): Promise<void> {
    const { rows } = await client.query<{ worker: string }>(
      `SELECT locked_by AS worker FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL
       UNION SELECT locked_by FROM graphile_worker._private_job_queues WHERE locked_by IS NOT NULL`,
    );
    for (const { worker } of rows) {
      if (this.workers.has(worker)) continue;
      const { rows: locks } = await client.query<{ taken: boolean }>(lock, [worker]);
      if (locks[0]?.taken !== true) continue;
      await client.query('SELECT graphile_worker.force_unlock_workers(ARRAY[$1])', [worker]);
      await client.query(unlock, [worker]);
      this.report(`freed the jobs of ${worker}, which is gone`);
    }
  }

  private async drop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }
}
