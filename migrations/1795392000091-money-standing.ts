import type { MigrationInterface, QueryRunner } from 'typeorm';
import { operatorMayRead } from './support/policies';

const tables = [
  'invoices',
  'invoice_credits',
  'receipt_allocations',
  'held_invoices',
  'payouts',
  'payout_allocations',
  'payment_accounts',
  'payee_accounts',
  'payment_quotes',
  'stripe_events',
] as const;

/** What is owed, on its way or stuck is looked for whenever it is asked for: the operator, who holds the money, may see it, and what is open is found by an index. */
export class MoneyStanding1795392000091 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${tables.map(operatorMayRead).join('')}
CREATE INDEX invoices_unpaid ON invoices (label_id, due_on) WHERE state <> 'paid';
CREATE INDEX invoices_unpaid_by_platform ON invoices (platform_id, due_on) WHERE state <> 'paid';
CREATE INDEX receipt_allocations_by_invoice ON receipt_allocations (invoice_id);
CREATE INDEX payout_allocations_by_invoice ON payout_allocations (invoice_id);
CREATE INDEX payouts_on_their_way ON payouts (owner_id) WHERE state IN ('planned', 'approved', 'unknown', 'sent');
CREATE INDEX stripe_events_unfit ON stripe_events (received_at)
  WHERE processed_at IS NULL OR outcome IN ('invoice unknown', 'amount differs', 'invoice already paid');
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX stripe_events_unfit, payouts_on_their_way, payout_allocations_by_invoice, receipt_allocations_by_invoice, invoices_unpaid_by_platform, invoices_unpaid;
${tables.map((table) => `DROP POLICY ${table}_operator ON ${table};`).join('\n')}
`);
  }
}
