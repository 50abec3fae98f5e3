import type { MigrationInterface, QueryRunner } from 'typeorm';
import { onlyChanges, ownedBy } from './support/policies';

/** Boxes that senders put reports into, and what was taken from them. */
export class UsageInboxes1795392000046 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE usage_inboxes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations,
  name text NOT NULL,
  mapping_id uuid REFERENCES usage_mappings,
  label_id uuid REFERENCES organizations,
  service_id uuid REFERENCES services,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT usage_inboxes_of_tables_whole CHECK (num_nulls(mapping_id, label_id, service_id) IN (0, 3))
);
CREATE INDEX usage_inboxes_by_owner ON usage_inboxes (organization_id, made_at, id);
${ownedBy('usage_inboxes', 'organization_id')}
${onlyChanges('usage_inboxes', ['closed_at'])}

-- A file in one of its versions: taken once, in the transaction that makes its report; or refused, and why.
CREATE TABLE usage_inbox_files (
  inbox_id uuid NOT NULL REFERENCES usage_inboxes,
  name text NOT NULL,
  version text NOT NULL,
  organization_id uuid NOT NULL,
  taken_at timestamptz NOT NULL,
  -- Of a report of several files: it is there once all of them are.
  report_id uuid,
  file_number int,
  refusal jsonb,
  receipt_at timestamptz,
  -- When answering failed last: others come first.
  failed_at timestamptz,
  answered_at timestamptz,
  PRIMARY KEY (inbox_id, name, version),
  CONSTRAINT usage_inbox_files_taken_or_refused CHECK (num_nulls(report_id, refusal) = 1)
);
CREATE INDEX usage_inbox_files_unanswered ON usage_inbox_files (inbox_id) WHERE answered_at IS NULL;
CREATE INDEX usage_inbox_files_by_time ON usage_inbox_files (inbox_id, taken_at, name, version);
${ownedBy('usage_inbox_files', 'organization_id')}
${onlyChanges('usage_inbox_files', ['receipt_at', 'failed_at', 'answered_at'])}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE usage_inbox_files, usage_inboxes;`);
  }
}
