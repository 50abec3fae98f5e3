import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A contract from elsewhere runs here once, however often and by whichever party it is brought. */
export class OriginalsOnce1795392000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE UNIQUE INDEX agreements_one_original ON agreements (label_id, platform_id, document_sha256) WHERE state <> 'withdrawn';
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX agreements_one_original;');
  }
}
