import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** A table as it is dumped: what is generated makes itself anew. */
interface Dumped {
  readonly name: string;
  readonly columns: string;
  readonly file: string;
}

/** What a dump consists of: a file a table, and where each sequence stood. */
export interface Dump {
  readonly tables: readonly Dumped[];
  readonly sequences: readonly { readonly name: string; readonly value: string | null }[];
}

const tablesQuestion = `
  SELECT quote_ident(t.schemaname) || '.' || quote_ident(t.tablename) AS name,
         string_agg(quote_ident(c.column_name), ', ' ORDER BY c.ordinal_position) AS columns
    FROM pg_tables t JOIN information_schema.columns c ON c.table_schema = t.schemaname AND c.table_name = t.tablename
   WHERE c.is_generated = 'NEVER' AND (t.schemaname = 'public' OR t.schemaname = 'graphile_worker') AND t.tablename <> 'migrations'
   GROUP BY 1 ORDER BY 1`;

/** The rows of all tables in one snapshot, as pg_dump writes them: COPY, a file each. The packages bring no pg_dump. */
export async function dump(client: Client, folder: string): Promise<Dump> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await client.query<Omit<Dumped, 'file'>>(tablesQuestion);
  const tables = rows.map((row, at) => ({ ...row, file: join(folder, `${at}.copy`) }));
  for (const { name, columns, file } of tables) {
    await pipeline(
      client.query(copyTo(`COPY ${name} (${columns}) TO STDOUT (FORMAT binary)`)),
      createWriteStream(file),
    );
  }
  const sequences = await client.query<{ name: string; value: string | null }>(
    `SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename) AS name, last_value::text AS value FROM pg_sequences`,
  );
  await client.query('COMMIT');
  return { tables, sequences: sequences.rows };
}

/** Puts a dump into a database whose migrations have run, in one transaction and with no trigger in the way, as pg_restore does. */
export async function restore(client: Client, { tables, sequences }: Dump): Promise<void> {
  await client.query(`BEGIN; SET LOCAL session_replication_role = replica`);
  await client.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
  for (const { name, columns, file } of tables) {
    await pipeline(
      createReadStream(file),
      client.query(copyFrom(`COPY ${name} (${columns}) FROM STDIN (FORMAT binary)`)),
    );
  }
  for (const { name, value } of sequences) {
    if (value !== null) await client.query('SELECT setval($1::regclass, $2::bigint)', [name, value]);
  }
  await client.query('COMMIT');
  await client.query('ANALYZE');
}
