import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, readByBothParties, sharedByBothParties } from './support/policies';

/** Agreements that live: versions that are each signed, facts that say what happened since, states that only move as the table says. */
export class AgreementLife1795392000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Rows of before are moved in the system's name: without it the policies would show none of them.
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(versions);
    await runner.query(facts);
    await runner.query(states);
    await runner.query(grants);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(refuseToForget);
    await runner.query(grantsBefore);
    await runner.query(statesBefore);
    await runner.query(versionsBefore);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }
}

/** An amendment, a notice, a suspension have no place in the tables of before: then a backup is the way back. */
const refuseToForget = `
DO $$ BEGIN
  IF EXISTS (SELECT FROM agreement_versions WHERE number > 1) OR EXISTS (SELECT FROM agreement_facts WHERE kind <> 'activated') THEN
    RAISE EXCEPTION 'agreements were amended or ended: what happened to them would be lost';
  END IF;
END $$;
`;

const grantsBefore = `
DROP TRIGGER agreement_grants_keep ON agreement_grants;
DROP FUNCTION agreement_grants_keep();
ALTER TABLE agreement_grants
  DROP CONSTRAINT agreement_grants_of_version,
  DROP CONSTRAINT agreement_grants_pkey,
  DROP COLUMN version,
  ADD CONSTRAINT agreement_grants_pkey PRIMARY KEY (agreement_id, clause, isrc),
  ADD CONSTRAINT agreement_grants_in_force_check CHECK (NOT isempty(in_force));
`;

const statesBefore = `
DROP TRIGGER agreements_moves ON agreements;
DROP FUNCTION agreements_move();
ALTER TABLE agreements
  DROP CONSTRAINT agreements_states,
  DROP CONSTRAINT agreements_concluded_whole,
  DROP CONSTRAINT agreements_ended_whole,
  DROP CONSTRAINT agreements_elsewhere_whole,
  DROP COLUMN version,
  DROP COLUMN concluded_elsewhere_on,
  DROP COLUMN document_sha256,
  DROP COLUMN activated_at,
  DROP COLUMN ended_at,
  ADD COLUMN terms text,
  ADD COLUMN terms_hash char(64);
UPDATE agreements a SET state = CASE a.state WHEN 'active' THEN 'concluded' ELSE a.state END, terms = v.terms, terms_hash = v.terms_hash
  FROM agreement_versions v WHERE v.agreement_id = a.id;
ALTER TABLE agreements
  ALTER COLUMN terms SET NOT NULL,
  ALTER COLUMN terms_hash SET NOT NULL,
  ADD COLUMN rights_scope jsonb GENERATED ALWAYS AS (terms::jsonb -> 'rightsScope') STORED,
  ADD CONSTRAINT agreements_state_check CHECK (state IN ('awaiting-signatures', 'concluded', 'withdrawn')),
  ADD CONSTRAINT agreements_as_signed UNIQUE (id, terms_hash, label_id, platform_id),
  ADD CONSTRAINT agreements_concluded_whole CHECK ((state = 'concluded') = (concluded_at IS NOT NULL));
CREATE INDEX agreements_promising_by_label ON agreements (label_id)
  WHERE state = 'concluded' AND (terms::jsonb -> 'mostFavoured') IS NOT NULL;
CREATE INDEX agreements_promising_by_platform ON agreements (platform_id)
  WHERE state = 'concluded' AND (terms::jsonb -> 'mostFavoured') IS NOT NULL;
CREATE FUNCTION agreements_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.negotiation_id, NEW.terms, NEW.terms_hash, NEW.label_id, NEW.platform_id, NEW.currency, NEW.in_force, NEW.time_zone, NEW.made_at)
     IS DISTINCT FROM (OLD.id, OLD.negotiation_id, OLD.terms, OLD.terms_hash, OLD.label_id, OLD.platform_id, OLD.currency, OLD.in_force, OLD.time_zone, OLD.made_at)
     OR OLD.state <> 'awaiting-signatures' THEN
    RAISE EXCEPTION 'agreement % is final', OLD.id USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
  END IF;
  IF NEW.state = 'concluded' AND (SELECT count(*) FROM signatures WHERE agreement_id = NEW.id) <> 2 THEN
    RAISE EXCEPTION 'agreement % lacks a signature', OLD.id USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'agreements_signed_by_both';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agreements_terms_are_final BEFORE UPDATE ON agreements FOR EACH ROW EXECUTE FUNCTION agreements_keep_terms();
`;

