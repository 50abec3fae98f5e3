import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/** Reports that come in several files, one by one: they are a report once all are here. */
export class UsageReportParts1795392000045 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE usage_report_parts (
  platform_id uuid NOT NULL REFERENCES organizations,
  message_id text NOT NULL,
  number int NOT NULL CHECK (number > 0),
  files int NOT NULL CHECK (files > 1 AND number <= files),
  -- The id that the report will have, and the operation that tells how far it is.
  report_id uuid NOT NULL,
  operation_id uuid NOT NULL REFERENCES operations,
  label_id uuid NOT NULL REFERENCES organizations,
  service_id uuid NOT NULL REFERENCES services,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  file_sha256 char(64) NOT NULL,
  bytes bigint NOT NULL CHECK (bytes > 0),
  packed text CHECK (packed = 'gzip'),
  replaces uuid,
  replaces_territory text,
  contexts jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (platform_id, message_id, number)
);
CREATE INDEX usage_report_parts_by_report ON usage_report_parts (report_id);
${readByBothParties('usage_report_parts')}
${appendOnly('usage_report_parts')}

ALTER TABLE usage_reports
  ADD COLUMN files int NOT NULL DEFAULT 1 CHECK (files > 0),
  -- How many lines each of several files has, once they were read.
  ADD COLUMN file_lines bigint[];
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE usage_reports DROP COLUMN files, DROP COLUMN file_lines;
DROP TABLE usage_report_parts;
`);
  }
}
