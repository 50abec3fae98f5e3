import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy, ownedUntilShared } from './support/policies';

/** What revisions would pay: runs that are kept as they came out, and the usage files that they may stand on. */
export class Simulations1795392000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE simulation_files (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  negotiation_id uuid NOT NULL REFERENCES negotiations,
  file_sha256 char(64) NOT NULL,
  bytes bigint NOT NULL,
  row_count int NOT NULL CHECK (row_count > 0),
  months text[] NOT NULL,
  uploaded_by text NOT NULL,
  uploaded_at timestamptz NOT NULL
);
CREATE INDEX simulation_files_by_negotiation ON simulation_files (negotiation_id, owner_id);
${ownedBy('simulation_files')}
${appendOnly('simulation_files')}

CREATE TABLE simulations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  negotiation_id uuid NOT NULL REFERENCES negotiations,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  owner_id uuid NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  revisions int[] NOT NULL,
  basis text NOT NULL,
  operation_id uuid REFERENCES operations,
  shared boolean NOT NULL,
  shared_at timestamptz,
  result text,
  result_hash char(64),
  CONSTRAINT simulations_own_deal CHECK (owner_id IN (label_id, platform_id)),
  CONSTRAINT simulations_shared_whole CHECK (shared = (shared_at IS NOT NULL)),
  CONSTRAINT simulations_result_whole CHECK ((result IS NULL) = (result_hash IS NULL))
);
CREATE INDEX simulations_by_negotiation ON simulations (negotiation_id, requested_at, id);
${ownedUntilShared('simulations')}

-- What was asked never changes; a result is written once; what was shared stays shared.
CREATE FUNCTION refuse_simulation_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE free text[] := CASE WHEN OLD.result IS NULL THEN ARRAY['result', 'result_hash'] ELSE '{}' END
                    || CASE WHEN OLD.shared THEN '{}' ELSE ARRAY['shared', 'shared_at'] END;
BEGIN
  IF TG_OP <> 'UPDATE' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
    RAISE EXCEPTION 'a simulation is what it came out as: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER simulations_kept BEFORE UPDATE OR DELETE ON simulations FOR EACH ROW EXECUTE FUNCTION refuse_simulation_change();
CREATE TRIGGER simulations_kept_truncate BEFORE TRUNCATE ON simulations FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE simulations, simulation_files;
DROP FUNCTION refuse_simulation_change();
`);
  }
}
