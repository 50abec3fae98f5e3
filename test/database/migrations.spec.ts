import { type DataSource, type MigrationInterface } from 'typeorm';
import { inspectDatabase, inspectMigrations } from '../../src/platform/database/inspect';
import { migrate, ownerDataSource } from '../../src/platform/database/migrate';
import { toDatabase } from '../../src/platform/database/embedded';
import { connected, grantsOf, schemaOf, tablesOf } from '../support/catalog';
import { emptyDatabase, freshDatabase, type FreshDatabase } from '../support/database';
import { read } from '../support/repository';

const application = 'accordo_app';

/** Facts: written once. A table that is added to this list in the schema belongs here too, and the other way round. */
const appendOnlyTables = [
  'agreed_rate_facts',
  'agreed_rates',
  'agreement_documents',
  'agreement_facts',
  'agreement_originals',
  'audit_answers',
  'audit_conclusions',
  'audit_entries',
  'audit_requests',
  'audits',
  'bank_accounts',
  'bank_details',
  'bank_details_agreed',
  'bank_entries',
  'bank_receipt_proposals',
  'bank_receipt_uses',
  'bank_statements',
  'breakage_lines',
  'catalogue_changes',
  'catalogue_import_faults',
  'catalogue_mappings',
  'charts_of_accounts',
  'claim_events',
  'claimed_uses',
  'clearance_snapshots',
  'commission_acceptances',
  'duplicate_decisions',
  'exchange_rate_imports',
  'exchange_rates',
  'expiry_reminders',
  'framework_acceptances',
  'invoice_credits',
  'invoice_papers',
  'invoicing_details',
  'late_interest',
  'ledger_checkpoints',
  'ledger_leaves',
  'ledger_nodes',
  'ledger_postings',
  'ledger_transactions',
  'listing_invitations',
  'message_deals',
  'message_releases',
  'message_resources',
  'missed_deadlines',
  'negotiation_attachments',
  'negotiation_messages',
  'negotiation_notes',
  'outbox',
  'package_tracks',
  'package_words',
  'packages',
  'payout_hold_releases',
  'payout_holds',
  'period_bookings',
  'period_fact_confirmations',
  'period_facts',
  'pool_recoupments',
  'pool_recoupments_taken',
  'rate_uses',
  'receipt_allocations',
  'receipts',
  'release_messages',
  'release_versions',
  'revisions',
  'rights_conflict_facts',
  'rights_conflict_holds',
  'rights_conflict_releases',
  'signatures',
  'simulation_files',
  'statement_acceptances',
  'statement_dispute_facts',
  'statement_disputes',
  'statement_drafts',
  'statement_lines',
  'statements',
  'tax_certificates',
  'tax_rules',
  'tax_table_decisions',
  'tax_tables',
  'telling_decisions',
  'upload_parts',
  'usage_alert_thresholds',
  'usage_alerts',
  'usage_dispute_facts',
  'usage_dispute_holds',
  'usage_disputes',
  'usage_event_matches',
  'usage_event_shares',
  'usage_event_sums',
  'usage_event_voids',
  'usage_events',
  'usage_mappings',
  'usage_report_parts',
  'usage_resolution_facts',
  'usage_resolutions',
  'usage_totals',
  'voided_statement_drafts',
  'voided_usage_events',
];

