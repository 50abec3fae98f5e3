import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/** Usage as it happens: events for ever once, what is void of them, their sums by agreement, and up to where a booking counted them. */
export class UsageEvents1795392000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- One number per batch of events or voids. It is drawn under a lock that whoever reads up to a position takes as well, so nothing comes in below it later.
CREATE SEQUENCE usage_event_positions;

-- Kept by platform, since no two agreements may hold the same id. Without foreign keys: what a batch names was looked up in its own transaction.
CREATE TABLE usage_events (
  platform_id uuid NOT NULL,
  source text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  -- Whose recording it is, where that is known.
  label_id uuid,
  agreement_id uuid,
  -- The month in the agreement's time zone.
  month date,
  -- Why no agreement covers it.
  held text,
  service_id uuid NOT NULL,
  isrc char(12) NOT NULL,
  territory int NOT NULL,
  use_model int NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  happened_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  CONSTRAINT usage_events_pkey PRIMARY KEY (platform_id, source, id),
  CONSTRAINT usage_events_matched_or_held CHECK ((agreement_id IS NULL) = (held IS NOT NULL) AND (agreement_id IS NULL) = (month IS NULL))
);
CREATE INDEX usage_events_held ON usage_events (platform_id, isrc) WHERE held IS NOT NULL;
${readByBothParties('usage_events')}
${appendOnly('usage_events')}

-- Held events that an agreement came to cover later: where and since when they count.
CREATE TABLE usage_event_matches (
  platform_id uuid NOT NULL,
  source text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  label_id uuid NOT NULL,
  agreement_id uuid NOT NULL,
  month date NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (platform_id, source, id)
);
${readByBothParties('usage_event_matches')}
${appendOnly('usage_event_matches')}

CREATE TABLE usage_event_voids (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  platform_id uuid NOT NULL REFERENCES organizations,
  label_ids uuid[] NOT NULL,
  reason text NOT NULL,
  query jsonb,
  events bigint NOT NULL CHECK (events >= 0),
  replacements bigint NOT NULL CHECK (replacements >= 0),
  position bigint NOT NULL,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX usage_event_voids_by_platform ON usage_event_voids (platform_id, made_at);
ALTER TABLE usage_event_voids ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_event_voids FORCE ROW LEVEL SECURITY;
CREATE POLICY usage_event_voids_system ON usage_event_voids USING (accordo_role() = 'system') WITH CHECK (accordo_role() = 'system');
CREATE POLICY usage_event_voids_party ON usage_event_voids FOR SELECT
  USING (accordo_organization() = platform_id OR accordo_organization() = ANY (label_ids));
${appendOnly('usage_event_voids')}

-- An event is void once.
CREATE TABLE voided_usage_events (
  platform_id uuid NOT NULL,
  source text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  void_id uuid NOT NULL,
  label_id uuid,
  PRIMARY KEY (platform_id, source, id)
);
${readByBothParties('voided_usage_events')}
${appendOnly('voided_usage_events')}

-- What a batch adds to a month of an agreement, or takes away: parallel arrays, an element for each recording and context.
CREATE TABLE usage_event_sums (
  agreement_id uuid NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  position bigint NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  service_ids uuid[] NOT NULL,
  isrcs text[] NOT NULL,
  territories int[] NOT NULL,
  use_models int[] NOT NULL,
  quantities bigint[] NOT NULL,
  PRIMARY KEY (agreement_id, month, position)
);
${readByBothParties('usage_event_sums')}
${appendOnly('usage_event_sums')}

-- The last position that a booking counted. Null: booked when reports alone were money.
ALTER TABLE period_bookings ADD COLUMN event_position bigint;

-- Whether anything was signed or has happened is asked at every batch.
CREATE INDEX agreement_versions_by_platform ON agreement_versions (platform_id) WHERE state = 'concluded';
CREATE INDEX agreement_facts_by_platform ON agreement_facts (platform_id);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX agreement_facts_by_platform, agreement_versions_by_platform;
ALTER TABLE period_bookings DROP COLUMN event_position;
DROP TABLE usage_event_sums, voided_usage_events, usage_event_voids, usage_event_matches, usage_events;
DROP SEQUENCE usage_event_positions;
`);
  }
}
