import type { MigrationInterface, QueryRunner } from 'typeorm';
import { onlyChanges, shownByLabel } from './support/policies';

/** Labels that let a distributor act for them. */
export class Delegations1795392000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE delegations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL REFERENCES organizations,
  distributor_id uuid NOT NULL REFERENCES organizations,
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['catalogue', 'licensing', 'enforcement']),
  ends_at timestamptz,
  granted_by text NOT NULL,
  granted_at timestamptz NOT NULL,
  revoked_by text,
  revoked_at timestamptz,
  CONSTRAINT delegations_end_later CHECK (ends_at > granted_at),
  CONSTRAINT delegations_to_another CHECK (distributor_id <> label_id),
  CONSTRAINT delegations_revoked_whole CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
  CONSTRAINT delegations_one_live EXCLUDE USING gist
    (label_id WITH =, distributor_id WITH =, tstzrange(granted_at, least(ends_at, revoked_at)) WITH &&)
);
CREATE INDEX delegations_by_distributor ON delegations (distributor_id, granted_at);
${shownByLabel('delegations', 'distributor_id = accordo_organization()')}
${onlyChanges('delegations', ['revoked_by', 'revoked_at'])}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE delegations;`);
  }
}
