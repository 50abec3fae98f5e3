import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ownedBy } from './support/policies';

/** What platforms call recordings in their own systems. */
export class ClearanceOwnIds1795392000033 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE clearance_own_ids (
  owner_id uuid NOT NULL REFERENCES organizations,
  own_id text NOT NULL CHECK (length(own_id) BETWEEN 1 AND 100),
  isrc char(12) NOT NULL,
  stated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, own_id)
);
${ownedBy('clearance_own_ids')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE clearance_own_ids');
  }
}
