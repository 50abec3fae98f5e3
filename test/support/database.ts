import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createDatabase, toDatabase } from '../../src/platform/database/embedded';
import { templateDatabase, testServer } from './server';

/** A database of a test file's own. The superuser's connection is for looking behind row-level security, never for the product. */
export interface FreshDatabase {
  name: string;
  ownerUrl: string;
  applicationUrl: string;
  superuserUrl: string;
  drop(): Promise<void>;
}

const objectInUse = '55006';

/** A copy of the migrated template, made in milliseconds. Drop it in `afterAll`. */
export const freshDatabase = (): Promise<FreshDatabase> => create(templateDatabase);

/** A database without anything in it: for tests of the migrations themselves. */
export const emptyDatabase = (): Promise<FreshDatabase> => create(undefined);

async function create(template: string | undefined): Promise<FreshDatabase> {
  const server = testServer();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asSuperuser((superuser) => createWhenIdle(superuser, name, template));
  return {
    name,
    ownerUrl: toDatabase(server.ownerUrl, name),
    applicationUrl: toDatabase(server.applicationUrl, name),
    superuserUrl: toDatabase(server.superuserUrl, name),
    drop: () =>
      asSuperuser(async (superuser) => {
        await untilLeft(superuser, name);
        await superuser.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** Connections that are just being closed would take their forced end for an error; whoever stays for a second is forced. */
async function untilLeft(superuser: Client, name: string): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const { rows } = await superuser.query('SELECT FROM pg_stat_activity WHERE datname = $1', [name]);
    if (rows.length === 0) return;
    await sleep(25);
  }
}

/** Autovacuum visits templates too, and a database that somebody is connected to cannot be copied. */
async function createWhenIdle(superuser: Client, name: string, template: string | undefined): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await createDatabase(superuser, name, template === undefined ? {} : { template });
    } catch (error) {
      if ((error as { code?: string }).code !== objectInUse || attempt === 10) throw error;
      await sleep(100);
    }
  }
}

async function asSuperuser<T>(task: (superuser: Client) => Promise<T>): Promise<T> {
  const superuser = new Client({ connectionString: testServer().superuserUrl });
  await superuser.connect();
  return task(superuser).finally(() => superuser.end());
}
