import { Client } from 'pg';
import { freshDatabase, type FreshDatabase } from '../support/database';

/**
 * Beyond one machine these tables are distributed by `agreement_id` (Citus), the others are copied to every machine. What such a database
 * would refuse is looked for in the catalogue of a plain one.
 */
const distributed = [
  'agreed_rate_facts',
  'agreed_rates',
  'breakage_lines',
  'ledger_postings',
  'ledger_transactions',
  'missed_deadlines',
  'payees',
  'period_bookings',
  'pool_recoupments',
  'pool_recoupments_taken',
  'rate_uses',
  'rights_conflict_holds',
  'rights_conflict_releases',
  'statement_acceptances',
  'statement_dispute_facts',
  'statement_disputes',
  'statement_drafts',
  'statement_lines',
  'statements',
  'tax_certificates',
  'usage_alert_thresholds',
  'usage_alerts',
  'usage_days',
  'usage_dispute_facts',
  'usage_dispute_holds',
  'usage_disputes',
  'usage_event_sums',
  'usage_totals',
  'voided_statement_drafts',
];
const column = 'agreement_id';

describe('a table that is to be spread over machines', () => {
  let database: FreshDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await freshDatabase();
    client = new Client({ connectionString: database.superuserUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const names = async (query: string): Promise<string[]> =>
    (await client.query<{ name: string }>(query, [distributed])).rows.map(({ name }) => name);

  it('has the agreement first in its primary key', async () => {
    const keys = await names(`
      SELECT c.relname || ' ' || a.attname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
       WHERE i.indisprimary AND c.relname = ANY ($1) ORDER BY 1`);
    expect(keys).toEqual(distributed.map((table) => `${table} ${column}`));
  });

  it('has the agreement in every unique key, so that one machine alone can tell', async () => {
    const keys = await names(`
      SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
       WHERE (i.indisunique OR i.indisexclusion) AND c.relname = ANY ($1)
         AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND a.attname = '${column}') ORDER BY 1`);
    expect(keys).toEqual([]);
  });

  it('refers to others of its kind by the agreement, and else to tables that every machine has', async () => {
    const references = await names(`
      SELECT k.conrelid::regclass || ' → ' || k.confrelid::regclass AS name FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class target ON target.oid = k.confrelid
       WHERE k.contype = 'f' AND c.relname = ANY ($1) AND target.relname = ANY ($1)
         AND NOT EXISTS (SELECT FROM generate_subscripts(k.conkey, 1) AS at
                          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[at]
                          JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[at]
                         WHERE a.attname = '${column}' AND b.attname = '${column}') ORDER BY 1`);
    expect(references).toEqual([]);
  });

  it('is referred to by no table that is not spread with it', async () => {
    const references = await names(`
      SELECT k.conrelid::regclass || ' → ' || k.confrelid::regclass AS name FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class target ON target.oid = k.confrelid
       WHERE k.contype = 'f' AND target.relname = ANY ($1) AND NOT c.relname = ANY ($1) ORDER BY 1`);
    expect(references).toEqual([]);
  });

  it('has row triggers only that refuse, and needs no sequence', async () => {
    const found = await names(`
      SELECT c.relname || ' ' || t.tgname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE c.relname = ANY ($1) AND NOT t.tgisinternal AND t.tgtype & 1 = 1 AND t.tgfoid <> 'refuse_change'::regproc
      UNION ALL SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relname = ANY ($1) AND a.attidentity <> ''`);
    expect(found).toEqual([]);
  });
});
