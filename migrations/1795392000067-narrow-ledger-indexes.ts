import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The order of each party's journal, by what comes first in it alone: what shares an instant is few rows, sorted when they are read. Posting pays for every byte of an index. */
export class NarrowLedgerIndexes1795392000067 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX ledger_transactions_of_label, ledger_transactions_of_platform;
CREATE INDEX ledger_transactions_of_label ON ledger_transactions (label_id, booked_at);
CREATE INDEX ledger_transactions_of_platform ON ledger_transactions (platform_id, booked_at);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX ledger_transactions_of_label, ledger_transactions_of_platform;
CREATE INDEX ledger_transactions_of_label ON ledger_transactions (label_id, booked_at, agreement_id, id);
CREATE INDEX ledger_transactions_of_platform ON ledger_transactions (platform_id, booked_at, agreement_id, id);
`);
  }
}
