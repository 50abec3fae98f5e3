import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';

const sides: LedgerSides = [
  ['dispute-reduced', 'label-vat', 1],
  ['dispute-reduced', 'platform-vat', -1],
  ['dispute-reduced', 'platform-tax-withheld', 1],
  ['dispute-reduced', 'label-tax-credit', -1],
];

/** Disputes about lines of statements that are taxed and exchanged. */
export class DisputesAfterTax1795392000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${addLedgerSides(sides)}
-- The value-added tax inside what was taken off.
ALTER TABLE invoice_credits ADD COLUMN vat_minor bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT invoice_credits_vat CHECK (vat_minor BETWEEN 0 AND amount_minor);

-- What was open of the invoice when it was quoted, in the invoice's currency; null: all of it, for nothing could be taken off such an invoice then.
ALTER TABLE payment_quotes ADD COLUMN due_minor bigint CHECK (due_minor > 0),
  DROP CONSTRAINT payment_quotes_one_a_day,
  -- Another one of the same day where less is open by now.
  ADD CONSTRAINT payment_quotes_one_a_day UNIQUE (invoice_id, day, due_minor);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE payment_quotes DROP COLUMN due_minor,
  ADD CONSTRAINT payment_quotes_one_a_day UNIQUE (invoice_id, day);
ALTER TABLE invoice_credits DROP CONSTRAINT invoice_credits_vat, DROP COLUMN vat_minor;
${removeLedgerSides(sides)}
`);
  }
}
