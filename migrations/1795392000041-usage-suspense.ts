import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, sharedByBothParties } from './support/policies';

/** What was reported under a wrong ISRC, as both parties agree; and reports that are read again under what is signed and agreed by now. */
export class UsageSuspense1795392000041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- "What was reported as this is that recording": proposed by one party. It never changes; what becomes of it is a fact beside it.
CREATE TABLE usage_resolutions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL REFERENCES organizations,
  platform_id uuid NOT NULL REFERENCES organizations,
  -- Null: all services of the platform.
  service_id uuid REFERENCES services,
  reported_isrc char(12) NOT NULL,
  isrc char(12) NOT NULL CHECK (isrc <> reported_isrc),
  -- Null: all months.
  months date[] CHECK (cardinality(months) > 0),
  reason text NOT NULL,
  proposed_by uuid NOT NULL CHECK (proposed_by IN (label_id, platform_id)),
  made_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  CONSTRAINT usage_resolutions_whose UNIQUE (id, label_id, platform_id, proposed_by)
);
CREATE INDEX usage_resolutions_between ON usage_resolutions (label_id, platform_id, proposed_at, id);
CREATE INDEX usage_resolutions_by_platform ON usage_resolutions (platform_id, proposed_at, id);
${sharedByBothParties('usage_resolutions')}
${appendOnly('usage_resolutions')}

-- Accepted or declined once, by the party that did not propose it. Withdrawn by its proposer while it waits; once accepted, by both.
CREATE TABLE usage_resolution_facts (
  resolution_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  proposed_by uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('accepted', 'declined', 'withdrawn')),
  organization_id uuid NOT NULL CHECK (organization_id IN (label_id, platform_id)),
  reason text,
  made_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (resolution_id, kind, organization_id),
  FOREIGN KEY (resolution_id, label_id, platform_id, proposed_by) REFERENCES usage_resolutions (id, label_id, platform_id, proposed_by),
  CONSTRAINT usage_resolution_facts_four_eyes CHECK (kind = 'withdrawn' OR organization_id <> proposed_by)
);
CREATE UNIQUE INDEX usage_resolution_facts_one_decision ON usage_resolution_facts (resolution_id) WHERE kind IN ('accepted', 'declined');
CREATE INDEX usage_resolution_facts_between ON usage_resolution_facts (label_id, platform_id);
${sharedByBothParties('usage_resolution_facts')}
${appendOnly('usage_resolution_facts')}

-- A report that was made by reading the file of the one that it replaces once more: the same message, so a sender's message id is its own only once.
ALTER TABLE usage_reports
  ADD COLUMN reread_because text CHECK (reread_because IN ('resolution', 'agreement', 'asked')),
  -- Set while it is to be read again: why, and the operation that tells how that goes.
  ADD COLUMN read_again text CHECK (read_again IN ('resolution', 'agreement', 'asked')),
  ADD COLUMN read_again_operation uuid REFERENCES operations,
  -- When reading it again last gave what it gave before.
  ADD COLUMN confirmed_at timestamptz,
  ADD CONSTRAINT usage_reports_reread_replaces CHECK (reread_because IS NULL OR replaces IS NOT NULL),
  ADD CONSTRAINT usage_reports_read_again_followed CHECK ((read_again IS NULL) = (read_again_operation IS NULL)),
  DROP CONSTRAINT usage_reports_one_message;
CREATE UNIQUE INDEX usage_reports_one_message ON usage_reports (platform_id, message_id) WHERE reread_because IS NULL;
CREATE INDEX usage_reports_replaced ON usage_reports (replaces) WHERE replaces IS NOT NULL;

-- Of a held event that a resolution lets count: the recording that it counts for. Null: the one that it names.
ALTER TABLE usage_event_matches ADD COLUMN isrc char(12);

-- A label asks to whom else it licenses a recording.
CREATE INDEX agreement_grants_by_label ON agreement_grants (label_id, isrc);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE usage_event_matches DROP COLUMN isrc;
DROP INDEX agreement_grants_by_label, usage_reports_replaced, usage_reports_one_message;
ALTER TABLE usage_reports
  ADD CONSTRAINT usage_reports_one_message UNIQUE (platform_id, message_id),
  DROP CONSTRAINT usage_reports_read_again_followed, DROP CONSTRAINT usage_reports_reread_replaces,
  DROP COLUMN confirmed_at, DROP COLUMN read_again_operation, DROP COLUMN read_again, DROP COLUMN reread_because;
DROP TABLE usage_resolution_facts, usage_resolutions;
`);
  }
}
