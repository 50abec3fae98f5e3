import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, readByBothParties, sharedByBothParties } from './support/policies';

/** Signed terms and what they grant. */
export class Agreements1795392000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE agreements (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  ordinal int GENERATED ALWAYS AS IDENTITY UNIQUE,
  label_id uuid NOT NULL REFERENCES organizations,
  platform_id uuid NOT NULL REFERENCES organizations,
  negotiation_id uuid,
  terms text NOT NULL,
  terms_hash char(64) NOT NULL,
  -- Every clearance answer says what is licensed; derived here, so that it cannot differ from the terms.
  rights_scope jsonb GENERATED ALWAYS AS (terms::jsonb -> 'rightsScope') STORED,
  currency char(3) NOT NULL,
  time_zone text NOT NULL,
  in_force daterange NOT NULL CHECK (NOT isempty(in_force)),
  state text NOT NULL CHECK (state IN ('awaiting-signatures', 'concluded', 'withdrawn')),
  made_at timestamptz NOT NULL,
  concluded_at timestamptz,
  CONSTRAINT agreements_one_per_negotiation UNIQUE (negotiation_id),
  CONSTRAINT agreements_as_signed UNIQUE (id, terms_hash, label_id, platform_id),
  CONSTRAINT agreements_concluded_whole CHECK ((state = 'concluded') = (concluded_at IS NOT NULL))
);
CREATE INDEX agreements_by_label ON agreements (label_id, made_at);
CREATE INDEX agreements_by_platform ON agreements (platform_id, made_at);
${sharedByBothParties('agreements')}
${operatorMayRead('agreements')}

-- What was agreed is never rewritten: only the state moves, and to concluded only under both parties' signatures.
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
CREATE TRIGGER agreements_stay BEFORE DELETE ON agreements FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER agreements_stay_truncate BEFORE TRUNCATE ON agreements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A signature is under exactly these terms of these parties, by one of them, and each party signs for itself only.
CREATE TABLE signatures (
  agreement_id uuid NOT NULL,
  organization_id uuid NOT NULL REFERENCES organizations,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  member_id uuid NOT NULL,
  terms_hash char(64) NOT NULL,
  intent text NOT NULL,
  address text NOT NULL,
  signed_at timestamptz NOT NULL,
  seal text NOT NULL,
  PRIMARY KEY (agreement_id, organization_id),
  CONSTRAINT signatures_by_a_party CHECK (organization_id IN (label_id, platform_id)),
  CONSTRAINT signatures_under_the_terms FOREIGN KEY (agreement_id, terms_hash, label_id, platform_id)
    REFERENCES agreements (id, terms_hash, label_id, platform_id)
);
${sharedByBothParties('signatures')}
CREATE POLICY signatures_own_hand ON signatures AS RESTRICTIVE FOR INSERT WITH CHECK (organization_id = accordo_organization());
${appendOnly('signatures')}

-- One row per recording and grant clause. 'passing' lets non-exclusive grants pass each other: theirs is the point of their
-- agreement's ordinal, an exclusive grant's covers every point. Clauses of one agreement are one deal and never in each other's way.
CREATE TABLE agreement_grants (
  agreement_id uuid NOT NULL REFERENCES agreements,
  clause text NOT NULL,
  isrc char(12) NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  services uuid[] NOT NULL,
  territories int[] NOT NULL CHECK (cardinality(territories) > 0),
  uses int[] NOT NULL CHECK (cardinality(uses) > 0),
  in_force daterange NOT NULL CHECK (NOT isempty(in_force)),
  exclusive boolean NOT NULL,
  passing int8range NOT NULL,
  PRIMARY KEY (agreement_id, clause, isrc),
  CONSTRAINT agreement_grants_passing CHECK (passing = CASE WHEN exclusive THEN int8range(NULL, NULL) ELSE int8range(lower(passing), lower(passing) + 1) END),
  CONSTRAINT agreement_grants_exclusive EXCLUDE USING gist
    (label_id WITH =, isrc WITH =, territories gist__intbig_ops WITH &&, uses gist__intbig_ops WITH &&, in_force WITH &&, passing WITH &&, agreement_id WITH <>)
);
CREATE INDEX agreement_grants_by_isrc ON agreement_grants (platform_id, isrc);
${readByBothParties('agreement_grants')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE agreement_grants, signatures, agreements; DROP FUNCTION agreements_keep_terms();`);
  }
}
