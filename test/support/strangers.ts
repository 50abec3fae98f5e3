import type { Client } from 'pg';
import { tablesOf } from './catalog';

/** Two parties of a deal, and somebody who has no part in it. */
export const label = '0a000000-0000-4000-8000-000000000001';
export const platform = '0b000000-0000-4000-8000-000000000002';
export const stranger = '0c000000-0000-4000-8000-000000000003';

/** Columns that name a row's organization, and whose it is here. */
const tenantColumns: Readonly<Record<string, string>> = {
  organization_id: label,
  owner_id: label,
  label_id: label,
  label_ids: label,
  platform_id: platform,
  parties: label,
};

/** All rows are of one deal: what is seen of a row may hang on another one of it. */
const agreement = '0d000000-0000-4000-8000-000000000004';
/** So it is with the facts of a conflict. */
const conflict = '0e000000-0000-4000-8000-000000000005';

/** A value for each type of the schema. Text is also valid JSON, for columns derived from it. */
const valueOf: Readonly<Record<string, string>> = {
  uuid: 'gen_random_uuid()',
  text: `'{}'`,
  'character varying': `'{}'`,
  character: `'X'`,
  integer: '1',
  smallint: '1',
  bigint: '1',
  numeric: '0.5',
  boolean: 'true',
  date: `'2026-01-01'`,
  'timestamp with time zone': `'2026-01-01Z'`,
  daterange: `'[2026-01-01,2026-02-01)'`,
  int8range: `'[1,2)'`,
  jsonb: `'{}'`,
  xid8: 'pg_current_xact_id()',
  bytea: `sha256('')`,
};

export interface Table {
  readonly name: string;
  /** The columns by which a row belongs to somebody; empty for tables of nobody. */
  readonly tenants: readonly string[];
  /** INSERT of one row of `label` (and `platform`). */
  readonly insert: string;
}

/**
 * Every table with a statement that adds a row to it, made from the catalogue, so that a new table is tested without anyone thinking of it.
 * Foreign keys, checks and triggers are taken away first: what is looked at is who sees a row, not what it means.
 */
export async function describeTables(superuser: Client): Promise<Table[]> {
  await superuser.query(`
    DO $$ DECLARE found record; BEGIN
      FOR found IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint
                    WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c') ORDER BY contype DESC LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.relation, found.conname);
      END LOOP;
      FOR found IN SELECT tgrelid::regclass AS relation, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                    WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.relation);
      END LOOP;
    END $$`);
  const tables: Table[] = [];
  for (const name of await tablesOf(superuser)) tables.push(await describeTable(superuser, name));
  return tables;
}

async function describeTable(superuser: Client, name: string): Promise<Table> {
  const { rows: columns } = await superuser.query<{ column: string; type: string; list: boolean }>(
    `SELECT a.attname::text AS column, format_type(coalesce(nullif(t.typelem, 0), t.oid), NULL) AS type, t.typcategory = 'A' AS list
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = ('public.' || $1)::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
      ORDER BY a.attnum`,
    [name],
  );
  const values = columns.map(({ column, type, list }) => {
    const tenant = name === 'organizations' && column === 'id' ? label : tenantColumns[column];
    if (tenant !== undefined) return list ? `ARRAY['${tenant}']::${type}[]` : `'${tenant}'`;
    if (column === 'agreement_id' && !list) return `'${agreement}'`;
    if (column === 'conflict_id' || (name === 'rights_conflicts' && column === 'id')) return `'${conflict}'`;
    const value = valueOf[type];
    if (value === undefined) throw new Error(`no sample value for ${name}.${column} of type ${type}: add one`);
    return list ? `ARRAY[${value}]::${type}[]` : `${value}::${type}`;
  });
  const names = columns.map(({ column }) => column);
  return {
    name,
    tenants: name === 'organizations' ? ['id'] : names.filter((column) => column in tenantColumns),
    insert: `INSERT INTO "${name}" (${names.join(', ')}) VALUES (${values.join(', ')})`,
  };
}
