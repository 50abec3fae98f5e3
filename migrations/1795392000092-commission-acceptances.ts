import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, ownedBy } from './support/policies';

/** Which commission schedules a label has accepted: none is taken of its money before. */
export class CommissionAcceptances1795392000092 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
CREATE TABLE commission_acceptances (
  label_id uuid NOT NULL REFERENCES organizations,
  schedule_id uuid NOT NULL REFERENCES commission_schedules,
  -- By whose hand; with its first signature, or a system's name.
  accepted_by text NOT NULL,
  accepted_at timestamptz NOT NULL,
  PRIMARY KEY (label_id, schedule_id)
);
${ownedBy('commission_acceptances', 'label_id')}
${operatorMayRead('commission_acceptances')}
${appendOnly('commission_acceptances')}

-- Until now a schedule applied to whoever had signed, without a word of theirs: what was in force for them stays so.
INSERT INTO commission_acceptances (label_id, schedule_id, accepted_by, accepted_at)
SELECT DISTINCT a.label_id, s.id, 'system:commission-acceptances', a.concluded_at
  FROM (SELECT label_id, min(concluded_at) AS concluded_at FROM agreements WHERE concluded_at IS NOT NULL GROUP BY label_id) a, commission_schedules s;
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE commission_acceptances;');
  }
}
