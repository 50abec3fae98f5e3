import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** Snapshots of what a service may use: each is a file in storage, by its hash. */
export class ClearanceSnapshots1795392000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE clearance_snapshots (
  service_id uuid NOT NULL REFERENCES services,
  number int NOT NULL CHECK (number > 0),
  owner_id uuid NOT NULL REFERENCES organizations,
  -- Of everything but number, moment and signature: two snapshots of the same licences have the same.
  content_sha256 char(64) NOT NULL,
  file_sha256 char(64) NOT NULL,
  bytes bigint NOT NULL,
  recordings int NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (service_id, number)
);
${ownedBy('clearance_snapshots')}
${appendOnly('clearance_snapshots')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE clearance_snapshots');
  }
}