const versionsBefore = `
ALTER TABLE signatures DISABLE TRIGGER signatures_append_only;
ALTER TABLE signatures
  DROP CONSTRAINT signatures_under_the_version,
  DROP CONSTRAINT signatures_by_member_or_key,
  DROP CONSTRAINT signatures_of_keys_whole,
  DROP CONSTRAINT signatures_pkey,
  DROP COLUMN version,
  DROP COLUMN statement,
  DROP COLUMN signing_key_id,
  DROP COLUMN signing_key,
  DROP COLUMN signature,
  DROP COLUMN authority_id,
  ALTER COLUMN member_id SET NOT NULL;
ALTER TABLE signatures RENAME COLUMN signed_hash TO terms_hash;
UPDATE signatures SET terms_hash = agreements.terms_hash FROM agreements WHERE agreements.id = agreement_id;
ALTER TABLE signatures
  ADD CONSTRAINT signatures_pkey PRIMARY KEY (agreement_id, organization_id),
  ADD CONSTRAINT signatures_under_the_terms FOREIGN KEY (agreement_id, terms_hash, label_id, platform_id)
    REFERENCES agreements (id, terms_hash, label_id, platform_id);
ALTER TABLE signatures ENABLE TRIGGER signatures_append_only;
DROP TABLE agreement_facts, agreement_versions;
DROP FUNCTION agreement_versions_are_final();
`;

