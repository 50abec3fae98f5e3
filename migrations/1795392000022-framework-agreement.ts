import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** Which framework agreement an organization has accepted. */
export class FrameworkAgreement1795392000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE framework_acceptances (
  organization_id uuid NOT NULL REFERENCES organizations,
  sha256 char(64) NOT NULL,
  version int NOT NULL CHECK (version > 0),
  accepted_by uuid NOT NULL REFERENCES members,
  address text NOT NULL,
  accepted_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, sha256)
);
${ownedBy('framework_acceptances', 'organization_id')}
${appendOnly('framework_acceptances')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE framework_acceptances;');
  }
}