describe('the migrations', () => {
  let database: FreshDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await emptyDatabase();
    source = await ownerDataSource(database.ownerUrl).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  const schema = (): Promise<string[]> => connected(database.superuserUrl, schemaOf);
  const run = async (migration: MigrationInterface, direction: 'up' | 'down'): Promise<void> => {
    const runner = source.createQueryRunner();
    try {
      await runner.startTransaction();
      await migration[direction](runner);
      await runner.commitTransaction();
    } finally {
      await runner.release();
    }
  };

  it('are each taken back by their own way down, and then applied again to the same schema', async () => {
    let before = await schema();
    for (const migration of source.migrations) {
      await run(migration, 'up');
      const after = await schema();
      expect(after).not.toEqual(before);
      await run(migration, 'down');
      expect(await schema()).toEqual(before);
      await run(migration, 'up');
      expect(await schema()).toEqual(after);
      before = after;
    }
  }, 180_000);

  it('move rows that the owner itself may not see, there and back', async () => {
    const at = source.migrations.findIndex((one) => one.constructor.name.startsWith('InvoicePapers'));
    const since = source.migrations.slice(at);
    // Only a superuser's session puts rows here that refer to nothing.
    const rows = (statements: string): Promise<object[]> =>
      connected(database.superuserUrl, async (client) => {
        await client.query('SET session_replication_role = replica');
        return (await client.query<object>(statements)).rows;
      });
    await rows(`INSERT INTO releases (owner_id, own_id, title) VALUES (gen_random_uuid(), 'R-1', 'No bar code')`);
    for (const migration of since.toReversed()) await run(migration, 'down');
    expect(await rows('SELECT FROM releases')).toEqual([]);
    await rows(
      `WITH a AS (INSERT INTO agreements (label_id, platform_id, currency, time_zone, in_force, state, made_at)
         VALUES (gen_random_uuid(), gen_random_uuid(), 'USD', 'Europe/Moscow', '[2025-01-01,)', 'withdrawn', '2025-01-01') RETURNING *),
       i AS (INSERT INTO invoices (agreement_id, label_id, platform_id, purpose, source, number, amount_minor, currency, state, issued_at, due_on)
         SELECT id, label_id, platform_id, 'royalties', '2025-11', 'INV-2025-000001', 500, currency, 'issued', '2025-12-01', '2025-12-31' FROM a RETURNING *)
       INSERT INTO invoice_credits (invoice_id, agreement_id, label_id, platform_id, source, amount_minor, credited_at)
       SELECT id, agreement_id, label_id, platform_id, 'dispute 1', 100, '2025-12-31T22:00:00Z' FROM i`,
    );
    const [papers] = since;
    for (const direction of ['up', 'down', 'up'] as const) await run(papers!, direction);
    expect(
      await rows('SELECT c.number, s.kind, s.year, s.last_number FROM invoice_credits c, invoice_series s'),
    ).toEqual([{ number: 'CRN-2026-000001', kind: 'credit-note', year: 2026, last_number: 1 }]);
    await rows('DELETE FROM invoice_credits');
    await rows('DELETE FROM invoice_series');
    await rows('DELETE FROM invoices');
    await rows('DELETE FROM agreements');
    await rows(
      `WITH r AS (INSERT INTO recordings (owner_id, isrc, title, artists, updated_at)
         VALUES (gen_random_uuid(), 'ZZT012600001', 'Krug', '{Kino}', now()), (gen_random_uuid(), 'ZZT012600002', 'Solo', '{Kino}', now()) RETURNING *),
       p AS (INSERT INTO packages (owner_id, name, version, content_hash, track_count, published_at)
         SELECT owner_id, 'Spring', 1, repeat('0', 64), 1, now() FROM r WHERE title = 'Krug' RETURNING *)
       INSERT INTO package_tracks (package_id, isrc, owner_id) SELECT p.id, isrc, owner_id FROM p JOIN r USING (owner_id)`,
    );
    for (const migration of since.slice(1)) await run(migration, 'up');
    const said = (table: string): Promise<object[]> => rows(`SELECT word FROM ${table} ORDER BY word`);
    expect(await said('package_words')).toEqual([{ word: 'kino' }, { word: 'krug' }]);
    expect(await said('catalogue_words')).toEqual(['kino', 'kino', 'krug', 'solo'].map((word) => ({ word })));
  });

  it('leave nothing behind when all are taken back', async () => {
    for (const migration of source.migrations.toReversed()) await run(migration, 'down');
    expect(await schema()).toEqual(['extension plpgsql']);
  });
});

describe('migrating a database', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(() => database.drop());

  const look = (): Promise<string[]> =>
    connected(database.superuserUrl, async (client) => [...(await schemaOf(client)), ...(await grantsOf(client))]);

  it('changes nothing the second time', async () => {
    await migrate(database);
    const first = await look();
    await migrate(database);
    expect(await look()).toEqual(first);
  });

  it('gives the same schema after every migration was undone in order', async () => {
    const before = await look();
    const source = await ownerDataSource(database.ownerUrl).initialize();
    for (let undone = 0; undone < source.migrations.length; undone += 1)
      await source.undoLastMigration({ transaction: 'each' });
    await source.destroy();
    expect(await connected(database.superuserUrl, tablesOf)).toEqual([]);
    await migrate(database);
    expect(await look()).toEqual(before);
  });
});

