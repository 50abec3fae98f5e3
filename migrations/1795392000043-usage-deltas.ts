import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A replacement is the whole report again, or the differences to it; a report knows what was signed when it was read. */
export class UsageDeltas1795392000043 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE usage_reports
  ADD COLUMN replaces_as text CHECK (replaces_as IN ('full', 'delta')),
  -- Differences are only added to what was read under the same agreements: this text is another one as soon as more was signed or has happened.
  ADD COLUMN read_under text;
UPDATE usage_reports SET replaces_as = 'full' WHERE replaces IS NOT NULL;
ALTER TABLE usage_reports ADD CONSTRAINT usage_reports_replaces_somehow CHECK ((replaces IS NULL) = (replaces_as IS NULL));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE usage_reports DROP CONSTRAINT usage_reports_replaces_somehow, DROP COLUMN replaces_as, DROP COLUMN read_under;
`);
  }
}
