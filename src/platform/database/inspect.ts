import { Client } from 'pg';
import { DomainError } from '../errors/domain-error';

export interface DatabaseUrls {
  readonly ownerUrl: string;
  readonly applicationUrl: string;
}

const oldestVersion = 18;

/** Looks before anything is changed: reachable, new enough, and an application role that row-level security binds. */
export async function inspectDatabase({ ownerUrl, applicationUrl }: DatabaseUrls): Promise<void> {
  const owner = await connect('DATABASE_OWNER_URL', ownerUrl);
  await owner.end();
  await inspectApplicationRole(applicationUrl);
}

/** What every process looks at before it serves: the role of DATABASE_URL. */
export async function inspectApplicationRole(applicationUrl: string): Promise<void> {
  const application = await connect('DATABASE_URL', applicationUrl);
  try {
    const { rows } = await application.query<{ version: number; bypasses: boolean; owns: boolean; name: string }>(`
      SELECT current_setting('server_version_num')::int / 10000 AS version,
             rolsuper OR rolbypassrls AS bypasses,
             EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'member'))
               OR EXISTS (SELECT FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(current_user, r.oid, 'member')) AS owns,
             current_user AS name
        FROM pg_roles WHERE rolname = current_user`);
    const { version, bypasses, owns, name } = rows[0]!;
    if (version < oldestVersion) {
      throw new DomainError(
        'database-too-old',
        `PostgreSQL ${version} is too old: ${oldestVersion} or newer is needed`,
      );
    }
    if (bypasses || owns) {
      const reason = bypasses
        ? 'is a superuser or has BYPASSRLS'
        : 'owns tables, or is a member of a role that does or that bypasses';
      throw new DomainError(
        'database-role-unsafe',
        `role "${name}" of DATABASE_URL ${reason}: row-level security would not bind it`,
      );
    }
  } finally {
    await application.end();
  }
}

async function connect(setting: string, url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // After end() a late socket error has nobody to tell.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { hostname, port, pathname } = new URL(url);
    const reason = error instanceof Error ? error.message || (error as { code?: string }).code : String(error);
    throw new DomainError(
      'database-unreachable',
      `${setting}: no connection to ${hostname}:${port || 5432}${pathname} (${reason})`,
    );
  }
}

/** Refuses with database-not-migrated when a migration of this version is missing. */
export async function inspectMigrations(applicationUrl: string, expected: readonly string[]): Promise<void> {
  const application = await connect('DATABASE_URL', applicationUrl);
  try {
    const { rows } = await application.query<{ name: string }>('SELECT name FROM migrations');
    const applied = new Set(rows.map(({ name }) => name));
    const missing = expected.filter((name) => !applied.has(name));
    if (missing.length > 0) throw notMigrated(missing.length);
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') throw notMigrated(expected.length);
    throw error;
  } finally {
    await application.end();
  }
}

const notMigrated = (count: number): DomainError =>
  new DomainError('database-not-migrated', `${count} migrations are missing: run "accordo migrate" first`);
