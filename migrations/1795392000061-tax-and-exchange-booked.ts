import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';

const sides: LedgerSides = [
  ['vat-charged', 'platform-receivable', 1],
  ['vat-charged', 'label-payable', -1],
  ['vat-charged', 'platform-vat', 1],
  ['vat-charged', 'label-vat', -1],
  ['tax-withheld', 'label-payable', 1],
  ['tax-withheld', 'platform-receivable', -1],
  ['tax-withheld', 'label-tax-credit', 1],
  ['tax-withheld', 'platform-tax-withheld', -1],
  ['exchanged-from', 'label-payable', 1],
  ['exchanged-from', 'platform-receivable', -1],
  ['exchanged-into', 'platform-receivable', 1],
  ['exchanged-into', 'label-payable', -1],
];

/** The books of tax and exchange, and how much of an invoice is value-added tax. */
export class TaxAndExchangeBooked1795392000061 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${addLedgerSides(sides)}
ALTER TABLE invoices ADD COLUMN vat_minor bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT invoices_vat_inside CHECK (vat_minor BETWEEN 0 AND amount_minor);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE invoices DROP COLUMN vat_minor;
${removeLedgerSides(sides)}
`);
  }
}