describe('a process that serves', () => {
  it('is told which migrations are missing, on an empty database and on an old one', async () => {
    const [empty, old] = await Promise.all([emptyDatabase(), freshDatabase()]);
    const expected = ['One1795392000001', 'Two1795392000002'];
    await expect(inspectMigrations(empty.applicationUrl, expected)).rejects.toMatchObject({
      code: 'database-not-migrated',
      message: '2 migrations are missing: run "accordo migrate" first',
    });
    const { rows } = await connected(old.superuserUrl, (client) =>
      client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id'),
    );
    const applied = rows.map(({ name }) => name);
    expect(applied.length).toBeGreaterThanOrEqual(9);
    await expect(inspectMigrations(old.applicationUrl, applied)).resolves.toBeUndefined();
    await expect(inspectMigrations(old.applicationUrl, [...applied, 'Later1'])).rejects.toMatchObject({
      code: 'database-not-migrated',
    });
    await Promise.all([empty.drop(), old.drop()]);
  });

  it('knows the meaning of no constraint that does not exist', async () => {
    const table = /meanings[^{]*\{([^}]*)\}/.exec(read('src/platform/database/constraints.ts'))![1]!;
    const named = [...table.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(10);
    const database = await freshDatabase();
    const { rows } = await connected(database.superuserUrl, (client) =>
      client.query<{ name: string }>(
        `SELECT name FROM unnest($1::text[]) AS name
          WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = name) AND NOT EXISTS (SELECT FROM pg_class WHERE relname = name AND relkind = 'i')`,
        [named],
      ),
    );
    await database.drop();
    expect(rows).toEqual([]);
  });
});

describe('what the application role may do', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  const tablesWith = (privilege: string): Promise<string[]> =>
    connected(database.superuserUrl, async (client) => {
      const tables = [...(await tablesOf(client)), 'migrations'].sort();
      const { rows } = await client.query<{ name: string }>(
        `SELECT name FROM unnest($1::text[]) AS name WHERE has_table_privilege('${application}', 'public.' || name, $2) ORDER BY 1`,
        [tables, privilege],
      );
      return rows.map(({ name }) => name);
    });

  it('is to delete counters of the throttle, and no other row of the product', async () => {
    expect(await tablesWith('DELETE')).toEqual(['rate_limits']);
  });

  it('is never to empty a table, to put triggers on one or to refer to one', async () => {
    for (const privilege of ['TRUNCATE', 'TRIGGER', 'REFERENCES']) expect(await tablesWith(privilege)).toEqual([]);
  });

  it('is to change everything but facts', async () => {
    const tables = await connected(database.superuserUrl, tablesOf);
    expect(await tablesWith('UPDATE')).toEqual(tables.filter((table) => !appendOnlyTables.includes(table)));
    expect(appendOnlyTables.filter((table) => !tables.includes(table))).toEqual([]);
  });

  it('is to read the list of migrations, and not to write it', async () => {
    expect(await tablesWith('SELECT')).toContain('migrations');
    expect(await tablesWith('INSERT')).not.toContain('migrations');
  });

  it('is to make no temporary table, whoever let it: one of a name of ours would be found before it', async () => {
    const attempt = (): Promise<unknown> =>
      connected(database.applicationUrl, (client) => client.query('CREATE TEMPORARY TABLE agreements (id uuid)'));
    await connected(database.superuserUrl, (client) =>
      client.query(`GRANT TEMPORARY ON DATABASE ${database.name} TO PUBLIC, ${application}`),
    );
    await attempt();
    await migrate(database);
    await expect(attempt()).rejects.toThrow('permission denied');
  });

  it('does not matter for facts: not even a superuser changes, deletes or empties them', async () => {
    await connected(database.superuserUrl, async (client) => {
      await client.query(
        `INSERT INTO outbox (organization_id, topic, subject_id, payload, occurred_at) VALUES (gen_random_uuid(), 't', gen_random_uuid(), '{}', now())`,
      );
      for (const attempt of [`UPDATE outbox SET topic = 'x'`, 'DELETE FROM outbox', 'TRUNCATE outbox']) {
        await expect(client.query(attempt)).rejects.toThrow('outbox is append-only');
      }
      // The other fact tables stand under the same function, for each of the three.
      const { rows } = await client.query<{ name: string; events: string }>(
        `SELECT c.relname::text AS name, string_agg(CASE WHEN tgtype & 32 <> 0 THEN 'truncate' ELSE 'change' END, ' ' ORDER BY tgtype) AS events
           FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
          WHERE t.tgfoid = 'refuse_change'::regproc AND t.tgenabled = 'O' AND (t.tgtype & 32 <> 0 OR t.tgtype & 24 = 24) GROUP BY 1 HAVING bool_or(t.tgtype & 24 = 24) ORDER BY 1`,
      );
      expect(rows).toEqual(appendOnlyTables.map((name) => ({ name, events: 'change truncate' })));
    });
  });
});

