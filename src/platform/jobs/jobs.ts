import { EventEmitter } from 'node:events';
import { Injectable, Logger } from '@nestjs/common';
import { Logger as QueueLogger, run, type Runner, type TaskList } from 'graphile-worker';
import type { Tx } from '../database/tx';
import { WorkerLease } from './lease';

/** Ids only: what a job works on, never content, names or secrets. */
export type JobPayload = Readonly<Record<string, string>>;
export type Job = (payload: JobPayload) => Promise<void>;

/**
 * Puts a job into the queue as part of the transaction: it exists if and only if the transaction commits.
 * Jobs with the same key wait as one.
 */
export async function enqueue(tx: Tx, name: string, payload: JobPayload, key?: string): Promise<void> {
  await tx.run(`SELECT graphile_worker.add_job($1, $2::json, job_key => $3, max_attempts => 25)`, [
    name,
    JSON.stringify(payload),
    key ?? null,
  ]);
}

/** The jobs that modules offer, and the runner that works the queue. */
@Injectable()
export class Jobs {
  private readonly jobs = new Map<string, Job>();
  private readonly logger = new Logger('Jobs');
  private runner: Runner | undefined;
  private lease: WorkerLease | undefined;

  register(name: string, job: Job): void {
    if (this.jobs.has(name)) throw new Error(`job ${name} is registered twice`);
    this.jobs.set(name, job);
  }

  async start(applicationUrl: string, concurrency = 2): Promise<void> {
    const taskList: TaskList = {};
    for (const [name, job] of this.jobs) taskList[name] = (payload) => job(payload as JobPayload);
    const lease = new WorkerLease(applicationUrl, 2_000, (message) => this.logger.warn(message));
    await lease.open();
    const events = new EventEmitter();
    // Jobs are held in the name of the pool or of one of its workers.
    events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => lease.add(workerPool.id));
    events.on('worker:create', ({ worker }: { worker: { workerId: string } }) => lease.add(worker.workerId));
    this.runner = await run({
      connectionString: applicationUrl,
      taskList,
      events,
      concurrency,
      pollInterval: 1000,
      noHandleSignals: true,
      logger: new QueueLogger((scope) => (level, message) => this.log(level, message, scope.taskIdentifier)),
    });
    this.lease = lease;
    void lease.keep();
    this.runner.promise.catch((error: unknown) => this.logger.error({ err: error }, 'the queue runner stopped'));
  }

  async stop(): Promise<void> {
    await this.runner?.stop();
    this.runner = undefined;
    await this.lease?.stop();
  }

  private log(level: string, message: string, job: string | undefined): void {
    if (level === 'error') this.logger.error({ job }, message);
    else if (level === 'warning') this.logger.warn({ job }, message);
    else this.logger.debug({ job }, message);
  }
}
