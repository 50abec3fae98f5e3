import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy, readByBothParties } from './support/policies';

/** The life of a negotiation: revisions that expire, threads that reopen others, acceptances that need two, and only the moves of the table. */
export class NegotiationLife1795392000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE negotiations
  DROP CONSTRAINT negotiations_state_check,
  ADD CONSTRAINT negotiations_state_check CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn', 'expired')),
  ADD COLUMN reopens uuid REFERENCES negotiations,
  ADD CONSTRAINT negotiations_reopened_once UNIQUE (reopens);

-- Revisions of before stand for as long as their negotiation is open; every later one ends.
ALTER TABLE revisions
  ADD COLUMN expires_at timestamptz,
  ADD CONSTRAINT revisions_expire CHECK (expires_at IS NOT NULL AND expires_at > proposed_at) NOT VALID;

-- The moves of negotiation-moves.ts, once more: what that table does not have, no statement does.
CREATE FUNCTION negotiations_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  mover uuid := accordo_organization();
  latest record;
  fault text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    fault := CASE
      WHEN NEW.state <> 'open' OR NEW.latest_revision <> 1 THEN 'begins open, with revision 1'
      WHEN NEW.reopens IS NOT NULL AND NOT EXISTS (
        SELECT FROM negotiations ended WHERE ended.id = NEW.reopens AND ended.label_id = NEW.label_id AND ended.platform_id = NEW.platform_id
           AND ended.state IN ('refused', 'withdrawn', 'expired')) THEN 'reopens one of the same parties that ended without an agreement'
    END;
  ELSE
    SELECT proposed_by, expires_at INTO latest FROM revisions WHERE negotiation_id = OLD.id AND number = OLD.latest_revision;
    fault := CASE
      WHEN OLD.state <> 'open' THEN 'that has ended is final'
      WHEN (NEW.id, NEW.label_id, NEW.platform_id, NEW.opened_by, NEW.opened_at, NEW.reopens)
           IS DISTINCT FROM (OLD.id, OLD.label_id, OLD.platform_id, OLD.opened_by, OLD.opened_at, OLD.reopens) THEN 'keeps its parties and its beginning'
      WHEN NEW.latest_revision NOT IN (OLD.latest_revision, OLD.latest_revision + 1) THEN 'is revised by one'
      WHEN NEW.state = 'open' AND NEW.latest_revision <> OLD.latest_revision AND NOT EXISTS (
        SELECT FROM revisions WHERE negotiation_id = OLD.id AND number = NEW.latest_revision AND proposed_by = mover) THEN 'is revised by whoever wrote the revision'
      WHEN NEW.state = 'open' THEN NULL
      WHEN NEW.latest_revision <> OLD.latest_revision THEN 'ends at the revision that stands'
      WHEN NEW.state = 'accepted' AND NEW.accepted_revision <> OLD.latest_revision THEN 'is accepted at the latest revision'
      WHEN NEW.state = 'expired' AND accordo_role() IS DISTINCT FROM 'system' THEN 'is expired by the system alone'
      WHEN NEW.state = 'expired' AND (latest.expires_at IS NULL OR NEW.closed_at < latest.expires_at) THEN 'does not expire before its time'
      WHEN NEW.state <> 'expired' AND NEW.closed_at >= latest.expires_at THEN 'has expired'
      WHEN NEW.state <> 'expired' AND (mover IS NULL OR mover NOT IN (OLD.label_id, OLD.platform_id)) THEN 'is ended by a party'
      WHEN NEW.state IN ('accepted', 'refused') AND mover = latest.proposed_by THEN 'is accepted or refused by the receiver alone'
    END;
  END IF;
  IF fault IS NOT NULL THEN
    RAISE EXCEPTION 'a negotiation %: % refused', fault, NEW.id USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'negotiations_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER negotiations_moves BEFORE INSERT OR UPDATE ON negotiations FOR EACH ROW EXECUTE FUNCTION negotiations_move();

CREATE FUNCTION revisions_continue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM negotiations n WHERE n.id = NEW.negotiation_id AND n.label_id = NEW.label_id AND n.platform_id = NEW.platform_id AND n.state = 'open'
       AND (NEW.number = n.latest_revision + 1 OR (NEW.number = 1 AND n.latest_revision = 1))) THEN
    RAISE EXCEPTION 'revision % does not continue an open negotiation', NEW.number
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'revisions_continue';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER revisions_continue BEFORE INSERT ON revisions FOR EACH ROW EXECUTE FUNCTION revisions_continue();

-- Which reminder of which revision was told: each once.
CREATE TABLE expiry_reminders (
  negotiation_id uuid NOT NULL REFERENCES negotiations,
  revision int NOT NULL,
  days_before int NOT NULL CHECK (days_before > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (negotiation_id, revision, days_before)
);
${readByBothParties('expiry_reminders')}
${appendOnly('expiry_reminders')}

-- Above this amount an acceptance needs a second signatory of the organization.
CREATE TABLE acceptance_thresholds (
  owner_id uuid NOT NULL REFERENCES organizations,
  currency char(3) NOT NULL,
  amount numeric NOT NULL CHECK (amount >= 0),
  set_by text NOT NULL,
  -- Who raised it last, until somebody else sets it: that one does not accept alone.
  raised_by text,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, currency)
);
${ownedBy('acceptance_thresholds')}

-- Void: the matter moved on before anybody decided.
ALTER TABLE approvals
  DROP CONSTRAINT approvals_decision_check,
  ADD CONSTRAINT approvals_decision_check CHECK (decision IN ('approved', 'rejected', 'void'));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TRIGGER negotiations_moves ON negotiations;
DROP TRIGGER revisions_continue ON revisions;
DROP FUNCTION negotiations_move(), revisions_continue();
DROP TABLE acceptance_thresholds, expiry_reminders;

-- What the older schema has no word for gets the nearest one it has.
SET LOCAL accordo.role = 'system';
UPDATE negotiations SET state = 'withdrawn' WHERE state = 'expired';
UPDATE approvals SET decision = 'rejected' WHERE decision = 'void';
RESET accordo.role;

ALTER TABLE approvals
  DROP CONSTRAINT approvals_decision_check,
  ADD CONSTRAINT approvals_decision_check CHECK (decision IN ('approved', 'rejected'));
ALTER TABLE revisions DROP CONSTRAINT revisions_expire, DROP COLUMN expires_at;
ALTER TABLE negotiations
  DROP CONSTRAINT negotiations_reopened_once,
  DROP COLUMN reopens,
  DROP CONSTRAINT negotiations_state_check,
  ADD CONSTRAINT negotiations_state_check CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn'));
`);
  }
}
