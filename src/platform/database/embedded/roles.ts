import type { Client } from 'pg';
import type { Credentials } from './state';

/** Runs the migrations and owns every table; no superuser, and neither creates databases nor roles. */
export const ownerRole = 'accordo_owner';
/** What the product works as: owns nothing, and row-level security always applies to it. */
export const applicationRole = 'accordo_app';
export const superuserRole = 'postgres';
/** The database of an installation. */
export const mainDatabase = 'accordo';

const restricted = 'LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION';

/** Makes roles and database where they are missing; a start that was cut off half-way is completed by the next. */
export async function prepareCluster(superuser: Client, credentials: Credentials): Promise<void> {
  const roles = [
    [ownerRole, credentials.owner],
    [applicationRole, credentials.application],
  ] as const;
  for (const [role, password] of roles) {
    const { rowCount } = await superuser.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
    if (!rowCount)
      await superuser.query(`CREATE ROLE ${role} ${restricted} PASSWORD ${superuser.escapeLiteral(password)}`);
  }
  const { rowCount } = await superuser.query('SELECT FROM pg_database WHERE datname = $1', [mainDatabase]);
  if (rowCount) return;
  await superuser.query('REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC');
  await createDatabase(superuser, mainDatabase);
}

interface DatabaseOptions {
  /** A database to copy; nothing may be connected to it. Default: an empty one. */
  template?: string;
}

/**
 * Creates a database that only the two roles may enter. Privileges of a database are not copied from its template, so they are given here.
 * The extensions the product needs are trusted ones, which the owner may create itself.
 */
export async function createDatabase(superuser: Client, name: string, options: DatabaseOptions = {}): Promise<void> {
  const database = superuser.escapeIdentifier(name);
  const template = superuser.escapeIdentifier(options.template ?? 'template0');
  await superuser.query(`CREATE DATABASE ${database} OWNER ${ownerRole} TEMPLATE ${template} STRATEGY FILE_COPY`);
  await superuser.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await superuser.query(`GRANT CONNECT ON DATABASE ${database} TO ${applicationRole}`);
}

/** The same connection, to another database of the server. */
export function toDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
