import type { MigrationInterface, QueryRunner } from 'typeorm';
import { onlyChanges, readByBothParties } from './support/policies';

/** What is booked and not invoiced yet, since a rate of tax or exchange is not known. */
export class HeldInvoices1795392000075 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE held_invoices (
  agreement_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('advance', 'guarantee', 'minimum-fee', 'back-fee')),
  -- What would be invoiced: the advance's id, one of its payments.
  source text NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- As it is booked: before tax, in the currency of the terms.
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL,
  -- The day that it counts for, and the one on which it was booked.
  counts_on date NOT NULL,
  booked_on date NOT NULL,
  -- The day that the terms name for the payment; null: so many days after the invoice.
  pay_by date,
  held_at timestamptz NOT NULL,
  -- When it was invoiced; null: it waits.
  ended_at timestamptz,
  PRIMARY KEY (agreement_id, purpose, source)
);
CREATE INDEX held_invoices_waiting ON held_invoices (agreement_id) WHERE ended_at IS NULL;
${readByBothParties('held_invoices')}
${onlyChanges('held_invoices', ['ended_at'])}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE held_invoices;');
  }
}
