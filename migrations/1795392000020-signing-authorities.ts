import type { MigrationInterface, QueryRunner } from 'typeorm';
import { onlyChanges, ownedBy } from './support/policies';

/** By what authority members sign for their organizations. */
export class SigningAuthorities1795392000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- That a member may sign for the organization, on paper: evidence names it by its id alone.
CREATE TABLE signing_authorities (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations,
  member_id uuid NOT NULL REFERENCES members,
  basis text NOT NULL CHECK (basis IN ('statute', 'power-of-attorney', 'register-entry')),
  reference text NOT NULL,
  document text CHECK (document ~ '^[0-9a-f]{64}$'),
  valid_from date NOT NULL,
  valid_until date,
  stated_by text NOT NULL,
  stated_at timestamptz NOT NULL,
  revoked_by text,
  revoked_at timestamptz,
  CONSTRAINT signing_authorities_span CHECK (valid_until > valid_from),
  CONSTRAINT signing_authorities_revoked_whole CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX signing_authorities_by_member ON signing_authorities (member_id, stated_at);
${ownedBy('signing_authorities', 'organization_id')}
${onlyChanges('signing_authorities', ['revoked_by', 'revoked_at'])}
CREATE TRIGGER signing_authorities_kept BEFORE DELETE ON signing_authorities
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER signing_authorities_kept_truncate BEFORE TRUNCATE ON signing_authorities
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE signing_authorities;');
  }
}
