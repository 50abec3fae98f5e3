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

/** A plan made for the first few rows is kept for a connection's life, and would read the whole table, or each row against each, for the thousands that follow. */
const wherePlansStay = 'SET enable_nestloop = off SET enable_seqscan = off SET enable_bitmapscan = off';

/**
 * Tells what is made, what differs afterwards and what is gone, whoever writes it: a statement at a time, since imports write thousands of rows in
 * one. What is made is told in the order in which it was written.
 */
const toldOf = (table: string, kind: string, shown: Shown): string => `
CREATE FUNCTION tell_${table}() RETURNS trigger LANGUAGE plpgsql ${wherePlansStay} AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM now_is;
    INSERT INTO catalogue_changes (owner_id, kind, subject_id, after) SELECT owner_id, '${kind}', id, ${object(shown, 'n')} FROM now_is n;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM now_is;
    INSERT INTO catalogue_changes (owner_id, kind, subject_id, before, after)
    SELECT n.owner_id, '${kind}', n.id, ${object(shown, 'o')}, ${object(shown, 'n')} FROM was o JOIN now_is n USING (id)
     WHERE ${values(shown, 'o')} IS DISTINCT FROM ${values(shown, 'n')};
  ELSE
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM was;
    INSERT INTO catalogue_changes (owner_id, kind, subject_id, before) SELECT owner_id, '${kind}', id, ${object(shown, 'o')} FROM was o;
  END IF;
  RETURN NULL;
END $$;
${triggersOf(table)}
INSERT INTO catalogue_changes (owner_id, kind, subject_id, after) SELECT owner_id, '${kind}', id, ${object(shown, 'n')} FROM ${table} n ORDER BY owner_id, id;
`;

const triggersOf = (table: string): string => `
CREATE TRIGGER ${table}_told_made AFTER INSERT ON ${table} REFERENCING NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION tell_${table}();
CREATE TRIGGER ${table}_told_changed AFTER UPDATE ON ${table} REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION tell_${table}();
CREATE TRIGGER ${table}_told_gone AFTER DELETE ON ${table} REFERENCING OLD TABLE AS was
  FOR EACH STATEMENT EXECUTE FUNCTION tell_${table}();
`;

/** So many recordings of a release are told in one change at most. */
const tracksTold = 100;

/** Tells which recordings came onto a release (after) or left it (before): few changes for many tracks. */
const tracks = (side: 'before' | 'after', from: string): string => `
  INSERT INTO catalogue_changes (owner_id, kind, subject_id, ${side})
  SELECT owner_id, 'tracks', release_id, jsonb_build_object('recordingIds', jsonb_agg(recording_id ORDER BY recording_id))
    FROM (SELECT owner_id, release_id, recording_id, (row_number() OVER (PARTITION BY release_id ORDER BY recording_id) - 1) / ${tracksTold} AS part FROM ${from}) AS told
   GROUP BY owner_id, release_id, part ORDER BY release_id, part;
`;
const differing = `was o JOIN now_is n USING (release_id, recording_id, owner_id)`;

/** The change feed of a catalogue: what each recording, release and track was and is, in an order in which nothing appears behind a reader. */
export class CatalogueChanges1795392000097 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What is there already is told as well, as made: a mirror begins with it.
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
-- Readers advance only to the snapshot's xmin horizon, as those of the outbox do: a slow transaction is never skipped.
CREATE TABLE catalogue_changes (
  position bigint GENERATED ALWAYS AS IDENTITY,
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  owner_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('recording', 'release', 'tracks')),
  subject_id uuid NOT NULL,
  before jsonb,
  after jsonb,
  PRIMARY KEY (owner_id, transaction, position),
  CHECK (num_nonnulls(before, after) > 0)
);
${ownedBy('catalogue_changes')}
${appendOnly('catalogue_changes')}

-- The order is that of transactions by their numbers, drawn at their first write. One that began to write before another, and changes after it what that one
-- changed, would stand before it: whoever follows would end with what is no more. It is refused, and may be tried again. Imports never meet it: they take their label's turn first.
CREATE FUNCTION tell_in_order(owners uuid[]) RETURNS void LANGUAGE plpgsql ${wherePlansStay} AS $$
DECLARE
  teller uuid;
BEGIN
  FOREACH teller IN ARRAY coalesce(owners, '{}') LOOP
    IF (SELECT transaction FROM catalogue_changes WHERE owner_id = teller ORDER BY transaction DESC, position DESC LIMIT 1) > pg_current_xact_id() THEN
      RAISE serialization_failure USING MESSAGE = 'a later transaction has changed this catalogue: try again';
    END IF;
  END LOOP;
END $$;
${toldOf('recordings', 'recording', ofRecording)}
${toldOf('releases', 'release', ofRelease)}

CREATE FUNCTION tell_release_recordings() RETURNS trigger LANGUAGE plpgsql ${wherePlansStay} AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM now_is;
    ${tracks('after', 'now_is WHERE left_at IS NULL')}
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM now_is;
    ${tracks('before', `${differing} WHERE o.left_at IS NULL AND n.left_at IS NOT NULL`)}
    ${tracks('after', `${differing} WHERE o.left_at IS NOT NULL AND n.left_at IS NULL`)}
  ELSE
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM was;
    ${tracks('before', 'was WHERE left_at IS NULL')}
  END IF;
  RETURN NULL;
END $$;
${triggersOf('release_recordings')}
${tracks('after', 'release_recordings WHERE left_at IS NULL')}
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['recordings', 'releases', 'release_recordings']) {
      for (const what of ['made', 'changed', 'gone'])
        await runner.query(`DROP TRIGGER ${table}_told_${what} ON ${table}`);
      await runner.query(`DROP FUNCTION tell_${table}()`);
    }
    await runner.query('DROP FUNCTION tell_in_order(uuid[]); DROP TABLE catalogue_changes;');
  }
}
