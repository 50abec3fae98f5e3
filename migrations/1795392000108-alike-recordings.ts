import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

const kinds = ['remaster', 'live', 'remix', 'edit', 'sped-up', 'slowed-down', 'other'];
const kindIn = (known: readonly string[]): string => `
ALTER TABLE recordings DROP CONSTRAINT recordings_parent_kind,
  ADD CONSTRAINT recordings_parent_kind CHECK (parent_kind IN (${known.map((kind) => `'${kind}'`).join(', ')}));
`;

const names = `title || coalesce(' ' || version, '')`;
/** What `search_key` makes of a text in Latin letters, figures and single blanks. */
const plainKey = `replace(replace(replace(replace(replace(replace(lower((${names} || E'\\n' || artist) COLLATE "C"), 'y', 'i'), 'j', 'i'), 'w', 'v'), 'x', 'ks'), 'kh', 'h'), 'ii', 'i')`;

/** Recordings of one catalogue that may be the same under two ISRCs are found by a key of their names, and versions by their parent. */
export class AlikeRecordings1795392000108 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${kindIn([...kinds, 'same-recording'])}

-- Recordings of one title, version and main artist have one key, however these are written; null where nothing is left of the title.
CREATE FUNCTION recording_names_key_of_any(title text, version text, artist text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  -- Two lines of one key, since a key costs more than the rest.
  key text := public.search_key(translate(concat_ws(' ', title, version), E'\\n', ' ') || E'\\n' || translate(coalesce(artist, ''), E'\\n', ' '));
BEGIN
  -- A key keeps blanks that stand side by side, where nothing else had to be taken out of it.
  IF key ~ '  | \\n|\\n ' THEN
    key := regexp_replace(regexp_replace(key, ' +', ' ', 'g'), ' ?\\n ?', E'\\n');
  END IF;
  RETURN CASE WHEN key !~ '^\\n' THEN hashtextextended(key COLLATE "C", 0) END;
END
$$;

-- The same. Names in Latin letters, figures and single blanks take a third of the time: the expression stands where the function is named.
CREATE FUNCTION recording_names_key(title text, version text, artist text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN title <> '' AND (${names} || ' ' || artist) COLLATE "C" !~ '[^A-Za-z0-9 ]|  |^ | $' AND octet_length(${names} || artist) < 240
    THEN hashtextextended(${plainKey} COLLATE "C", 0)
    ELSE public.recording_names_key_of_any(title, version, artist)
  END
$$;

ALTER TABLE recordings ADD COLUMN names_key bigint GENERATED ALWAYS AS (recording_names_key(title, version, artists[1])) STORED;
-- In the order in which what is alike stands together. What is stated to be the same as another needs no finding.
CREATE INDEX recordings_alike ON recordings (owner_id, names_key, duration_seconds, isrc)
  WHERE names_key IS NOT NULL AND duration_seconds IS NOT NULL AND parent_kind IS DISTINCT FROM 'same-recording';
CREATE INDEX recordings_versions ON recordings (parent_isrc, owner_id, isrc) WHERE parent_isrc IS NOT NULL;

-- What a person decided about two recordings that may be the same.
CREATE TABLE duplicate_decisions (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  owner_id uuid NOT NULL REFERENCES organizations,
  isrc char(12) NOT NULL,
  other_isrc char(12) NOT NULL CHECK (isrc < other_isrc),
  -- Title, version, main artist and duration of both: where one of these is another, they may be suspected anew.
  grounds jsonb NOT NULL,
  -- The one that stays the recording of these names, and what was changed of both: {isrc: {field: {before, after}}}. Null: they are two recordings.
  stays char(12) CHECK (stays IN (isrc, other_isrc)),
  changes jsonb,
  made_by text NOT NULL,
  at timestamptz NOT NULL,
  CHECK ((stays IS NULL) = (changes IS NULL))
);
CREATE INDEX duplicate_decisions_by_owner ON duplicate_decisions (owner_id, at, id);
-- Not by owner first: before the table is analysed that alone would do for the planner, and all decisions of a label be read for each pair.
CREATE INDEX duplicate_decisions_of ON duplicate_decisions (isrc, other_isrc, owner_id) WHERE stays IS NULL;
${ownedBy('duplicate_decisions')}
${appendOnly('duplicate_decisions')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
DROP TABLE duplicate_decisions;
DROP INDEX recordings_versions;
ALTER TABLE recordings DROP COLUMN names_key;
DROP FUNCTION recording_names_key(text, text, text);
DROP FUNCTION recording_names_key_of_any(text, text, text);
UPDATE recordings SET parent_kind = 'other' WHERE parent_kind = 'same-recording';
${kindIn(kinds)}
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }
}
