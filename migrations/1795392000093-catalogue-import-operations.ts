import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** Imports that a worker brings in while the label follows them, files of any columns, and what a label says of wrong check digits. */
export class CatalogueImportOperations1795392000093 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE catalogue_mappings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  name text NOT NULL,
  mapping jsonb NOT NULL,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX catalogue_mappings_by_owner ON catalogue_mappings (owner_id, made_at);
${ownedBy('catalogue_mappings')}
${appendOnly('catalogue_mappings')}

CREATE TABLE catalogue_settings (
  owner_id uuid PRIMARY KEY REFERENCES organizations,
  check_digits text NOT NULL CHECK (check_digits IN ('warning', 'error')),
  set_by text NOT NULL,
  set_at timestamptz NOT NULL
);
${ownedBy('catalogue_settings')}

-- Without an operation: answered at once. through_id: the distributor that sent it in the label's name.
ALTER TABLE catalogue_imports
  ADD COLUMN form text NOT NULL DEFAULT 'csv' CHECK (form IN ('csv', 'json-lines', 'ern', 'archive')),
  ADD COLUMN state text NOT NULL DEFAULT 'done' CHECK (state IN ('queued', 'done', 'failed')),
  ADD COLUMN dry_run boolean NOT NULL DEFAULT false,
  ADD COLUMN operation_id uuid REFERENCES operations,
  ADD COLUMN mapping_id uuid REFERENCES catalogue_mappings,
  ADD COLUMN through_id uuid REFERENCES organizations,
  ADD COLUMN counts jsonb,
  ADD COLUMN report_sha256 char(64),
  ADD COLUMN report_bytes bigint,
  ADD COLUMN problem jsonb,
  ADD COLUMN finished_at timestamptz;
CREATE INDEX catalogue_imports_queued ON catalogue_imports (owner_id, imported_at, id) WHERE state = 'queued';

-- Of a file with rows its row and column, of a message the path in it; of an archive the file as well.
ALTER TABLE catalogue_import_faults
  ADD COLUMN file text NOT NULL DEFAULT '',
  ADD COLUMN path text NOT NULL DEFAULT '',
  ADD COLUMN severity text NOT NULL DEFAULT 'error' CHECK (severity IN ('warning', 'error'));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE catalogue_import_faults DROP COLUMN severity, DROP COLUMN path, DROP COLUMN file;
ALTER TABLE catalogue_imports DROP COLUMN finished_at, DROP COLUMN problem, DROP COLUMN report_bytes, DROP COLUMN report_sha256, DROP COLUMN counts,
  DROP COLUMN through_id, DROP COLUMN mapping_id, DROP COLUMN operation_id, DROP COLUMN dry_run, DROP COLUMN state, DROP COLUMN form;
DROP TABLE catalogue_settings, catalogue_mappings;
`);
  }
}
