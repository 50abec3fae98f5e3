import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/** Reports as evidence, what each sales context says, and exact sums. */
export class Usage1795392000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE usage_reports (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL REFERENCES organizations,
  platform_id uuid NOT NULL REFERENCES organizations,
  service_id uuid NOT NULL REFERENCES services,
  message_id text NOT NULL,
  file_sha256 char(64) NOT NULL,
  bytes bigint NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  state text NOT NULL CHECK (state IN ('received', 'accepted', 'refused', 'superseded')),
  replaces uuid REFERENCES usage_reports,
  operation_id uuid NOT NULL REFERENCES operations,
  lines bigint,
  lines_accepted bigint,
  lines_rejected bigint,
  rejected_by_code jsonb NOT NULL DEFAULT '{}',
  refusal jsonb,
  received_at timestamptz NOT NULL,
  read_at timestamptz,
  CONSTRAINT usage_reports_one_message UNIQUE (platform_id, message_id)
);
CREATE INDEX usage_reports_by_label ON usage_reports (label_id, received_at);
CREATE INDEX usage_reports_by_platform ON usage_reports (platform_id, received_at);
${readByBothParties('usage_reports')}

-- One row per sales context (SY10). At most one live report speaks for a sender, licensor, service, use, model, territory and time.
CREATE TABLE usage_contexts (
  report_id uuid NOT NULL REFERENCES usage_reports,
  context_id text NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  service_id uuid NOT NULL,
  use_model int NOT NULL,
  territory int NOT NULL,
  period daterange NOT NULL CHECK (NOT isempty(period)),
  live boolean NOT NULL,
  all_usages bigint NOT NULL CHECK (all_usages >= 0),
  allocated_usages bigint NOT NULL CHECK (allocated_usages >= 0),
  net_revenue numeric(38, 12) NOT NULL,
  music_usage_ratio numeric(38, 12) NOT NULL,
  currency char(3) NOT NULL,
  PRIMARY KEY (report_id, context_id),
  CONSTRAINT usage_contexts_one_live EXCLUDE USING gist
    (platform_id WITH =, label_id WITH =, service_id WITH =, use_model WITH =, territory WITH =, period WITH &&, report_id WITH <>) WHERE (live)
);
${readByBothParties('usage_contexts')}

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

-- Well-formed use that no agreement covers: held and listed, never dropped.
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

-- agreement_id first in every key: this is the distribution column on more than one database machine.
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

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE usage_sums, unmatched_usage, usage_faults, usage_contexts, usage_reports;`);
  }
}
