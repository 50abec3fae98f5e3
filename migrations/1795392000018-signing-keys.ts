import type { MigrationInterface, QueryRunner } from 'typeorm';
import { publishedByOwner } from './support/policies';

/** Keys that organizations sign with themselves: proposed by one person, active by a second one's word, published for good. */
export class SigningKeys1795392000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE organization_signing_keys (
  -- The thumbprint of the key (RFC 7638): a key is one organization's.
  id text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{43}$'),
  -- The key where approvals, the audit trail and the feed name a thing, which they do by uuid.
  record_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  organization_id uuid NOT NULL REFERENCES organizations,
  public_key jsonb NOT NULL,
  alg text NOT NULL CHECK (alg IN ('EdDSA', 'ES256')),
  name text NOT NULL,
  -- What showed that the proposer has the private half.
  proof text NOT NULL,
  state text NOT NULL CHECK (state IN ('proposed', 'active', 'revoked')),
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  activated_by text,
  activated_at timestamptz,
  revoked_by text,
  revoked_at timestamptz,
  CONSTRAINT organization_signing_keys_four_eyes CHECK (activated_by IS DISTINCT FROM proposed_by),
  CONSTRAINT organization_signing_keys_activated_whole
    CHECK ((activated_at IS NULL) = (activated_by IS NULL) AND (state <> 'active' OR activated_at IS NOT NULL) AND (state <> 'proposed' OR activated_at IS NULL)),
  CONSTRAINT organization_signing_keys_revoked_whole
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (state = 'revoked') = (revoked_at IS NOT NULL))
);
CREATE INDEX organization_signing_keys_by_organization ON organization_signing_keys (organization_id, proposed_at, id);
${publishedByOwner('organization_signing_keys', `state IN ('active', 'revoked') AND activated_at IS NOT NULL`)}

-- A key is never another one, nor somebody else's: only its state moves, and never back.
CREATE FUNCTION organization_signing_keys_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  mutable text[] := ARRAY['state', 'revoked_by', 'revoked_at'];
BEGIN
  IF OLD.state = 'proposed' AND NEW.state = 'active' THEN
    mutable := mutable || ARRAY['activated_by', 'activated_at'];
  END IF;
  IF NOT OLD.state || '>' || NEW.state = ANY (ARRAY['proposed>active', 'proposed>revoked', 'active>revoked'])
     OR to_jsonb(NEW) - mutable IS DISTINCT FROM to_jsonb(OLD) - mutable THEN
    RAISE EXCEPTION 'signing key % does not go from % to %', OLD.id, OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER organization_signing_keys_moves BEFORE UPDATE ON organization_signing_keys
  FOR EACH ROW EXECUTE FUNCTION organization_signing_keys_move();
CREATE TRIGGER organization_signing_keys_stay BEFORE DELETE ON organization_signing_keys
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER organization_signing_keys_stay_truncate BEFORE TRUNCATE ON organization_signing_keys
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE signatures ADD CONSTRAINT signatures_by_known_key FOREIGN KEY (signing_key_id) REFERENCES organization_signing_keys;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE signatures DROP CONSTRAINT signatures_by_known_key;
DROP TABLE organization_signing_keys;
DROP FUNCTION organization_signing_keys_move();
`);
  }
}
