import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every API process follows the news of all agreements: by transaction, however many others there are. */
export class ClearanceFeed1795392000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX outbox_of_agreements ON outbox (transaction, position) WHERE topic LIKE 'agreement.%'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX outbox_of_agreements');
  }
}
