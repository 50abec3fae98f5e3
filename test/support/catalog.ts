import { Client } from 'pg';

/** A connection that closes itself; results as PostgreSQL's text or JSON. */
export async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return work(client).finally(() => client.end());
}

/**
 * Everything of ours in the schema `public`, each in PostgreSQL's own words; what extensions bring is theirs. A table's columns
 * have no order here: one that comes back stands last, and every statement names those it means.
 */
const ours = `
WITH foreign_things AS (SELECT objid, classid FROM pg_depend WHERE deptype = 'e'),
relations AS (
  SELECT c.* FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 'migrations' AND c.relname NOT LIKE 'migrations\\_%'
     AND NOT EXISTS (SELECT FROM foreign_things f WHERE f.classid = 'pg_class'::regclass AND f.objid = c.oid))
SELECT 'relation ' || relname || ' ' || relkind::text || ' rls ' || relrowsecurity || ' forced ' || relforcerowsecurity AS line FROM relations
UNION ALL SELECT 'column ' || r.relname || '.' || CASE r.relkind WHEN 'i' THEN row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum)::text ELSE '' END || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || ' not null ' || a.attnotnull || ' identity "' || a.attidentity::text || '" generated "' || a.attgenerated::text || '" default ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
  FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
UNION ALL SELECT 'constraint ' || r.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid) FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid
UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM relations r JOIN pg_index i ON i.indrelid = r.oid
UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || permissive || ' ' || cmd || ' ' || roles::text || ' using ' || coalesce(qual, '') || ' check ' || coalesce(with_check, '')
  FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'function ' || pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM foreign_things f WHERE f.classid = 'pg_proc'::regclass AND f.objid = p.oid)
UNION ALL SELECT 'extension ' || extname FROM pg_extension
ORDER BY 1`;

/** The schema as sorted lines: two databases have the same schema when these are equal. */
export const schemaOf = (client: Client): Promise<string[]> =>
  client.query<{ line: string }>(ours).then(({ rows }) => rows.map(({ line }) => line));

/** Who was granted what, and the policies of the job queue. */
export const grantsOf = (client: Client): Promise<string[]> =>
  client
    .query<{ line: string }>(
      `SELECT 'grant ' || n.nspname || '.' || c.relname || ' ' || c.relacl::text AS line
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'graphile_worker') AND c.relacl IS NOT NULL
       UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || roles::text FROM pg_policies WHERE schemaname = 'graphile_worker'
       ORDER BY 1`,
    )
    .then(({ rows }) => rows.map(({ line }) => line));

/** Tables of `public`, without the list of migrations. */
export const tablesOf = (client: Client): Promise<string[]> =>
  client
    .query<{ name: string }>(
      `SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1`,
    )
    .then(({ rows }) => rows.map(({ name }) => name));