describe('a database that Accordo must not work on', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  const unsafeRoles = [
    ['is a superuser', 'SUPERUSER', ''],
    ['has BYPASSRLS', 'BYPASSRLS', ''],
    ['may become the owner of the tables', '', 'IN ROLE accordo_owner'],
    ['may become a role that bypasses', '', 'IN ROLE %bypassing%'],
  ] as const;

  it.each(unsafeRoles)('is refused when the application role %s', async (_, attributes, membership) => {
    const role = `unsafe_${database.name.slice(5, 15)}`;
    const bypassing = `${role}_parent`;
    await connected(database.superuserUrl, async (client) => {
      await client.query(`CREATE ROLE ${bypassing} BYPASSRLS`);
      await client.query(
        `CREATE ROLE ${role} LOGIN PASSWORD 'unsafe' ${attributes} ${membership.replace('%bypassing%', bypassing)}`,
      );
      await client.query(`GRANT CONNECT ON DATABASE ${database.name} TO ${role}`);
      try {
        const url = new URL(database.applicationUrl);
        url.username = role;
        url.password = 'unsafe';
        const attempt = migrate({ ownerUrl: database.ownerUrl, applicationUrl: url.href });
        await expect(attempt).rejects.toMatchObject({
          code: 'database-role-unsafe',
          message: expect.stringContaining(`role "${role}"`),
        });
      } finally {
        await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}; DROP ROLE ${bypassing}`);
      }
    });
  });

  it('is refused when it is older than what the policies need', async () => {
    // The server's version is a constant; here a function of the same name in front of it tells another one.
    await connected(database.superuserUrl, (client) =>
      client.query(`
        CREATE SCHEMA past;
        CREATE FUNCTION past.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT '140012' $$;
        GRANT USAGE ON SCHEMA past TO ${application};
        ALTER ROLE ${application} IN DATABASE ${database.name} SET search_path = past, pg_catalog, public`),
    );
    try {
      await expect(inspectDatabase(database)).rejects.toMatchObject({
        code: 'database-too-old',
        message: 'PostgreSQL 14 is too old: 18 or newer is needed',
      });
    } finally {
      await connected(database.superuserUrl, (client) =>
        client.query(`ALTER ROLE ${application} IN DATABASE ${database.name} RESET ALL`),
      );
    }
    await expect(inspectDatabase(database)).resolves.toBeUndefined();
  });

  it('is named in one line when nobody answers there', async () => {
    const nobody = new URL(database.ownerUrl);
    nobody.port = '1';
    const attempt = migrate({ ...database, ownerUrl: nobody.href });
    await expect(attempt).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.stringMatching(/^DATABASE_OWNER_URL: no connection to 127\.0\.0\.1:1\/test_\w+ \(.*\)$/),
    });
  });

  it('is named without its password', async () => {
    const wrong = new URL(toDatabase(database.applicationUrl, 'no_such_database'));
    wrong.password = 'not-the-password';
    const attempt = inspectDatabase({ ...database, applicationUrl: wrong.href });
    await expect(attempt).rejects.toMatchObject({
      code: 'database-unreachable',
      message: expect.not.stringContaining('not-the-password'),
    });
  });
});
