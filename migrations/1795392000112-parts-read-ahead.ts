import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ownedBy } from './support/policies';

/** An archive of messages is read by several workers, for the one that takes them. */
export class PartsReadAhead1795392000112 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- While an import takes an archive: up to which of its parts somebody has claimed each to read it, and up to which they are taken. Apart from the import, whose row every recording that it writes refers to and holds.
CREATE TABLE catalogue_import_parts (
  import_id uuid PRIMARY KEY REFERENCES catalogue_imports,
  owner_id uuid NOT NULL,
  claimed int NOT NULL CHECK (claimed >= 0),
  taken int NOT NULL CHECK (taken >= 0)
);
${ownedBy('catalogue_import_parts')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE catalogue_import_parts;');
  }
}
