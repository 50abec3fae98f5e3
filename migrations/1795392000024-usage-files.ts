import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy, readByBothParties } from './support/policies';

/** Sums, held lines and faults of a report are files beside it; the database keeps what they come to. */
export class UsageFiles1795392000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE usage_sums, unmatched_usage, usage_faults;

-- How a platform's own tables are to be read. A mapping never changes: what was read by it can be read again.
CREATE TABLE usage_mappings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations,
  name text NOT NULL,
  mapping jsonb NOT NULL,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX usage_mappings_by_organization ON usage_mappings (organization_id, made_at);
${ownedBy('usage_mappings', 'organization_id')}
${appendOnly('usage_mappings')}

-- Null where the report does not tell what everybody's use brought.
ALTER TABLE usage_contexts ALTER COLUMN net_revenue DROP NOT NULL, ALTER COLUMN music_usage_ratio DROP NOT NULL, ALTER COLUMN currency DROP NOT NULL;

ALTER TABLE usage_reports
  ADD COLUMN mapping_id uuid REFERENCES usage_mappings,
  ADD COLUMN layout jsonb,
  ADD COLUMN packed text CHECK (packed = 'gzip'),
  ADD COLUMN sums_sha256 char(64),
  ADD COLUMN held_sha256 char(64),
  ADD COLUMN held_lines bigint,
  ADD COLUMN faults_sha256 char(64),
  ADD COLUMN faults bigint,
  ADD COLUMN fault_marks bigint[],
  ADD CONSTRAINT usage_reports_mapped CHECK ((mapping_id IS NULL) = (layout IS NULL)),
  ADD CONSTRAINT usage_reports_read_whole CHECK (state NOT IN ('accepted', 'superseded') OR sums_sha256 IS NOT NULL);

-- agreement_id first in every key: this is the distribution column on more than one database machine.
CREATE TABLE usage_totals (
  agreement_id uuid NOT NULL,
  report_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  month date NOT NULL,
  sums bigint NOT NULL CHECK (sums > 0),
  quantity numeric(38) NOT NULL CHECK (quantity >= 0),
  returns numeric(38) NOT NULL CHECK (returns >= 0),
  PRIMARY KEY (agreement_id, report_id)
);
${readByBothParties('usage_totals')}
${appendOnly('usage_totals')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE usage_totals;
ALTER TABLE usage_reports DROP CONSTRAINT usage_reports_read_whole, DROP CONSTRAINT usage_reports_mapped, DROP COLUMN mapping_id, DROP COLUMN layout,
  DROP COLUMN packed, DROP COLUMN sums_sha256, DROP COLUMN held_sha256, DROP COLUMN held_lines, DROP COLUMN faults_sha256, DROP COLUMN faults, DROP COLUMN fault_marks;
ALTER TABLE usage_contexts ALTER COLUMN net_revenue SET NOT NULL, ALTER COLUMN music_usage_ratio SET NOT NULL, ALTER COLUMN currency SET NOT NULL;
DROP TABLE usage_mappings;
CREATE TABLE usage_faults (
  report_id uuid NOT NULL REFERENCES usage_reports,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  line bigint NOT NULL,
  record text NOT NULL,
  cell int,
  cell_name text,
  code text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('error', 'warning')),
  value text NOT NULL,
  message text NOT NULL,
  PRIMARY KEY (report_id, number)
);
${readByBothParties('usage_faults')}
${appendOnly('usage_faults')}
CREATE TABLE unmatched_usage (
  report_id uuid NOT NULL REFERENCES usage_reports,
  line bigint NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  isrc text NOT NULL,
  reason text NOT NULL,
  context_id text NOT NULL,
  quantity bigint NOT NULL,
  returns bigint NOT NULL,
  PRIMARY KEY (report_id, line)
);
${readByBothParties('unmatched_usage')}
${appendOnly('unmatched_usage')}
CREATE TABLE usage_sums (
  agreement_id uuid NOT NULL,
  report_id uuid NOT NULL,
  isrc char(12) NOT NULL,
  territory int NOT NULL,
  use_model int NOT NULL,
  service_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  month date NOT NULL,
  quantity bigint NOT NULL CHECK (quantity >= 0),
  returns bigint NOT NULL CHECK (returns >= 0),
  PRIMARY KEY (agreement_id, report_id, isrc, territory, use_model, service_id)
);
${readByBothParties('usage_sums')}
${appendOnly('usage_sums')}
`);
  }
}
