import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties, sharedByBothParties, systemOnly } from './support/policies';

/**
 * What looks odd in usage, and what its money has reached: told once, with the figures it was seen by. What one party disputes of a difference
 * between both sources, and the money that is held for it.
 */
export class UsageAlertsAndDisputes1795392000044 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- How long each play of the event lasted, where its sender tells.
ALTER TABLE usage_events ADD COLUMN played_seconds int CHECK (played_seconds >= 0);

-- Whoever tallies reads what came since its last time: rows lie in the order of their positions, so ranges of blocks say enough, and cost a batch nothing.
CREATE INDEX usage_events_position ON usage_events USING brin (position) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX usage_event_matches_position ON usage_event_matches USING brin (position) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX usage_event_sums_position ON usage_event_sums USING brin (position) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX voided_usage_events_of_void ON voided_usage_events (void_id);

-- Events of a platform are tallied up to here.
CREATE TABLE usage_tallies (
  organization_id uuid PRIMARY KEY REFERENCES organizations,
  position bigint NOT NULL
);
${systemOnly('usage_tallies')}

-- What events say of a recording on a service by day, where the agreement's clocks hang: worked out from them, void ones taken off again.
CREATE TABLE usage_days (
  agreement_id uuid NOT NULL,
  service_id uuid NOT NULL,
  isrc char(12) NOT NULL,
  day date NOT NULL,
  plays bigint NOT NULL,
  -- Those whose length is told, and the short ones among them.
  timed bigint NOT NULL,
  short bigint NOT NULL,
  PRIMARY KEY (agreement_id, service_id, isrc, day)
);
${systemOnly('usage_days')}

-- Once for each agreement, month, kind and subject.
CREATE TABLE usage_alerts (
  agreement_id uuid NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  kind text NOT NULL CHECK (kind IN ('guarantee-met', 'tier-crossed', 'burst', 'territory-concentration', 'short-plays')),
  -- What it is about, in one text: a clause, or a recording, a service and a day or territory.
  subject text COLLATE "C" NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  clause text,
  isrc char(12),
  service_id uuid,
  territory int,
  day date,
  figures jsonb NOT NULL,
  threshold jsonb NOT NULL,
  -- What spoke for the month then: the same can be added up again.
  report_ids uuid[] NOT NULL,
  event_position bigint,
  raised_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, month, kind, subject)
);
CREATE INDEX usage_alerts_raised ON usage_alerts (agreement_id, raised_at, id);
${readByBothParties('usage_alerts')}
${appendOnly('usage_alerts')}

-- From which figures on a party wants to be told; the last row of each party holds; what it does not name is as usual.
CREATE TABLE usage_alert_thresholds (
  agreement_id uuid NOT NULL,
  organization_id uuid NOT NULL CHECK (organization_id IN (label_id, platform_id)),
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  thresholds jsonb NOT NULL,
  made_by text NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, organization_id, number)
);
${sharedByBothParties('usage_alert_thresholds')}
${appendOnly('usage_alert_thresholds')}

-- A party disputes what both sources say of a service's month, before it is closed. What becomes of it are facts beside it.
CREATE TABLE usage_disputes (
  agreement_id uuid NOT NULL,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  service_id uuid NOT NULL,
  -- Null: all.
  isrcs text[] CHECK (cardinality(isrcs) > 0),
  territories int[] CHECK (cardinality(territories) > 0),
  reason text NOT NULL,
  -- What differed when it was opened, by the tolerance of the terms; units of the source that is money, and of the other.
  tolerance text NOT NULL,
  differing int NOT NULL CHECK (differing > 0),
  record_units bigint NOT NULL,
  other_units bigint NOT NULL,
  opened_by uuid NOT NULL CHECK (opened_by IN (label_id, platform_id)),
  made_by text NOT NULL,
  opened_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  CONSTRAINT usage_disputes_whose UNIQUE (agreement_id, number, label_id, platform_id, opened_by)
);
${sharedByBothParties('usage_disputes')}
${appendOnly('usage_disputes')}

-- It ends once both parties agree to release what is held, or whoever opened it withdraws it.
CREATE TABLE usage_dispute_facts (
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  kind text NOT NULL CHECK (kind IN ('release-agreed', 'withdrawn')),
  organization_id uuid NOT NULL CHECK (organization_id IN (label_id, platform_id)),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  opened_by uuid NOT NULL,
  made_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number, kind, organization_id),
  FOREIGN KEY (agreement_id, number, label_id, platform_id, opened_by)
    REFERENCES usage_disputes (agreement_id, number, label_id, platform_id, opened_by),
  CONSTRAINT usage_dispute_facts_withdrawn_by_opener CHECK (kind <> 'withdrawn' OR organization_id = opened_by)
);
${sharedByBothParties('usage_dispute_facts')}
${appendOnly('usage_dispute_facts')}

-- What a close held for an open dispute, and what the other source said then: its reports, or its events up to a position.
CREATE TABLE usage_dispute_holds (
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  statement_month date NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  currency char(3) NOT NULL,
  other_reports uuid[] NOT NULL,
  other_position bigint NOT NULL,
  held_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  FOREIGN KEY (agreement_id, number) REFERENCES usage_disputes,
  FOREIGN KEY (agreement_id, statement_month) REFERENCES statements (agreement_id, month)
);
${readByBothParties('usage_dispute_holds')}
${appendOnly('usage_dispute_holds')}

-- What of a statement's total is held for open disputes, and not invoiced.
ALTER TABLE statements ADD COLUMN held_minor bigint NOT NULL DEFAULT 0 CHECK (held_minor BETWEEN 0 AND greatest(total_minor, 0));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE statements DROP COLUMN held_minor;
DROP TABLE usage_dispute_holds, usage_dispute_facts, usage_disputes, usage_alert_thresholds, usage_alerts, usage_days, usage_tallies;
DROP INDEX voided_usage_events_of_void, usage_event_sums_position, usage_event_matches_position, usage_events_position;
ALTER TABLE usage_events DROP COLUMN played_seconds;
`);
  }
}
