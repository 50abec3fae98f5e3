import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** Contracts that were signed elsewhere: whose files they are, and what of them had been paid. */
export class AgreementsElsewhere1795392000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- A hash alone opens nobody's file: an agreement can only name what its own party has brought.
CREATE TABLE agreement_originals (
  organization_id uuid NOT NULL REFERENCES organizations,
  sha256 char(64) NOT NULL,
  bytes bigint NOT NULL,
  brought_by text NOT NULL,
  brought_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, sha256)
);
${ownedBy('agreement_originals', 'organization_id')}
${appendOnly('agreement_originals')}
ALTER TABLE agreements
  ADD COLUMN paid_elsewhere text[],
  ADD CONSTRAINT agreements_paid_elsewhere CHECK ((document_sha256 IS NULL) = (paid_elsewhere IS NULL));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE agreements DROP COLUMN paid_elsewhere;
DROP TABLE agreement_originals;
`);
  }
}
