import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Credit notes say what they are made of, as invoices do. */
export class WhatCreditNotesSay1795392000101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- In minor units of the invoice: what is taken off before tax, and what of it the platform would have kept back for the state. Null: not known of an older one.
ALTER TABLE invoice_credits ADD COLUMN base_minor bigint CHECK (base_minor >= 0), ADD COLUMN withheld_minor bigint CHECK (withheld_minor >= 0),
  ADD CONSTRAINT invoice_credits_made_up CHECK ((base_minor IS NULL) = (withheld_minor IS NULL) AND base_minor - withheld_minor + vat_minor = amount_minor);

-- Of what bears no tax it is known.
ALTER TABLE invoice_credits DISABLE TRIGGER invoice_credits_append_only;
UPDATE invoice_credits c SET base_minor = c.amount_minor, withheld_minor = 0
  FROM invoice_papers p WHERE p.invoice_id = c.invoice_id AND p.vat_category = 'O' AND p.withheld_minor = 0;
ALTER TABLE invoice_credits ENABLE TRIGGER invoice_credits_append_only;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE invoice_credits DROP CONSTRAINT invoice_credits_made_up, DROP COLUMN withheld_minor, DROP COLUMN base_minor;
`);
  }
}
