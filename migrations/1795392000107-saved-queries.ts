import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** Packages are published from saved queries, too, and say what those said then. */
export class SavedQueries1795392000107 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE saved_queries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  -- Also of the packages that are published from it.
  name text NOT NULL,
  -- Counts the changes.
  version int NOT NULL CHECK (version > 0),
  -- As the search takes it.
  query jsonb NOT NULL CHECK (jsonb_typeof(query) = 'object'),
  -- What it never takes, in order.
  except_isrcs char(12)[] NOT NULL,
  made_at timestamptz NOT NULL,
  saved_by text NOT NULL,
  saved_at timestamptz NOT NULL,
  -- What it said is wiped then: packages refer to it.
  deleted_at timestamptz,
  CONSTRAINT saved_queries_of_owner UNIQUE (id, owner_id)
);
CREATE UNIQUE INDEX saved_queries_one_name ON saved_queries (owner_id, name) WHERE deleted_at IS NULL;
${ownedBy('saved_queries')}

ALTER TABLE packages
  ADD COLUMN saved_query_id uuid,
  ADD COLUMN saved_query_version int,
  ADD COLUMN query jsonb,
  ADD COLUMN except_isrcs char(12)[],
  ADD CONSTRAINT packages_whole_source CHECK (num_nulls(saved_query_id, saved_query_version, query, except_isrcs) IN (0, 4)),
  ADD CONSTRAINT packages_own_query FOREIGN KEY (saved_query_id, owner_id) REFERENCES saved_queries (id, owner_id);
${appendOnly('packages')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TRIGGER packages_append_only ON packages;
DROP TRIGGER packages_append_only_truncate ON packages;
ALTER TABLE packages DROP COLUMN saved_query_id, DROP COLUMN saved_query_version, DROP COLUMN query, DROP COLUMN except_isrcs;
DROP TABLE saved_queries;
`);
  }
}
