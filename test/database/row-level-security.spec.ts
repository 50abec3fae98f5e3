import { Client } from 'pg';
import { DataSource, EntitySchema } from 'typeorm';
import type { Actor } from '../../src/platform/auth/actor';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { connected } from '../support/catalog';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { describeTables, label, platform, stranger, type Table } from '../support/strangers';

/** Rows that belong to somebody, but that only system code reads. */
const systemOnly = ['invoice_series', 'usage_tallies'];
/** The one place where a party writes rows of others: news for them. */
const writtenForOthers = ['outbox'];
/** Tables of nobody: counters by key or by agreement, the tree over all books, the marketplace’s own schedule, the provider's events, what banks publish, the marketplace’s own accounts at banks and what is told of them. */
const ofNobody = [
  'bank_accounts',
  'bank_entries',
  'bank_files',
  'bank_receipt_proposals',
  'bank_receipt_uses',
  'bank_receipts',
  'bank_statements',
  'commission_schedules',
  'exchange_rate_imports',
  'exchange_rates',
  'ledger_checkpoints',
  'ledger_nodes',
  'payment_file_payouts',
  'payment_files',
  'rate_limits',
  'stripe_events',
  'tax_rules',
  'tax_table_decisions',
  'tax_tables',
  'usage_days',
];

const member = (organizationId: string): Actor => ({
  organizationId,
  organizationKind: 'label',
  verified: true,
  roles: ['admin'],
  by: { kind: 'api-key', id: 'key' },
});

describe('row-level security', () => {
  let urls: FreshDatabase;
  let superuser: Client;
  let tables: Table[];
  let application: Client;

  beforeAll(async () => {
    urls = await freshDatabase();
    superuser = new Client({ connectionString: urls.superuserUrl });
    application = new Client({ connectionString: urls.applicationUrl });
    for (const client of [superuser, application]) {
      client.on('error', () => undefined);
      await client.connect();
    }
    tables = await describeTables(superuser);
    for (const { insert } of tables) await superuser.query(insert);
  });
  afterAll(async () => {
    await Promise.all([superuser.end(), application.end()]);
    await urls.drop();
  });

  const owned = (): Table[] => tables.filter(({ tenants }) => tenants.length > 0);

  /** Runs one statement for an organization in a transaction that is taken back. */
  async function as(organization: string | undefined, statement: string): Promise<number> {
    await application.query('BEGIN');
    try {
      if (organization !== undefined)
        await application.query(
          `SET LOCAL accordo.role = 'member'; SET LOCAL accordo.organization = '${organization}'`,
        );
      return (await application.query(statement)).rowCount ?? 0;
    } finally {
      await application.query('ROLLBACK');
    }
  }

  const namesWhere = async (test: (table: Table) => Promise<boolean>, among = owned()): Promise<string[]> => {
    const names: string[] = [];
    for (const table of among) if (await test(table)) names.push(table.name);
    return names;
  };
  const sees =
    (organization: string | undefined) =>
    async ({ name }: Table): Promise<boolean> =>
      (await as(organization, `SELECT FROM "${name}"`)) > 0;

  it('is on and forced for every table, also for its owner', async () => {
    const { rows } = await superuser.query<{ name: string }>(
      `SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(['migrations', 'rate_limits']);
  });

  it('knows whose the rows of every table are', () => {
    const without = tables.filter(({ tenants }) => tenants.length === 0).map(({ name }) => name);
    expect(without).toEqual(ofNobody);
  });

  it('checks what is written by every policy that lets write', async () => {
    const { rows } = await superuser.query(
      `SELECT tablename, policyname FROM pg_policies WHERE schemaname IN ('public', 'graphile_worker') AND cmd IN ('ALL', 'INSERT', 'UPDATE') AND with_check IS NULL`,
    );
    expect(rows).toEqual([]);
  });

  it('shows nobody anything while no tenant is set', async () => {
    expect(await namesWhere(sees(undefined), tables)).toEqual(['rate_limits']);
  });

  it('shows a party its rows', async () => {
    expect(await namesWhere(sees(label))).toEqual(
      owned()
        .map(({ name }) => name)
        .filter((name) => !systemOnly.includes(name)),
    );
  });

  it('shows both parties the rows of their deal', async () => {
    const shared = owned().filter(({ tenants }) => tenants.includes('platform_id'));
    expect(shared.length).toBeGreaterThan(10);
    expect(await namesWhere(sees(platform), shared)).toEqual(shared.map(({ name }) => name));
  });

  it('shows a stranger nothing', async () => {
    expect(await namesWhere(sees(stranger))).toEqual([]);
  });

  it('lets a stranger change nothing', async () => {
    const changed = await namesWhere(({ name, tenants }) =>
      as(stranger, `UPDATE "${name}" SET ${tenants[0]} = ${tenants[0]}`).then(
        (rows) => rows > 0,
        (error: { code?: string }) => error.code !== '42501',
      ),
    );
    expect(changed).toEqual([]);
  });

  it('lets a stranger add nothing in another’s name', async () => {
    // Unique keys must not be what refuses here.
    await superuser.query(
      `DO $$ DECLARE t record; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' LOOP EXECUTE format('DELETE FROM %I', t.tablename); END LOOP; END $$`,
    );
    const added = await namesWhere(({ insert }) =>
      as(stranger, insert).then(
        () => true,
        (error: { code?: string; message: string }) => error.code !== '42501',
      ),
    );
    for (const { insert } of tables) await superuser.query(insert);
    expect(added).toEqual(writtenForOthers);
  });

  it('lets a party give no row away', async () => {
    for (const { name, tenants } of owned()) {
      const isList = (column: string): boolean => column.endsWith('_ids') || column === 'parties';
      const given = (column: string): string => (isList(column) ? `'{${stranger}}'` : `'${stranger}'`);
      const assignments = tenants.map((column) => `${column} = ${given(column)}`).join(', ');
      const outcome = await as(label, `UPDATE "${name}" SET ${assignments}`).catch(
        (error: { code?: string }) => error.code,
      );
      expect([name, outcome]).toEqual([name, outcome === 0 ? 0 : '42501']);
    }
  });

  it('has no way round it: no function and no view that runs with a superuser’s rights', async () => {
    const { rows } = await superuser.query(`
      SELECT p.proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
       WHERE p.prosecdef AND (r.rolsuper OR r.rolbypassrls) AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      UNION ALL SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
       WHERE c.relkind IN ('v', 'm') AND (r.rolsuper OR r.rolbypassrls) AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`);
    expect(rows).toEqual([]);
  });
});

