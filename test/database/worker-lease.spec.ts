import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { translateDatabaseError } from '../../src/platform/database/constraints';
import { Jobs } from '../../src/platform/jobs/jobs';
import { WorkerLease } from '../../src/platform/jobs/lease';
import { Storage } from '../../src/platform/storage/storage';
import { freshDatabase, type FreshDatabase } from '../support/database';

const intervalMilliseconds = 20;

let database: FreshDatabase;
let folder: string;
beforeAll(async () => {
  database = await freshDatabase();
  folder = await mkdtemp(join(tmpdir(), 'accordo-lease-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const reports: string[] = [];

async function worker(): Promise<{ storage: Storage; lease: WorkerLease }> {
  const storage = new Storage(folder);
  await mkdir(join(storage.temporaryFolder, 'reading-1'), { recursive: true });
  const report = (line: string): void => void reports.push(line);
  const lease = new WorkerLease(database.applicationUrl, intervalMilliseconds, storage, report);
  await lease.open();
  return { storage, lease };
}

describe('what a worker has not finished', () => {
  it('is left alone while it lives, and removed by another one once it is gone', async () => {
    const [first, second] = [await worker(), await worker()];
    const kept = [first, second].map(({ lease }) => lease.keep());
    const lives = async (): Promise<string[]> => (await readdir(join(folder, 'temporary'))).sort();
    // Ten rounds of both.
    await wait(10 * intervalMilliseconds);
    expect(await lives()).toEqual([first.storage.life, second.storage.life].sort());
    await first.lease.stop();
    const until = Date.now() + 10_000;
    while ((await lives()).length > 1 && Date.now() < until) await wait(intervalMilliseconds);
    expect(await lives()).toEqual([second.storage.life]);
    await second.lease.stop();
    await Promise.all(kept);
    expect(reports).toEqual([]);
  });

  it('is free again, and has lost no attempt: a process may die over its last one', async () => {
    const client = new Client({ connectionString: database.superuserUrl });
    await client.connect();
    const ages = { 'a moment': 5, 'an hour': 3_600 };
    for (const [task, seconds] of Object.entries(ages)) {
      await client.query(`SELECT graphile_worker.add_job($1, max_attempts => 25)`, [task]);
      await client.query(
        `UPDATE graphile_worker._private_jobs SET attempts = 25, locked_at = now(), locked_by = 'gone', created_at = now() - $2::int * interval '1 second'
          WHERE task_id = (SELECT id FROM graphile_worker._private_tasks WHERE identifier = $1)`,
        [task, seconds],
      );
    }
    const { lease, storage } = await worker();
    const kept = lease.keep();
    const free = async (): Promise<{ task: string; attempts: number; wait: number }[]> =>
      (
        await client.query<{ task: string; attempts: number; wait: number }>(
          `SELECT task_identifier AS task, attempts, extract(epoch FROM run_at - created_at)::float8 - CASE task_identifier WHEN 'an hour' THEN 3600 ELSE 5 END AS wait
             FROM graphile_worker.jobs WHERE locked_at IS NULL ORDER BY 1`,
        )
      ).rows;
    const until = Date.now() + 10_000;
    while ((await free()).length < 2 && Date.now() < until) await wait(intervalMilliseconds);
    const [moment, hour] = await free();
    expect([moment, hour].map((job) => job?.attempts)).toEqual([24, 24]);
    // One that dies again and again leaves the others their turn.
    expect(moment!.wait).toBeLessThan(5);
    expect(hour!.wait).toBeGreaterThan(55);
    await lease.stop();
    await kept;
    await storage.forget(storage.life);
    await client.query('DELETE FROM graphile_worker._private_jobs');
    await client.end();
    expect(reports.splice(0)).toEqual(['freed the jobs of gone, which is gone']);
  });

  it('is guarded again where another one had taken this worker for dead and was still tidying up', async () => {
    const tidying = new Client({ connectionString: database.applicationUrl });
    await tidying.connect();
    const storage = new Storage(folder);
    const name = `hashtextextended('accordo-worker ' || $1, 0)`;
    await tidying.query(`SELECT pg_advisory_lock(${name})`, [storage.life]);
    const lease = new WorkerLease(database.applicationUrl, intervalMilliseconds, storage, () => undefined);
    await lease.open();
    const kept = lease.keep();
    await tidying.query(`SELECT pg_advisory_unlock(${name})`, [storage.life]);
    const isFree = async (): Promise<boolean> => {
      const question = `SELECT pg_try_advisory_lock(${name}) AND pg_advisory_unlock(${name}) AS free`;
      return (await tidying.query<{ free: boolean }>(question, [storage.life])).rows[0]!.free;
    };
    const until = Date.now() + 10_000;
    while ((await isFree()) && Date.now() < until) await wait(intervalMilliseconds);
    expect(await isFree()).toBe(false);
    await lease.stop();
    await kept;
    await tidying.end();
  });
});

it('a worker whose database goes away right after its first sign of life works once it is back', async () => {
  const [{ hostname, port }, connections] = [new URL(database.applicationUrl), new Set<Socket>()];
  let refused = 0;
  const door = createServer((from) => {
    // The first connection is the lease.
    if (connections.size > 0 && refused < 3) {
      refused += 1;
      from.destroy();
      return;
    }
    const to = connect(Number(port), hostname);
    for (const socket of [from, to]) connections.add(socket.on('error', () => undefined));
    from.pipe(to).pipe(from);
  });
  await once(door.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(database.applicationUrl);
  url.port = String((door.address() as AddressInfo).port);
  const jobs = new Jobs();
  const done = new Promise<void>((resolve) => jobs.register('sign-of-life', async () => resolve()));
  await jobs.start(url.href, new Storage(folder));
  const client = new Client({ connectionString: database.superuserUrl });
  await client.connect();
  await client.query(`SELECT graphile_worker.add_job('sign-of-life')`);
  await client.end();
  await done;
  expect(refused).toBe(3);
  await jobs.stop();
  for (const socket of connections) socket.destroy();
  await new Promise((resolve) => door.close(resolve));
});

it('a job whose database is away for a moment has lost no attempt', async () => {
  const jobs = new Jobs();
  const client = new Client({ connectionString: database.superuserUrl });
  await client.connect();
  let tries = 0;
  const attempts = new Promise<number>((resolve) =>
    jobs.register('needs-the-database', async () => {
      tries += 1;
      if (tries < 3) throw translateDatabaseError(Object.assign(new Error('gone'), { code: '57P01' }));
      const { rows } = await client.query<{ attempts: number }>(
        `SELECT attempts FROM graphile_worker.jobs WHERE task_identifier = 'needs-the-database'`,
      );
      resolve(rows[0]!.attempts);
    }),
  );
  await jobs.start(database.applicationUrl, new Storage(folder));
  await client.query(`SELECT graphile_worker.add_job('needs-the-database')`);
  expect([await attempts, tries]).toEqual([1, 3]);
  await jobs.stop();
  await client.end();
});

it('a queue that has stopped has no connection left that a server could end', async () => {
  const watching = new Client({ connectionString: database.superuserUrl });
  await watching.connect();
  const open = async (): Promise<number> =>
    (
      await watching.query<{ open: number }>(
        `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      )
    ).rows[0]!.open;
  for (let round = 0; round < 5; round += 1) {
    const jobs = new Jobs();
    await jobs.start(database.applicationUrl, new Storage(folder));
    expect(await open()).toBeGreaterThan(1);
    await jobs.stop();
    expect(await open()).toBe(0);
  }
  await watching.end();
});
