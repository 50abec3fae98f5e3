import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Invoices that the provider may have, though its answer was lost. */
export class InvoicesHandedToTheProvider1795392000102 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE invoices ADD COLUMN send_attempted_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE invoices DROP COLUMN send_attempted_at');
  }
}
