import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

type Shown = readonly (readonly [name: string, column: string])[];

const ofRecording: Shown = [
  ['isrc', 'isrc'],
  ['title', 'title'],
  ['version', 'version'],
  ['artists', 'artists'],
  ['durationSeconds', 'duration_seconds'],
  ['pLine', 'p_line'],
  ['genre', 'genre'],
  ['label', 'label'],
  ['parentIsrc', 'parent_isrc'],
  ['parentKind', 'parent_kind'],
];
const ofRelease: Shown = [
  ['gtin', 'gtin'],
  ['grid', 'grid'],
  ['ownId', 'own_id'],
  ['catalogueNumber', 'catalogue_number'],
  ['title', 'title'],
  ['artists', 'artists'],
  ['label', 'label'],
  ['kind', 'kind'],
  ['genre', 'genre'],
  ['releasedOn', 'released_on'],
  ['withdrawnAt', 'withdrawn_at'],
];

const object = (shown: Shown, row: string): string =>
  `jsonb_build_object(${shown.map(([name, column]) => `'${name}', ${row}.${column}`).join(', ')})`;
const values = (shown: Shown, row: string): string => `(${shown.map(([, column]) => `${row}.${column}`).join(', ')})`;

/** Tells what is made and what differs afterwards, whoever writes it: a statement at a time, since imports write thousands of rows in one. */
const toldOf = (table: string, kind: string, shown: Shown, order: string): string => `
CREATE FUNCTION tell_${table}_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalogue_changes (owner_id, kind, subject_id, after)
  SELECT owner_id, '${kind}', id, ${object(shown, 'made')} FROM made ORDER BY ${order}, id;
  RETURN NULL;
END $$;
CREATE TRIGGER ${table}_told_made AFTER INSERT ON ${table} REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION tell_${table}_made();

CREATE FUNCTION tell_${table}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalogue_changes (owner_id, kind, subject_id, before, after)
  SELECT n.owner_id, '${kind}', n.id, ${object(shown, 'o')}, ${object(shown, 'n')} FROM was o JOIN now_is n USING (id)
   WHERE ${values(shown, 'o')} IS DISTINCT FROM ${values(shown, 'n')} ORDER BY n.${order}, n.id;
  RETURN NULL;
END $$;
CREATE TRIGGER ${table}_told_changed AFTER UPDATE ON ${table} REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION tell_${table}_changed();
`;

const track = (row: string): string =>
  `jsonb_build_object('releaseId', ${row}.release_id, 'recordingId', ${row}.recording_id)`;

/** The change feed of a catalogue: what each recording, release and track was and is, in an order in which nothing appears behind a reader. */
export class CatalogueChanges1795392000097 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Readers advance only to the snapshot's xmin horizon, as those of the outbox do: a slow transaction is never skipped.
CREATE TABLE catalogue_changes (
  position bigint GENERATED ALWAYS AS IDENTITY,
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  owner_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('recording', 'release', 'track')),
  subject_id uuid NOT NULL,
  before jsonb,
  after jsonb,
  PRIMARY KEY (owner_id, transaction, position),
  CHECK (num_nonnulls(before, after) > 0)
);
${ownedBy('catalogue_changes')}
${appendOnly('catalogue_changes')}
${toldOf('recordings', 'recording', ofRecording, 'isrc')}
${toldOf('releases', 'release', ofRelease, 'title')}

CREATE FUNCTION tell_release_recordings_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalogue_changes (owner_id, kind, subject_id, after)
  SELECT owner_id, 'track', recording_id, ${track('made')} FROM made ORDER BY release_id, recording_id;
  RETURN NULL;
END $$;
CREATE TRIGGER release_recordings_told_made AFTER INSERT ON release_recordings REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION tell_release_recordings_made();

CREATE FUNCTION tell_release_recordings_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalogue_changes (owner_id, kind, subject_id, before, after)
  SELECT n.owner_id, 'track', n.recording_id, CASE WHEN o.left_at IS NULL THEN ${track('n')} END, CASE WHEN n.left_at IS NULL THEN ${track('n')} END
    FROM was o JOIN now_is n USING (release_id, recording_id)
   WHERE (o.left_at IS NULL) <> (n.left_at IS NULL) ORDER BY release_id, recording_id;
  RETURN NULL;
END $$;
CREATE TRIGGER release_recordings_told_changed AFTER UPDATE ON release_recordings REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION tell_release_recordings_changed();
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['recordings', 'releases', 'release_recordings']) {
      await runner.query(`
DROP TRIGGER ${table}_told_changed ON ${table};
DROP TRIGGER ${table}_told_made ON ${table};
DROP FUNCTION tell_${table}_changed();
DROP FUNCTION tell_${table}_made();
`);
    }
    await runner.query('DROP TABLE catalogue_changes');
  }
}
