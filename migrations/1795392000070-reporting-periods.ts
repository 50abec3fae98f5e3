import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A statement is of a reporting period, which its first month stands for: how long it is belongs to what the statement is called. */
export class ReportingPeriods1795392000070 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) {
      await runner.query(`
ALTER TABLE ${table} ADD COLUMN reporting_period text NOT NULL DEFAULT 'month';
ALTER TABLE ${table} ALTER COLUMN reporting_period DROP DEFAULT;
ALTER TABLE ${table} ADD CONSTRAINT ${table}_whole_periods CHECK (
  CASE reporting_period WHEN 'month' THEN true WHEN 'quarter' THEN ${begins(3)} WHEN 'half-year' THEN ${begins(6)} WHEN 'year' THEN ${begins(12)} ELSE false END);
`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) {
      await runner.query(`
ALTER TABLE ${table} DROP CONSTRAINT ${table}_whole_periods;
ALTER TABLE ${table} DROP COLUMN reporting_period;
`);
    }
  }
}

const tables = ['statements', 'statement_drafts'];

/** Whether a period of so many months begins with the month. */
const begins = (months: number): string => `(extract(month FROM month)::int - 1) % ${months} = 0`;