const versions = `
-- A text that both parties sign: the agreement itself (1) and its amendments, each the whole text as it reads from a day on.
CREATE TABLE agreement_versions (
  agreement_id uuid NOT NULL REFERENCES agreements,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  terms text NOT NULL,
  terms_hash char(64) NOT NULL,
  -- Every clearance answer says what is licensed; derived here, so that it cannot differ from the terms.
  rights_scope jsonb GENERATED ALWAYS AS (terms::jsonb -> 'rightsScope') STORED,
  -- The words as they were when the text was made, and what is signed. Without them, as texts of before are, the terms' own hash is signed.
  prose jsonb,
  manifest text,
  signed_hash char(64) NOT NULL,
  effective_from date NOT NULL,
  proposed_by uuid,
  reason text,
  state text NOT NULL CHECK (state IN ('awaiting-signatures', 'concluded', 'refused', 'withdrawn')),
  made_at timestamptz NOT NULL,
  decided_at timestamptz,
  PRIMARY KEY (agreement_id, number),
  CONSTRAINT agreement_versions_as_signed UNIQUE (agreement_id, number, signed_hash, label_id, platform_id),
  CONSTRAINT agreement_versions_decided_whole CHECK ((state = 'awaiting-signatures') = (decided_at IS NULL)),
  CONSTRAINT agreement_versions_manifest CHECK (CASE WHEN manifest IS NULL THEN signed_hash = terms_hash
    ELSE signed_hash = encode(sha256(convert_to(manifest, 'UTF8')), 'hex') END)
);
CREATE UNIQUE INDEX agreement_versions_one_open ON agreement_versions (agreement_id) WHERE state = 'awaiting-signatures';
INSERT INTO agreement_versions (agreement_id, number, label_id, platform_id, terms, terms_hash, signed_hash, effective_from, state, made_at, decided_at)
SELECT id, 1, label_id, platform_id, terms, terms_hash, terms_hash, lower(in_force), state, made_at, coalesce(concluded_at, CASE state WHEN 'withdrawn' THEN made_at END)
  FROM agreements;

-- The signatures of before are under the terms of the first version: the row they point to now.
ALTER TABLE signatures DISABLE TRIGGER signatures_append_only;
ALTER TABLE signatures
  DROP CONSTRAINT signatures_under_the_terms,
  DROP CONSTRAINT signatures_pkey,
  ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE signatures RENAME COLUMN terms_hash TO signed_hash;
ALTER TABLE signatures
  ALTER COLUMN version DROP DEFAULT,
  ALTER COLUMN member_id DROP NOT NULL,
  ADD COLUMN statement text,
  ADD COLUMN signing_key_id text,
  ADD COLUMN signing_key jsonb,
  ADD COLUMN signature text,
  ADD COLUMN authority_id uuid,
  ADD CONSTRAINT signatures_pkey PRIMARY KEY (agreement_id, version, organization_id),
  ADD CONSTRAINT signatures_by_member_or_key CHECK ((member_id IS NULL) = (signing_key_id IS NOT NULL)),
  ADD CONSTRAINT signatures_of_keys_whole CHECK ((signing_key_id IS NULL) = (signature IS NULL) AND (signing_key_id IS NULL) = (signing_key IS NULL)),
  ADD CONSTRAINT signatures_under_the_version FOREIGN KEY (agreement_id, version, signed_hash, label_id, platform_id)
    REFERENCES agreement_versions (agreement_id, number, signed_hash, label_id, platform_id);
ALTER TABLE signatures ENABLE TRIGGER signatures_append_only;
${sharedByBothParties('agreement_versions')}
${operatorMayRead('agreement_versions')}

-- What was put up for signature is never rewritten: it is decided once, and concluded only under both parties' signatures.
CREATE FUNCTION agreement_versions_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'awaiting-signatures' OR NEW.state = 'awaiting-signatures'
     OR to_jsonb(NEW) - ARRAY['state', 'decided_at', 'rights_scope'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['state', 'decided_at', 'rights_scope'] THEN
    RAISE EXCEPTION 'version % of agreement % is final', OLD.number, OLD.agreement_id USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
  END IF;
  IF NEW.state = 'concluded' AND (SELECT count(*) FROM signatures WHERE agreement_id = NEW.agreement_id AND version = NEW.number) <> 2 THEN
    RAISE EXCEPTION 'version % of agreement % lacks a signature', OLD.number, OLD.agreement_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'agreements_signed_by_both';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agreement_versions_are_final BEFORE UPDATE ON agreement_versions FOR EACH ROW EXECUTE FUNCTION agreement_versions_are_final();
CREATE TRIGGER agreement_versions_stay BEFORE DELETE ON agreement_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreement_versions_stay_truncate BEFORE TRUNCATE ON agreement_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX agreement_versions_promising ON agreement_versions (agreement_id)
  WHERE state = 'concluded' AND (terms::jsonb -> 'mostFavoured') IS NOT NULL;
`;

const facts = `
-- What happened to an agreement since it was signed. Facts of one agreement are numbered without gaps; nothing is taken back.
CREATE TABLE agreement_facts (
  agreement_id uuid NOT NULL REFERENCES agreements,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('condition-met', 'activated', 'breach-notified', 'breach-cured', 'suspended', 'resumed',
                                     'renewal-declined', 'renewal-blocked', 'renewed', 'notice-given', 'terminated', 'expired')),
  fact jsonb NOT NULL,
  recorded_by text NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number)
);
${readByBothParties('agreement_facts')}
${operatorMayRead('agreement_facts')}
${appendOnly('agreement_facts')}
-- What was concluded before has run since its first day.
INSERT INTO agreement_facts (agreement_id, number, label_id, platform_id, kind, fact, recorded_by, recorded_at)
SELECT id, 1, label_id, platform_id, 'activated', jsonb_build_object('kind', 'activated', 'from', lower(in_force)), 'system:migration', concluded_at
  FROM agreements WHERE state = 'concluded';
`;

