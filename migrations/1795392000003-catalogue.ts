import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** What a label has, and what it states to control. */
export class Catalogue1795392000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE catalogue_imports (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  file_sha256 char(64) NOT NULL,
  bytes bigint NOT NULL,
  rows_read int NOT NULL,
  rows_accepted int NOT NULL,
  rows_rejected int NOT NULL,
  imported_at timestamptz NOT NULL
);
CREATE INDEX catalogue_imports_by_owner ON catalogue_imports (owner_id, imported_at);
${ownedBy('catalogue_imports')}

CREATE TABLE catalogue_import_faults (
  import_id uuid NOT NULL REFERENCES catalogue_imports,
  number int NOT NULL,
  owner_id uuid NOT NULL,
  row_number int NOT NULL,
  column_name text NOT NULL,
  code text NOT NULL,
  value text NOT NULL,
  message text NOT NULL,
  PRIMARY KEY (import_id, number)
);
${ownedBy('catalogue_import_faults')}
${appendOnly('catalogue_import_faults')}

CREATE TABLE recordings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  isrc char(12) NOT NULL,
  title text NOT NULL,
  version text,
  artists text[] NOT NULL,
  duration_seconds int,
  p_line text,
  genre text,
  import_id uuid REFERENCES catalogue_imports,
  updated_at timestamptz NOT NULL,
  CONSTRAINT recordings_one_isrc UNIQUE (owner_id, isrc)
);
${ownedBy('recordings')}

CREATE TABLE releases (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  gtin char(14) NOT NULL,
  title text NOT NULL,
  CONSTRAINT releases_one_gtin UNIQUE (owner_id, gtin)
);
${ownedBy('releases')}

CREATE TABLE release_recordings (
  release_id uuid NOT NULL REFERENCES releases,
  recording_id uuid NOT NULL REFERENCES recordings,
  owner_id uuid NOT NULL,
  PRIMARY KEY (release_id, recording_id)
);
${ownedBy('release_recordings')}

-- Who controls what share of a recording, where and when. The same label cannot state two shares for one place and day.
CREATE TABLE recording_rights (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  recording_id uuid NOT NULL REFERENCES recordings,
  share numeric(9, 6) NOT NULL CHECK (share > 0 AND share <= 1),
  territories int[] NOT NULL CHECK (cardinality(territories) > 0),
  in_force daterange NOT NULL CHECK (NOT isempty(in_force)),
  stated_at timestamptz NOT NULL,
  stated_by text NOT NULL,
  CONSTRAINT recording_rights_no_overlap EXCLUDE USING gist
    (recording_id WITH =, territories gist__intbig_ops WITH &&, in_force WITH &&)
);
${ownedBy('recording_rights')}

CREATE TABLE packages (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  name text NOT NULL,
  version int NOT NULL,
  content_hash char(64) NOT NULL,
  track_count int NOT NULL,
  published_at timestamptz NOT NULL,
  CONSTRAINT packages_one_version UNIQUE (owner_id, name, version)
);
${ownedBy('packages')}

CREATE TABLE package_tracks (
  package_id uuid NOT NULL REFERENCES packages,
  isrc char(12) NOT NULL,
  owner_id uuid NOT NULL,
  PRIMARY KEY (package_id, isrc)
);
${ownedBy('package_tracks')}
${appendOnly('package_tracks')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE package_tracks, packages, recording_rights, release_recordings, releases, recordings, catalogue_import_faults, catalogue_imports;`,
    );
  }
}
