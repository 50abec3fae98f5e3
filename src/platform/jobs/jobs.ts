import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Logger as QueueLogger, run, type Runner, type TaskList } from 'graphile-worker';
import { Pool } from 'pg';
import { arrayText } from '../database/array-text';
import { often, type Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';
import { type Unfinished, WorkerLease } from './lease';

/** Ids only: what a job works on, never content, names or secrets. */
export type JobPayload = Readonly<Record<string, string>>;
/** `isStopping`: whether the process is to end, which waits for its jobs. */
export type Job = (payload: JobPayload, isStopping: () => boolean) => Promise<void>;

const awayMilliseconds = 60_000;

interface Wanted {
  readonly name: string;
  readonly payload: JobPayload;
  readonly key: string | null;
  /** In how many milliseconds it is to run; null: at once. */
  readonly wait: number | null;
  /** Lower ones come first. */
  readonly priority: number;
}

const usual = 0;
const leisurely = 10;

/**
 * Puts a job into the queue as part of the transaction: it exists if and only if the transaction commits.
 * Jobs with the same key wait as one.
 */
export const enqueue = (tx: Tx, name: string, payload: JobPayload, key?: string): Promise<void> =>
  tx.gather(addAll, { name, payload, key: key ?? null, wait: null, priority: usual });

/** As enqueue, for work that only spares others time: it begins where no other job waits. */
export const enqueueLeisurely = (tx: Tx, name: string, payload: JobPayload, key: string): Promise<void> =>
  tx.gather(addAll, { name, payload, key, wait: null, priority: leisurely });

/** Whether a job waits for a worker that is more than leisurely work. */
export const othersWait = async (tx: Tx): Promise<boolean> =>
  (await tx.first(
    `SELECT FROM graphile_worker.jobs WHERE locked_at IS NULL AND run_at <= now() AND attempts < max_attempts AND priority < ${leisurely} LIMIT 1`,
  )) !== undefined;

interface Later {
  readonly key: string;
  /** When it is to run, and when it is now: both by the injected clock. */
  readonly at: Date;
  readonly now: Date;
}

/**
 * As enqueue, for a moment that is still to come; a waiting job with the same key takes the new moment. The queue knows the
 * database's clock only, so the job waits for as long as the injected clock has to go.
 */
export const enqueueLater = (tx: Tx, name: string, payload: JobPayload, { key, at, now }: Later): Promise<void> =>
  tx.gather(addAll, { name, payload, key, wait: Math.max(0, at.getTime() - now.getTime()), priority: usual });

/**
 * A transaction's jobs, by one statement: each takes the queue five of its own. It comes last, so that whoever asks for a job of the same key waits for the commit alone.
 * Of several with one key the last one holds, as if they had come one by one.
 */
async function addAll(tx: Tx, wanted: readonly Wanted[]): Promise<void> {
  const jobs = [...new Map(wanted.map((one) => [one.key ?? one, one])).values()];
  await tx.run(addJobs, [
    arrayText(jobs.map(({ name }) => name)),
    arrayText(jobs.map(({ payload }) => JSON.stringify(payload))),
    arrayText(jobs.map(({ key }) => key)),
    arrayText(jobs.map(({ wait }) => wait)),
    arrayText(jobs.map(({ priority }) => priority)),
  ]);
}

const addJobs = often(`
  SELECT FROM graphile_worker.add_jobs((
    SELECT array_agg((name, payload::json, NULL, now() + wait * interval '1 millisecond', 25, key, priority, NULL)::graphile_worker.job_spec ORDER BY place)
      FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::smallint[]) WITH ORDINALITY AS job (name, payload, key, wait, priority, place)))`);

/**
 * As enqueue, after a while in which more of the same may gather: a job of this key that waits already keeps its moment. Gives in how many
 * milliseconds it will run. Whoever finds one waiting neither changes nor locks it, so transactions that ask for the same do not wait for each other:
 * it may begin before they commit. A job that was tried in vain counts as none, for its next attempt may be far away.
 */
export async function enqueueGathering(
  tx: Tx,
  name: string,
  payload: JobPayload,
  { key, milliseconds }: { readonly key: string; readonly milliseconds: number },
): Promise<number> {
  // What stands second in coalesce is evaluated only where the first is NULL.
  const { wait } = await tx.one<{ wait: number }>(
    `SELECT 1000 * extract(epoch FROM coalesce(
       (SELECT run_at FROM graphile_worker.jobs WHERE key = $3 AND locked_at IS NULL AND attempts = 0),
       (graphile_worker.add_job($1, $2::json, job_key => $3, max_attempts => 25, job_key_mode => 'preserve_run_at',
          run_at => clock_timestamp() + $4::bigint * interval '1 millisecond')).run_at) - clock_timestamp())::float8 AS wait`,
    [name, JSON.stringify(payload), key, milliseconds],
  );
  return wait;
}

/** The jobs that modules offer, and the runner that works the queue. */
@Injectable()
export class Jobs {
  private readonly jobs = new Map<string, Job>();
  private readonly logger = new Logger('Jobs');
  private runner: Runner | undefined;
  private readonly pools = new Map<Runner, Pool>();
  private lease: WorkerLease | undefined;
  private stopping = false;
  private kept: Promise<void> | undefined;

  register(name: string, job: Job): void {
    if (this.jobs.has(name)) throw new Error(`job ${name} is registered twice`);
    this.jobs.set(name, job);
  }

  async start(applicationUrl: string, unfinished: Unfinished, concurrency = 2): Promise<void> {
    const lease = new WorkerLease(applicationUrl, 2_000, unfinished, (message) => this.logger.warn(message));
    await lease.open();
    this.lease = lease;
    this.stopping = false;
    // The lease has said that this process lives: a database that goes away from here on is waited for.
    const next = (): Promise<Runner | undefined> =>
      this.run(applicationUrl, concurrency, lease).catch((error: unknown) => {
        this.logger.warn({ err: error }, 'the queue runner did not start');
        return undefined;
      });
    this.runner = await next();
    void lease.keep();
    this.kept = this.keepRunning(next, lease);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.end(this.runner);
    await this.kept;
    this.runner = undefined;
    await this.lease?.stop();
  }

  /**
   * The queue's own pool would be ended unattended, and without ears for errors: a server that stops meanwhile would end the process. Ours is ended with the
   * runner, and waited for.
   */
  private async run(connectionString: string, concurrency: number, lease: WorkerLease): Promise<Runner> {
    const pgPool = new Pool({ connectionString, max: 10, application_name: 'accordo-queue' });
    pgPool.on('error', (error) => this.logger.warn({ err: error }, 'a connection of the queue was lost'));
    // Whoever uses the connection at that moment is told by its query.
    pgPool.on('connect', (client) => client.on('error', () => undefined));
    try {
      const runner = await this.runOn(pgPool, concurrency, lease);
      this.pools.set(runner, pgPool);
      return runner;
    } catch (error) {
      await pgPool.end();
      throw error;
    }
  }

  private runOn(pgPool: Pool, concurrency: number, lease: WorkerLease): Promise<Runner> {
    const taskList: TaskList = {};
    for (const [name, job] of this.jobs) taskList[name] = (payload) => this.attempt(job, payload as JobPayload);
    const events = new EventEmitter();
    // Jobs are held in the name of the pool or of one of its workers.
    events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => lease.add(workerPool.id));
    events.on('worker:create', ({ worker }: { worker: { workerId: string } }) => lease.add(worker.workerId));
    return run({
      pgPool,
      taskList,
      events,
      concurrency,
      pollInterval: 1000,
      noHandleSignals: true,
      logger: new QueueLogger((scope) => (level, message) => this.log(level, message, scope.taskIdentifier)),
      // Without these the queue notes a job's end unattended, and a database that is away at that moment ends the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    });
  }

  /**
   * A database that is away says nothing about the job, and after each failed attempt the queue waits almost three times as long as before, hours in the end: for a minute it is still the same
   * attempt.
   */
  private async attempt(job: Job, payload: JobPayload): Promise<void> {
    const until = performance.now() + awayMilliseconds;
    for (let pause = 250; ; pause = Math.min(pause * 2, 8_000)) {
      try {
        return await job(payload, () => this.stopping);
      } catch (error) {
        const isAway = error instanceof DomainError && error.code === 'not-ready';
        if (!isAway || this.stopping || performance.now() > until) throw error;
        await wait(pause);
      }
    }
  }

  /** A runner that cannot note a job's end (the database is away) stops; the next one starts afresh, and the lease frees that job. */
  private async keepRunning(next: () => Promise<Runner | undefined>, lease: WorkerLease): Promise<void> {
    while (!this.stopping) {
      try {
        await this.runner?.promise;
      } catch (error) {
        this.logger.error({ err: error }, 'the queue runner stopped');
      }
      if (this.stopping) return;
      lease.forget();
      void this.endPoolOf(this.runner);
      this.runner = undefined;
      await wait(500);
      this.runner = await next();
      // Asked to stop while it started: nobody else would.
      if (this.stopping) await this.end(this.runner);
    }
  }

  private async end(runner: Runner | undefined): Promise<void> {
    // A runner that has just stopped by itself refuses to be stopped.
    await runner?.stop().catch(() => undefined);
    await this.endPoolOf(runner);
  }

  /** A connection that never comes back keeps nobody from stopping. */
  private async endPoolOf(runner: Runner | undefined): Promise<void> {
    const pool = runner && this.pools.get(runner);
    if (pool === undefined) return;
    this.pools.delete(runner!);
    await Promise.race([ended(pool), wait(5_000, undefined, { ref: false })]);
  }

  private log(level: string, message: string, job: string | undefined): void {
    // An attempt that will be repeated is no failure yet.
    const repeated = /attempt (\d+) of (\d+)/.exec(message);
    if (level === 'error' && (repeated === null || repeated[1] === repeated[2])) this.logger.error({ job }, message);
    else if (level === 'error' || level === 'warning') this.logger.warn({ job }, message);
    else this.logger.debug({ job }, message);
  }
}

/** A pool says that it has ended while its connections are still on their way: it tells of each one that is gone. */
async function ended(pool: Pool): Promise<void> {
  let open = pool.totalCount;
  const gone = new Promise<void>((resolve) => {
    if (open === 0) resolve();
    pool.on('remove', () => {
      open -= 1;
      if (open === 0) resolve();
    });
  });
  await Promise.all([pool.end(), gone]);
}
