import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/** A label's share of a recording, stated anew in place of what was stated, and kept with what it earned; and what a recording is a version of. */
export class ControlledShares1795392000047 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The recording that this one is a version of: it may be another label's.
ALTER TABLE recordings ADD COLUMN parent_isrc char(12) CHECK (parent_isrc <> isrc), ADD COLUMN parent_kind text,
  ADD CONSTRAINT recordings_parent_whole CHECK ((parent_isrc IS NULL) = (parent_kind IS NULL)),
  ADD CONSTRAINT recordings_parent_kind CHECK (parent_kind IN ('remaster', 'live', 'remix', 'edit', 'sped-up', 'slowed-down', 'other'));

-- A statement that another one took the place of stays, and is in force no more; what is left of it is a row of its own.
ALTER TABLE recording_rights ADD COLUMN replaced_at timestamptz;
ALTER TABLE recording_rights DROP CONSTRAINT recording_rights_no_overlap,
  ADD CONSTRAINT recording_rights_no_overlap EXCLUDE USING gist
    (recording_id WITH =, territories gist__intbig_ops WITH &&, in_force WITH &&) WHERE (replaced_at IS NULL);
-- Asked for each report and batch of events: nearly always there are none.
CREATE INDEX recording_rights_shared ON recording_rights (owner_id) WHERE share < 1 AND replaced_at IS NULL;

ALTER TABLE usage_reports
  DROP CONSTRAINT usage_reports_reread_because_check, DROP CONSTRAINT usage_reports_read_again_check,
  ADD CONSTRAINT usage_reports_reread_because_check CHECK (reread_because IN ('resolution', 'agreement', 'asked', 'share')),
  ADD CONSTRAINT usage_reports_read_again_check CHECK (read_again IN ('resolution', 'agreement', 'asked', 'share'));

-- The share that the label controlled on the day of use. Null: all of it.
ALTER TABLE statement_lines ADD COLUMN controlled_share numeric(9, 6) CHECK (controlled_share > 0 AND controlled_share < 1);

-- In millionths, an element for each of the other arrays' elements. Null, or null in it: the whole.
ALTER TABLE usage_event_sums ADD COLUMN shares int[];

-- An event counts wholly for its agreement. What shares change of that is a movement beside it: the whole is taken off, and shares are put in its place.
CREATE TABLE usage_event_shares (
  platform_id uuid NOT NULL,
  source text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  agreement_id uuid NOT NULL,
  -- In millionths; 1000000 is the whole.
  share int NOT NULL CHECK (share > 0 AND share <= 1000000),
  label_id uuid NOT NULL,
  month date NOT NULL,
  isrc char(12) NOT NULL,
  quantity bigint NOT NULL CHECK (quantity <> 0),
  PRIMARY KEY (platform_id, source, id, position, agreement_id, share)
);
${readByBothParties('usage_event_shares')}
${appendOnly('usage_event_shares')}

-- Recordings whose shares are others than before: a platform's events of them are looked at again. How many there are tells whoever matches events that what it keeps is old.
CREATE TABLE usage_share_checks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  label_id uuid NOT NULL REFERENCES organizations,
  platform_id uuid NOT NULL REFERENCES organizations,
  isrcs text[] NOT NULL,
  -- The days of use that are concerned.
  days daterange NOT NULL CHECK (NOT isempty(days)),
  asked_at timestamptz NOT NULL,
  done_at timestamptz
);
-- Events come nearly in the order in which they happened: a few pages tell where those of some days are.
CREATE INDEX usage_events_by_time ON usage_events USING brin (happened_at);
CREATE INDEX usage_share_checks_by_platform ON usage_share_checks (platform_id);
${readByBothParties('usage_share_checks')}

-- Counts under the lock that batches of events share until they commit: whoever takes it alone after a check was made knows that no batch is on its way that did not see it.
CREATE FUNCTION usage_share_checks_of(platform uuid) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('usage events of ' || platform, 2));
  RETURN (SELECT count(*) FROM usage_share_checks WHERE platform_id = platform);
END
$$;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP FUNCTION usage_share_checks_of(uuid);
DROP TABLE usage_share_checks, usage_event_shares;
DROP INDEX usage_events_by_time;
ALTER TABLE usage_event_sums DROP COLUMN shares;
ALTER TABLE statement_lines DROP COLUMN controlled_share;
ALTER TABLE usage_reports
  DROP CONSTRAINT usage_reports_reread_because_check, DROP CONSTRAINT usage_reports_read_again_check,
  ADD CONSTRAINT usage_reports_reread_because_check CHECK (reread_because IN ('resolution', 'agreement', 'asked')),
  ADD CONSTRAINT usage_reports_read_again_check CHECK (read_again IN ('resolution', 'agreement', 'asked'));
ALTER TABLE recordings DROP CONSTRAINT recordings_parent_kind, DROP CONSTRAINT recordings_parent_whole, DROP COLUMN parent_kind, DROP COLUMN parent_isrc;
DROP INDEX recording_rights_shared;
DELETE FROM recording_rights WHERE replaced_at IS NOT NULL;
ALTER TABLE recording_rights DROP CONSTRAINT recording_rights_no_overlap,
  ADD CONSTRAINT recording_rights_no_overlap EXCLUDE USING gist
    (recording_id WITH =, territories gist__intbig_ops WITH &&, in_force WITH &&);
ALTER TABLE recording_rights DROP COLUMN replaced_at;
`);
  }
}
