import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which agreements pool their recoupment by some text, without reading texts: a close asks it of every agreement that it holds. */
export class PooledAgreements1795392000106 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE INDEX agreement_versions_pooled ON agreement_versions (agreement_id)
  WHERE (terms::jsonb #> '{recoupment,pooledWith}') IS NOT NULL;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX agreement_versions_pooled');
  }
}
