import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, onlyChanges } from './support/policies';

/** Several labels state more than the whole of one recording: a matter of its own, until one of them gives way, they agree, or two persons of the operator decide. */
export class RightsConflicts1795392000103 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
CREATE TABLE rights_conflicts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  isrc char(12) NOT NULL,
  -- Labels that state a share where there is more than the whole.
  parties uuid[] NOT NULL CHECK (cardinality(parties) > 1),
  -- Where and when: [{territories: [number], from, until, claims: [{labelId, share, kept}]}], shares in millionths. Of one that has ended as it stood last.
  pieces jsonb NOT NULL CHECK (jsonb_array_length(pieces) > 0),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'withdrawn', 'agreed', 'decided')),
  found_at timestamptz NOT NULL,
  answer_by date NOT NULL,
  ended_at timestamptz,
  CONSTRAINT rights_conflicts_ended CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX rights_conflicts_one_open ON rights_conflicts (isrc) WHERE state = 'open';
CREATE INDEX rights_conflicts_of_recording ON rights_conflicts (isrc) WHERE state IN ('agreed', 'decided');
CREATE INDEX rights_conflicts_to_answer ON rights_conflicts (answer_by) WHERE state = 'open';
CREATE INDEX rights_conflicts_of ON rights_conflicts USING gin (parties);
ALTER TABLE rights_conflicts ENABLE ROW LEVEL SECURITY;
ALTER TABLE rights_conflicts FORCE ROW LEVEL SECURITY;
CREATE POLICY rights_conflicts_system ON rights_conflicts USING (accordo_role() = 'system') WITH CHECK (accordo_role() = 'system');
CREATE POLICY rights_conflicts_party ON rights_conflicts FOR SELECT USING (accordo_role() = 'member' AND accordo_organization() = ANY (parties));
CREATE POLICY rights_conflicts_operator ON rights_conflicts FOR SELECT USING (accordo_role() = 'operator');
${onlyChanges('rights_conflicts', ['parties', 'pieces', 'state', 'ended_at'])}

CREATE TABLE rights_conflict_facts (
  conflict_id uuid NOT NULL REFERENCES rights_conflicts,
  number int NOT NULL CHECK (number > 0),
  kind text NOT NULL CHECK (kind IN ('found', 'changed', 'answered', 'evidence', 'proposed', 'accepted', 'reminded', 'overdue', 'decision-asked',
                                     'withdrawn', 'agreed', 'decided')),
  -- Null: a job.
  organization_id uuid,
  -- What it says: pieces, a text, a file, shares, the number of the proposal.
  said jsonb NOT NULL,
  made_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (conflict_id, number)
);
ALTER TABLE rights_conflict_facts ENABLE ROW LEVEL SECURITY;
ALTER TABLE rights_conflict_facts FORCE ROW LEVEL SECURITY;
CREATE POLICY rights_conflict_facts_system ON rights_conflict_facts USING (accordo_role() = 'system') WITH CHECK (accordo_role() = 'system');
-- What the operator is about to decide is nobody else's to know until it is decided.
CREATE POLICY rights_conflict_facts_party ON rights_conflict_facts FOR SELECT
  USING (accordo_role() = 'member' AND kind <> 'decision-asked'
         AND EXISTS (SELECT FROM rights_conflicts c WHERE c.id = conflict_id AND accordo_organization() = ANY (c.parties)));
CREATE POLICY rights_conflict_facts_operator ON rights_conflict_facts FOR SELECT USING (accordo_role() = 'operator');
${appendOnly('rights_conflict_facts')}

-- Nothing: how a conflict ends for a label that has no share. It states that for itself; what nobody states anything of counts as whole.
ALTER TABLE recording_rights DROP CONSTRAINT recording_rights_share_check, ADD CONSTRAINT recording_rights_share_check CHECK (share BETWEEN 0 AND 1);
ALTER TABLE statement_lines DROP CONSTRAINT statement_lines_controlled_share_check,
  ADD CONSTRAINT statement_lines_controlled_share_check CHECK (controlled_share >= 0 AND controlled_share < 1) NOT VALID;
ALTER TABLE usage_event_shares DROP CONSTRAINT usage_event_shares_share_check,
  ADD CONSTRAINT usage_event_shares_share_check CHECK (share BETWEEN 0 AND 1000000) NOT VALID;

-- What was stated before is looked at once, by a job: nobody states it again.
DO $$
BEGIN
  IF to_regnamespace('graphile_worker') IS NOT NULL AND EXISTS (SELECT FROM recording_rights) THEN
    PERFORM graphile_worker.add_job('look-at-all-claims', '{}'::json, job_key => 'look-at-all-claims', max_attempts => 25);
  END IF;
END
$$;
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
DELETE FROM recording_rights WHERE share = 0;
ALTER TABLE usage_event_shares DROP CONSTRAINT usage_event_shares_share_check,
  ADD CONSTRAINT usage_event_shares_share_check CHECK (share > 0 AND share <= 1000000);
ALTER TABLE statement_lines DROP CONSTRAINT statement_lines_controlled_share_check,
  ADD CONSTRAINT statement_lines_controlled_share_check CHECK (controlled_share > 0 AND controlled_share < 1);
ALTER TABLE recording_rights DROP CONSTRAINT recording_rights_share_check, ADD CONSTRAINT recording_rights_share_check CHECK (share > 0 AND share <= 1);
DROP TABLE rights_conflict_facts, rights_conflicts;
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }
}
