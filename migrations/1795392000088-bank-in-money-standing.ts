import type { MigrationInterface, QueryRunner } from 'typeorm';
import { operatorMayRead } from './support/policies';

const tables = ['payout_holds', 'payout_hold_releases', 'bank_details', 'bank_details_agreed'] as const;

/** The operator, who pays, may see what payouts wait for: who holds them back, and from when on bank details may be used. */
export class BankInMoneyStanding1795392000088 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${tables.map(operatorMayRead).join('')}
CREATE INDEX payouts_by_time ON payouts (planned_at, id);
CREATE INDEX bank_files_unread ON bank_files (brought_at) WHERE read_at IS NULL;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX bank_files_unread, payouts_by_time;
${tables.map((table) => `DROP POLICY ${table}_operator ON ${table};`).join('\n')}
`);
  }
}
