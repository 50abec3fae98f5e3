import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Logger, runMigrations } from 'graphile-worker';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { DomainError } from '../errors/domain-error';
import { grantApplicationRole } from './grants';
import { inspectDatabase, type DatabaseUrls } from './inspect';

/** Migrations are compiled beside src in dist/, and loaded as sources under test. */
const folder = join(__dirname, '..', '..', '..', 'migrations');

export const ownerDataSource = (ownerUrl: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url: ownerUrl,
    applicationName: 'accordo-migrations',
    connectTimeoutMS: 5_000,
    migrations: [join(folder, '*-*.{ts,js}')],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
  });

/**
 * Brings the database up to date: the job queue's own schema, then ours, then the application role's rights.
 * Refuses with database-unreachable, database-too-old or database-role-unsafe.
 */
export async function migrate(urls: DatabaseUrls): Promise<void> {
  await inspectDatabase(urls);
  await alone(urls.ownerUrl, () => migrateAlone(urls));
}

async function migrateAlone(urls: DatabaseUrls): Promise<void> {
  await runMigrations({ connectionString: urls.ownerUrl, schema: 'graphile_worker', logger: silent });
  const source = await ownerDataSource(urls.ownerUrl).initialize();
  try {
    await source.runMigrations();
    const role = decodeURIComponent(new URL(urls.applicationUrl).username);
    if (role === '') throw new DomainError('configuration-invalid', 'DATABASE_URL names no user');
    await grantApplicationRole(source, role);
  } finally {
    await source.destroy();
  }
}

/** The queue's own tables are nobody's news. */
const silent = new Logger(() => () => undefined);

/** Two processes that start at once migrate one after the other. */
async function alone(ownerUrl: string, work: () => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtextextended('accordo migrations', 0))`);
    await work();
  } finally {
    await client.end();
  }
}

/** The names of this version's migrations, oldest first. */
export const migrationNames = (): string[] =>
  readdirSync(folder)
    .map((file) => /^(\d+)-([a-z-]+)\.(ts|js)$/.exec(file))
    .filter((match) => match !== null)
    .map(([, timestamp, purpose]) => `${className(purpose!)}${timestamp}`)
    .sort();

const className = (purpose: string): string =>
  purpose.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
