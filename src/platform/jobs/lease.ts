import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

const lockOf = `hashtextextended('accordo-worker ' || `;

/**
 * Says in the database that this process's workers live: a session lock each, which the server drops the moment the process dies.
 * The queue itself would hold a dead worker's jobs for four hours; whoever finds a holder without its lock sets them free at once.
 * A job may then run twice (a lost connection looks like a death), which every job must bear anyway.
 */
export class WorkerLease {
  private readonly workers = new Set<string>();
  private client: Client | undefined;
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly intervalMilliseconds: number,
    private readonly report: (message: string) => void,
  ) {}

  add(workerId: string): void {
    this.workers.add(workerId);
  }

  /** Renews locks and frees the dead until stopped; outlives restarts of the database. */
  async keep(): Promise<void> {
    while (!this.stopped) {
      try {
        const client = this.client ?? (await this.connect());
        await this.freeTheDead(client);
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

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.url,
      connectionTimeoutMillis: 5_000,
      application_name: 'accordo-lease',
    });
    client.on('error', () => void this.drop());
    await client.connect();
    for (const worker of this.workers) await client.query(`SELECT pg_try_advisory_lock(${lockOf}$1, 0))`, [worker]);
    this.client = client;
    return client;
  }

  private async freeTheDead(client: Client): Promise<void> {
    const { rows } = await client.query<{ worker: string }>(
      `SELECT locked_by AS worker FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL
       UNION SELECT locked_by FROM graphile_worker._private_job_queues WHERE locked_by IS NOT NULL`,
    );
    for (const { worker } of rows) {
      if (this.workers.has(worker)) continue;
      const { rows: locks } = await client.query<{ dead: boolean }>(
        `SELECT pg_try_advisory_lock(${lockOf}$1, 0)) AS dead`,
        [worker],
      );
      if (locks[0]?.dead !== true) continue;
      await client.query('SELECT graphile_worker.force_unlock_workers(ARRAY[$1])', [worker]);
      await client.query(`SELECT pg_advisory_unlock(${lockOf}$1, 0))`, [worker]);
      this.report(`freed the jobs of ${worker}, which is gone`);
    }
  }

  private async drop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }
}
