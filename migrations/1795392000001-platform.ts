import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, ownedBy, systemOnly } from './support/policies';

/** The floor that every module stands on: who is asking, what was asked before, what happened, what must be approved. */
export class Platform1795392000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS intarray;

-- The tenant of the transaction, set with SET LOCAL by the one piece of code that opens transactions. Nothing set: no rows.
CREATE FUNCTION accordo_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('accordo.organization', true), '')::uuid $$;
CREATE FUNCTION accordo_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('accordo.role', true), '') $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
END $$;

CREATE TABLE idempotency_keys (
  organization_id uuid NOT NULL,
  route text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_hash text NOT NULL,
  field_hashes jsonb NOT NULL,
  status int NOT NULL,
  body text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, route, key)
);
${ownedBy('idempotency_keys', 'organization_id')}

-- News for one organization each. Readers advance only to the snapshot's xmin horizon, so a slow transaction is never skipped.
CREATE TABLE outbox (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  organization_id uuid NOT NULL,
  topic text NOT NULL,
  subject_id uuid NOT NULL,
  payload jsonb NOT NULL,
  occurred_at timestamptz NOT NULL
);
CREATE INDEX outbox_by_organization ON outbox (organization_id, transaction, position);
${systemOnly('outbox')}
CREATE POLICY outbox_reader ON outbox FOR SELECT USING (organization_id = accordo_organization());
CREATE POLICY outbox_writer ON outbox FOR INSERT WITH CHECK (accordo_role() IS NOT NULL);
${appendOnly('outbox')}

CREATE TABLE audit_entries (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid,
  actor_kind text NOT NULL CHECK (actor_kind IN ('member', 'api-key', 'system', 'anonymous')),
  actor_id text,
  action text NOT NULL,
  subject_id text,
  details jsonb NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX audit_entries_by_organization ON audit_entries (organization_id, position);
${systemOnly('audit_entries')}
CREATE POLICY audit_entries_reader ON audit_entries FOR SELECT USING (organization_id = accordo_organization());
CREATE POLICY audit_entries_writer ON audit_entries FOR INSERT WITH CHECK (organization_id = accordo_organization());
${operatorMayRead('audit_entries')}
${appendOnly('audit_entries')}

-- Four eyes, for whatever needs them: who asked, who decided, about exactly which state of the subject.
CREATE TABLE approvals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL,
  action text NOT NULL,
  subject_id uuid NOT NULL,
  subject_hash text NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  decision text CHECK (decision IN ('approved', 'rejected')),
  decided_by text,
  decided_at timestamptz,
  CONSTRAINT approvals_four_eyes CHECK (decided_by IS DISTINCT FROM requested_by),
  CONSTRAINT approvals_decided_whole CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX approvals_one_open ON approvals (action, subject_id) WHERE decision IS NULL;
CREATE INDEX approvals_by_owner ON approvals (owner_id, requested_at);
${ownedBy('approvals')}

-- Long work that a caller can follow.
CREATE TABLE operations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL,
  kind text NOT NULL,
  subject_id uuid,
  state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  progress jsonb NOT NULL DEFAULT '{}',
  result jsonb,
  problem jsonb,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
${ownedBy('operations')}

-- Counters of the sign-in throttle; the columns are those of rate-limiter-flexible.
CREATE TABLE rate_limits (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE rate_limits, operations, approvals, audit_entries, outbox, idempotency_keys;
DROP FUNCTION refuse_change(), accordo_role(), accordo_organization();
DROP EXTENSION intarray;
DROP EXTENSION btree_gist;
`);
  }
}
