import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** Release notifications: what each message said, kept as it came, and the releases and recordings that the last of them made. */
export class ReleasesAsTold1795392000094 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- told_at: when the message that says so was made; nothing older changes it.
ALTER TABLE recordings ADD COLUMN label text, ADD COLUMN told_at timestamptz;

-- A release is known by its bar code, else its GRid, else its label's own number; sender: of the message that brought it first.
ALTER TABLE releases
  ALTER COLUMN gtin DROP NOT NULL,
  ADD COLUMN grid char(18),
  ADD COLUMN own_id text,
  ADD COLUMN catalogue_number text,
  ADD COLUMN label text,
  ADD COLUMN artists text[] NOT NULL DEFAULT '{}',
  ADD COLUMN kind text,
  ADD COLUMN genre text,
  ADD COLUMN released_on text,
  ADD COLUMN sender text,
  ADD COLUMN told_at timestamptz,
  ADD COLUMN withdrawn_at timestamptz,
  ADD COLUMN version int NOT NULL DEFAULT 0,
  ADD CONSTRAINT releases_named CHECK (num_nonnulls(gtin, grid, own_id) > 0),
  ADD CONSTRAINT releases_one_grid UNIQUE (owner_id, grid),
  ADD CONSTRAINT releases_one_own_id UNIQUE (owner_id, own_id);

-- left_at: a later message does not have the recording on the release any more.
ALTER TABLE release_recordings ADD COLUMN left_at timestamptz;

-- message_key: the sender's id of the message, or the hash of a message that has none.
CREATE TABLE release_messages (
  id uuid PRIMARY KEY,
  owner_id uuid NOT NULL REFERENCES organizations,
  import_id uuid NOT NULL REFERENCES catalogue_imports,
  file text NOT NULL,
  file_sha256 char(64) NOT NULL,
  kind text NOT NULL,
  version text,
  sender text NOT NULL,
  message_key text NOT NULL,
  thread text,
  told_at timestamptz NOT NULL,
  header jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  CONSTRAINT release_messages_once UNIQUE (owner_id, sender, message_key)
);
CREATE INDEX release_messages_by_thread ON release_messages (owner_id, thread) WHERE thread IS NOT NULL;
${ownedBy('release_messages')}
${appendOnly('release_messages')}

-- The message itself is written when it has been read to its end: until then it may turn out not to count.
CREATE TABLE message_resources (
  message_id uuid NOT NULL REFERENCES release_messages DEFERRABLE INITIALLY DEFERRED,
  number int NOT NULL,
  owner_id uuid NOT NULL,
  reference text,
  kind text NOT NULL,
  isrcs text[] NOT NULL,
  shown jsonb NOT NULL,
  content jsonb NOT NULL,
  PRIMARY KEY (message_id, number)
);
${ownedBy('message_resources')}
${appendOnly('message_resources')}

CREATE TABLE message_releases (
  message_id uuid NOT NULL REFERENCES release_messages DEFERRABLE INITIALLY DEFERRED,
  number int NOT NULL,
  owner_id uuid NOT NULL,
  reference text,
  kind text NOT NULL,
  resources text[] NOT NULL,
  content jsonb NOT NULL,
  PRIMARY KEY (message_id, number)
);
${ownedBy('message_releases')}
${appendOnly('message_releases')}

CREATE TABLE message_deals (
  message_id uuid NOT NULL REFERENCES release_messages DEFERRABLE INITIALLY DEFERRED,
  number int NOT NULL,
  owner_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('deal', 'visibility')),
  releases text[] NOT NULL,
  grants boolean NOT NULL,
  content jsonb NOT NULL,
  PRIMARY KEY (message_id, number)
);
${ownedBy('message_deals')}
${appendOnly('message_deals')}

-- What was said of a release, message by message. release_number: its place among the releases of that message; a purge has none.
CREATE TABLE release_versions (
  release_id uuid NOT NULL REFERENCES releases,
  version int NOT NULL CHECK (version > 0),
  owner_id uuid NOT NULL,
  message_id uuid NOT NULL REFERENCES release_messages,
  release_number int,
  resources text[],
  deals text[],
  withdrawn boolean NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (release_id, version)
);
${ownedBy('release_versions')}
${appendOnly('release_versions')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
DROP TABLE release_versions, message_deals, message_releases, message_resources, release_messages;
DELETE FROM release_recordings USING releases WHERE release_id = releases.id AND gtin IS NULL;
DELETE FROM releases WHERE gtin IS NULL;
ALTER TABLE releases DROP CONSTRAINT releases_one_own_id, DROP CONSTRAINT releases_one_grid, DROP CONSTRAINT releases_named, DROP COLUMN version,
  DROP COLUMN withdrawn_at, DROP COLUMN told_at, DROP COLUMN sender, DROP COLUMN released_on, DROP COLUMN genre, DROP COLUMN kind, DROP COLUMN artists,
  DROP COLUMN label, DROP COLUMN catalogue_number, DROP COLUMN own_id, DROP COLUMN grid, ALTER COLUMN gtin SET NOT NULL;
ALTER TABLE release_recordings DROP COLUMN left_at;
ALTER TABLE recordings DROP COLUMN told_at, DROP COLUMN label;
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }
}
