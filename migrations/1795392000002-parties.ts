import type { MigrationInterface, QueryRunner } from 'typeorm';
import { operatorMayRead, ownedBy } from './support/policies';

/** Organizations and what they act through: members, sessions, API keys, services. */
export class Parties1795392000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The public face. Verified organizations are a directory that every signed-in organization may read.
CREATE TABLE organizations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('label', 'platform', 'operator')),
  name text NOT NULL,
  country char(2) NOT NULL,
  party_id text,
  state text NOT NULL CHECK (state IN ('registered', 'verified')),
  registered_at timestamptz NOT NULL,
  verified_at timestamptz,
  verified_by text,
  CONSTRAINT organizations_verified_whole CHECK ((state = 'verified') = (verified_at IS NOT NULL))
);
CREATE UNIQUE INDEX organizations_one_party_id ON organizations (party_id);
CREATE UNIQUE INDEX organizations_one_operator ON organizations (kind) WHERE kind = 'operator';
${ownedBy('organizations', 'id')}
CREATE POLICY organizations_directory ON organizations FOR SELECT USING (state = 'verified' AND accordo_role() IS NOT NULL);
${operatorMayRead('organizations')}
CREATE POLICY organizations_verification ON organizations FOR UPDATE USING (accordo_role() = 'operator') WITH CHECK (accordo_role() = 'operator');
-- What was verified is not the organization's own to change, nor may it verify itself.
CREATE POLICY organizations_no_self_verification ON organizations AS RESTRICTIVE FOR UPDATE
  USING (true) WITH CHECK (state = 'registered' OR accordo_role() IN ('operator', 'system'));

-- What only the organization and the operator see.
CREATE TABLE organization_details (
  organization_id uuid PRIMARY KEY REFERENCES organizations,
  legal_name text NOT NULL,
  registration_number text NOT NULL,
  address text NOT NULL,
  tax_id text NOT NULL
);
${ownedBy('organization_details', 'organization_id')}
${operatorMayRead('organization_details')}

CREATE TABLE members (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations,
  name text NOT NULL,
  email text NOT NULL,
  password_hash text NOT NULL,
  roles text[] NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX members_one_email ON members (lower(email));
CREATE INDEX members_by_organization ON members (organization_id, created_at);
${ownedBy('members', 'organization_id')}

CREATE TABLE sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations,
  member_id uuid NOT NULL REFERENCES members,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
${ownedBy('sessions', 'organization_id')}

-- The secret itself is never stored: SHA-256 of 256 random bits needs no stretching.
CREATE TABLE api_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations,
  name text NOT NULL,
  prefix text NOT NULL,
  secret_hash text NOT NULL,
  roles text[] NOT NULL,
  created_by uuid NOT NULL REFERENCES members,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE UNIQUE INDEX api_keys_one_prefix ON api_keys (prefix);
CREATE INDEX api_keys_by_organization ON api_keys (organization_id, created_at);
${ownedBy('api_keys', 'organization_id')}

CREATE TABLE services (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES organizations,
  name text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX services_one_name ON services (organization_id, lower(name));
${ownedBy('services', 'organization_id')}
CREATE POLICY services_directory ON services FOR SELECT
  USING (EXISTS (SELECT FROM organizations o WHERE o.id = organization_id AND o.state = 'verified'));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE services, api_keys, sessions, members, organization_details, organizations;`);
  }
}
