import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, sharedByBothParties } from './support/policies';

/** Claims about unlicensed use, and the evidence they name. */
export class Enforcement1795392000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE claims (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL REFERENCES organizations,
  platform_id uuid NOT NULL REFERENCES organizations,
  reference text NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'settled', 'withdrawn', 'reopened')),
  agreement_id uuid REFERENCES agreements,
  recorded_at timestamptz NOT NULL,
  settled_at timestamptz,
  CONSTRAINT claims_one_reference UNIQUE (label_id, reference),
  CONSTRAINT claims_settled_whole CHECK ((state = 'settled') = (settled_at IS NOT NULL) AND (state <> 'settled' OR agreement_id IS NOT NULL))
);
CREATE INDEX claims_by_platform ON claims (platform_id, recorded_at);
${sharedByBothParties('claims')}

CREATE TABLE claimed_uses (
  claim_id uuid NOT NULL REFERENCES claims,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  isrc char(12) NOT NULL,
  url text NOT NULL,
  seen_on date NOT NULL,
  PRIMARY KEY (claim_id, number)
);
${sharedByBothParties('claimed_uses')}
${appendOnly('claimed_uses')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE claimed_uses, claims;`);
  }
}
