import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, sharedByBothParties } from './support/policies';

/** What happens to claims after they are recorded, and the releases of past use that settlements bring. */
export class ClaimLife1795392000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The moves of claim-states.ts, each with its reason: a court's confirmation, a breach.
CREATE TABLE claim_events (
  claim_id uuid NOT NULL REFERENCES claims,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('settled', 'withdrawn', 'reopened')),
  details jsonb NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (claim_id, number)
);
${sharedByBothParties('claim_events')}
${appendOnly('claim_events')}

CREATE FUNCTION claims_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.label_id, NEW.platform_id, NEW.reference, NEW.recorded_at) IS DISTINCT FROM (OLD.id, OLD.label_id, OLD.platform_id, OLD.reference, OLD.recorded_at)
     OR NOT OLD.state || '>' || NEW.state = ANY (ARRAY['open>settled', 'open>withdrawn', 'settled>reopened', 'reopened>settled', 'reopened>withdrawn']) THEN
    RAISE EXCEPTION 'claim % does not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'claims_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER claims_moves BEFORE UPDATE ON claims FOR EACH ROW EXECUTE FUNCTION claims_move();

-- Use before a day is released by an agreement; revoked when the label reopens what that agreement settled.
CREATE TABLE use_releases (
  agreement_id uuid PRIMARY KEY REFERENCES agreements,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  releases_use_before date NOT NULL,
  released_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX use_releases_between ON use_releases (label_id, platform_id);
${sharedByBothParties('use_releases')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE use_releases, claim_events; DROP TRIGGER claims_moves ON claims; DROP FUNCTION claims_move();`,
    );
  }
}