describe('a transaction of a tenant', () => {
  let urls: FreshDatabase;

  beforeAll(async () => {
    urls = await freshDatabase();
  });
  afterAll(() => urls.drop());

  async function withPool<T>(size: number, work: (database: Database, source: DataSource) => Promise<T>): Promise<T> {
    const source = await applicationDataSource(urls.applicationUrl, size).initialize();
    return work(new Database(source), source).finally(() => source.destroy());
  }

  const whose = `SELECT accordo_organization() AS organization, accordo_role() AS role`;

  it('leaves no tenant on the pooled connection, whether it commits or not', async () => {
    await withPool(1, async (database, source) => {
      const within = await database.withTenant(member(label), (tx) => tx.one(whose));
      expect(within).toEqual({ organization: label, role: 'member' });
      expect(await source.query(whose)).toEqual([{ organization: null, role: null }]);
      await expect(database.withTenant(member(label), (tx) => tx.run('SELECT 1 / 0'))).rejects.toThrow(
        'division by zero',
      );
      expect(await source.query(whose)).toEqual([{ organization: null, role: null }]);
    });
  });

  it('returns to its tenant after a passage as the system', async () => {
    await withPool(1, async (database) => {
      const roles = await database.withTenant(member(label), async (tx) => [
        await tx.asSystem(() => tx.one<{ role: string }>(whose)),
        await tx.one<{ role: string }>(whose),
      ]);
      expect(roles.map(({ role }) => role)).toEqual(['system', 'member']);
    });
  });

  it('cannot write when it was opened for reading', async () => {
    await withPool(1, async (database) => {
      const attempt = database.withTenant(member(label), (tx) => tx.run(addOperation, [label]), 'read');
      await expect(attempt).rejects.toMatchObject({ code: '25006' });
    });
  });

  it('is refused for what is not an organization’s id', async () => {
    await withPool(1, async (database) => {
      expect(() =>
        database.withTenant(member(`${label}'; SET LOCAL accordo.role = 'system`), (tx) => tx.run('SELECT 1')),
      ).toThrow('a tenant is an organization id');
    });
  });

  const addOperation = `INSERT INTO operations (owner_id, kind, state, created_at, updated_at) VALUES ($1, 'test', 'queued', now(), now())`;

  it('never sees another’s rows: 200 at a time over ten connections, with faults and time-outs among them', async () => {
    const tenants = Array.from({ length: 50 }, (_, at) => `0d000000-0000-4000-8000-${String(at).padStart(12, '0')}`);
    await withPool(10, async (database) => {
      let foreign = 0;
      let committed = 0;
      const visit = (turn: number): Promise<void> => {
        const tenant = tenants[(turn * 37) % tenants.length]!;
        return database.withTenant(member(tenant), async (tx) => {
          await tx.run(addOperation, [tenant]);
          const rows = await tx.rows<{ owner_id: string }>('SELECT owner_id FROM operations');
          foreign += rows.filter((row) => row.owner_id !== tenant).length;
          if (turn % 5 === 1) throw new Error('aborted by the caller');
          if (turn % 5 === 2) await tx.run('SELECT 1 / 0');
          if (turn % 5 === 3)
            await tx.run(`SET LOCAL statement_timeout = '5ms'`).then(() => tx.run('SELECT pg_sleep(1)'));
          committed += 1;
        });
      };
      const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, turn) => visit(turn)));
      expect({ foreign, committed }).toEqual({ foreign: 0, committed: 80 });
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(120);
    });
    const kept = await connected(urls.superuserUrl, (client) =>
      client.query(`SELECT FROM operations WHERE kind = 'test'`),
    );
    expect(kept.rowCount).toBe(80);
  });
});

describe('the object mapper', () => {
  const Operation = new EntitySchema<{ id: string; state: string }>({
    name: 'Operation',
    tableName: 'operations',
    columns: { id: { type: 'uuid', primary: true }, state: { type: 'text' } },
  });

  it('refuses a condition without a value instead of dropping it', async () => {
    const urls = await freshDatabase();
    const source = await new DataSource({
      ...applicationDataSource(urls.applicationUrl).options,
      entities: [Operation],
    } as never).initialize();
    const operations = source.getRepository(Operation);
    for (const id of [undefined, null]) {
      await expect(operations.findOneBy({ id: id as never })).rejects.toThrow(/undefined|null/i);
      await expect(operations.find({ where: { id: id as never } })).rejects.toThrow(/undefined|null/i);
      await expect(operations.update({ id: id as never }, { state: 'done' })).rejects.toThrow(/undefined|null|empty/i);
    }
    await source.destroy();
    await urls.drop();
  });
});