/** The moves of an agreement's state, once more: what kernel/life says, no statement may say otherwise. */
const states = `
DROP TRIGGER agreements_terms_are_final ON agreements;
DROP FUNCTION agreements_keep_terms();
DROP INDEX agreements_promising_by_label, agreements_promising_by_platform;
ALTER TABLE agreements
  DROP CONSTRAINT agreements_state_check,
  DROP CONSTRAINT agreements_as_signed,
  DROP CONSTRAINT agreements_concluded_whole,
  DROP COLUMN rights_scope,
  DROP COLUMN terms,
  DROP COLUMN terms_hash,
  -- The version that was signed last; the first one until then.
  ADD COLUMN version int NOT NULL DEFAULT 1,
  -- How it came here: negotiated, or concluded elsewhere and brought in.
  ADD COLUMN concluded_elsewhere_on date,
  ADD COLUMN document_sha256 char(64),
  ADD COLUMN activated_at timestamptz,
  ADD COLUMN ended_at timestamptz;
UPDATE agreements SET state = 'active', activated_at = concluded_at WHERE state = 'concluded';
ALTER TABLE agreements
  ADD CONSTRAINT agreements_states CHECK (state IN ('awaiting-signatures', 'withdrawn', 'concluded', 'active', 'suspended', 'expired', 'terminated')),
  ADD CONSTRAINT agreements_concluded_whole CHECK ((state IN ('awaiting-signatures', 'withdrawn')) = (concluded_at IS NULL)),
  ADD CONSTRAINT agreements_ended_whole CHECK ((state IN ('expired', 'terminated')) = (ended_at IS NOT NULL)),
  ADD CONSTRAINT agreements_elsewhere_whole CHECK ((concluded_elsewhere_on IS NULL) = (document_sha256 IS NULL));

CREATE FUNCTION agreements_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moves constant text[] := ARRAY['awaiting-signatures>concluded', 'awaiting-signatures>withdrawn', 'concluded>active', 'concluded>terminated',
    'active>suspended', 'active>expired', 'active>terminated', 'suspended>active', 'suspended>expired', 'suspended>terminated'];
  mutable constant text[] := ARRAY['state', 'version', 'in_force', 'concluded_at', 'activated_at', 'ended_at'];
BEGIN
  IF to_jsonb(NEW) - mutable IS DISTINCT FROM to_jsonb(OLD) - mutable
     OR (NEW.state <> OLD.state AND NOT OLD.state || '>' || NEW.state = ANY (moves))
     OR OLD.state IN ('withdrawn')
     OR (OLD.concluded_at IS NOT NULL AND NEW.concluded_at IS DISTINCT FROM OLD.concluded_at)
     OR lower(NEW.in_force) <> lower(OLD.in_force)
     OR NEW.version < OLD.version THEN
    RAISE EXCEPTION 'agreement % does not go from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
  END IF;
  IF NEW.concluded_at IS NOT NULL AND NOT EXISTS (
      SELECT FROM agreement_versions WHERE agreement_id = NEW.id AND number = NEW.version AND state = 'concluded') THEN
    RAISE EXCEPTION 'agreement % lacks a signature', OLD.id USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'agreements_signed_by_both';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agreements_moves BEFORE UPDATE ON agreements FOR EACH ROW EXECUTE FUNCTION agreements_move();
`;

/** A grant may now be cut short, or begin with an amendment: its first day is part of its name, and its end the system's to move. */
const grants = `
ALTER TABLE agreement_grants
  ADD COLUMN version int NOT NULL DEFAULT 1,
  DROP CONSTRAINT agreement_grants_pkey,
  ADD CONSTRAINT agreement_grants_pkey PRIMARY KEY (agreement_id, version, clause, isrc),
  ADD CONSTRAINT agreement_grants_of_version FOREIGN KEY (agreement_id, version) REFERENCES agreement_versions;
ALTER TABLE agreement_grants ALTER COLUMN version DROP DEFAULT;
ALTER TABLE agreement_grants DROP CONSTRAINT agreement_grants_in_force_check;
-- An empty range is a grant that an amendment took away before its first day: it excludes nobody.
CREATE FUNCTION agreement_grants_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'in_force' IS DISTINCT FROM to_jsonb(OLD) - 'in_force' THEN
    RAISE EXCEPTION 'a grant only changes its days' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agreement_grants_keep BEFORE UPDATE ON agreement_grants FOR EACH ROW EXECUTE FUNCTION agreement_grants_keep();
`;
