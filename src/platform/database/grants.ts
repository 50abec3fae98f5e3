import type { DataSource } from 'typeorm';

/**
 * Gives the application role what it needs and no more, derived from the schema itself: a table with an append-only trigger
 * may be read and added to, any other also changed; nothing may be deleted but rate limits and the queue's own rows. Runs after every migration.
 */
export async function grantApplicationRole(owner: DataSource, role: string): Promise<void> {
  const quoted = `"${role.replaceAll('"', '""')}"`;
  const [{ database }] = (await owner.query(`SELECT quote_ident(current_database()) AS database`)) as [
    { database: string },
  ];
  // A temporary table of the name of one of ours would be found before it.
  await owner.query(
    `REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC, ${quoted}; GRANT CONNECT ON DATABASE ${database} TO ${quoted}`,
  );
  await owner.query(`GRANT USAGE ON SCHEMA public TO ${quoted}`);
  const tables = (await owner.query(`
    SELECT c.relname AS name,
           EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = c.relname || '_append_only') AS final
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')`)) as { name: string; final: boolean }[];
  for (const { name, final } of tables) {
    // One message, so one transaction: a process that runs meanwhile never finds itself without rights.
    await owner.query(
      `REVOKE ALL ON "${name}" FROM ${quoted}; GRANT ${privileges(name, final)} ON "${name}" TO ${quoted}`,
    );
  }
  await owner.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${quoted}`);
  await grantQueue(owner, quoted);
}

function privileges(table: string, final: boolean): string {
  if (table === 'migrations') return 'SELECT';
  if (table === 'rate_limits') return 'SELECT, INSERT, UPDATE, DELETE';
  return final ? 'SELECT, INSERT' : 'SELECT, INSERT, UPDATE';
}

/**
 * graphile-worker turns row-level security on for its own tables and makes no policies: its jobs hold ids and no tenant's content,
 * so the application role works the queue under a policy of its own instead of a third connection.
 */
async function grantQueue(owner: DataSource, role: string): Promise<void> {
  await owner.query(`
    GRANT USAGE ON SCHEMA graphile_worker TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA graphile_worker TO ${role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO ${role};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA graphile_worker TO ${role};`);
  const tables = (await owner.query(`
    SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'graphile_worker' AND c.relkind = 'r' AND c.relrowsecurity`)) as { name: string }[];
  for (const { name } of tables) {
    await owner.query(`
      DROP POLICY IF EXISTS accordo_queue ON graphile_worker."${name}";
      CREATE POLICY accordo_queue ON graphile_worker."${name}" TO ${role} USING (true) WITH CHECK (true);`);
  }
}
