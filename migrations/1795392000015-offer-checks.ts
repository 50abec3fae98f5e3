import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is checked before a party offers or accepts: its own promises elsewhere, and what others state of the same recordings. */
export class OfferChecks1795392000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Few agreements have most favoured nation clauses, and every offer asks for those that do.
CREATE INDEX agreements_promising_by_label ON agreements (label_id)
  WHERE state = 'concluded' AND (terms::jsonb -> 'mostFavoured') IS NOT NULL;
CREATE INDEX agreements_promising_by_platform ON agreements (platform_id)
  WHERE state = 'concluded' AND (terms::jsonb -> 'mostFavoured') IS NOT NULL;
-- Who else states rights in a recording.
CREATE INDEX recordings_by_isrc ON recordings (isrc);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP INDEX recordings_by_isrc, agreements_promising_by_platform, agreements_promising_by_label;`,
    );
  }
}
