import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, onlyChanges, ownedBy } from './support/policies';

/** Files that come in pieces, over as many connections as it takes. */
export class Uploads1795392000042 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE uploads (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL,
  bytes bigint NOT NULL CHECK (bytes > 0),
  received bigint NOT NULL DEFAULT 0,
  metadata text,
  begun_by text NOT NULL,
  begun_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT uploads_within CHECK (received BETWEEN 0 AND bytes)
);
CREATE INDEX uploads_by_owner ON uploads (owner_id, expires_at) WHERE ended_at IS NULL;
${ownedBy('uploads')}
${onlyChanges('uploads', ['received', 'ended_at'])}

-- What has come, in the order of the file: a part is on disk before it is here, and never changes.
CREATE TABLE upload_parts (
  upload_id uuid NOT NULL REFERENCES uploads,
  starts_at bigint NOT NULL,
  owner_id uuid NOT NULL,
  bytes bigint NOT NULL CHECK (bytes > 0),
  file uuid NOT NULL,
  PRIMARY KEY (upload_id, starts_at)
);
${ownedBy('upload_parts')}
${appendOnly('upload_parts')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE upload_parts, uploads;`);
  }
}
