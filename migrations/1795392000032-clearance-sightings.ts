import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ownedBy } from './support/policies';

/** How often platforms that count were told no: each sees its own, labels the sums of their own recordings through the system. */
export class ClearanceSightings1795392000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE clearance_sightings (
  owner_id uuid NOT NULL REFERENCES organizations,
  isrc char(12) NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  territory char(2) NOT NULL,
  use_type text NOT NULL,
  reason text NOT NULL,
  sightings bigint NOT NULL CHECK (sightings > 0),
  PRIMARY KEY (isrc, month, territory, use_type, reason, owner_id)
);
${ownedBy('clearance_sightings')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE clearance_sightings');
  }
}
