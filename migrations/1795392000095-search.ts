import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ownedBy } from './support/policies';

/** Recordings are found by their words, in whichever script and nearly as spelled. */
export class Search1795392000095 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- A text as it is searched, its first 10,000 signs: small Latin letters and figures, a blank between words, lines as they are. What is written alike in Cyrillic and in Latin letters has the same key.
CREATE FUNCTION search_key(told text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  key text COLLATE pg_c_utf8 := lower(left(told, 10000) COLLATE pg_c_utf8);
BEGIN
  -- Most texts are plain Latin, and an import is in a hurry.
  IF octet_length(key) <> length(key) THEN
    key := regexp_replace(normalize(key, NFKD), '[\\u0300-\\u036f]', '', 'g');
    key := replace(replace(replace(replace(replace(replace(replace(key, 'ж', 'zh'), 'ц', 'ts'), 'ч', 'ch'), 'ш', 'sh'), 'щ', 'shch'), 'ю', 'iu'), 'я', 'ia');
    key := replace(replace(replace(replace(key, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
    -- The last three have no counterpart, and are left out.
    key := translate(key, 'абвгдезиклмнопрстуфхыэієґғәқңөұүһјøłđıðьъ’', 'abvgdeziklmnoprstufhieieggaknouuhioldid');
  END IF;
  key := replace(replace(replace(translate(key, 'yjw''', 'iiv'), 'x', 'ks'), 'kh', 'h'), 'ii', 'i');
  IF key ~ '[^a-z0-9 \\n]' THEN
    key := replace(replace(regexp_replace(key, '[^[:alnum:]\\n]+', ' ', 'g'), E' \\n', E'\\n'), E'\\n ', E'\\n');
  END IF;
  RETURN btrim(key);
END
$$;

-- What a recording is found by: its words; and by a=, g=, l= and y= its artists, genre, label and year as wholes. Names of functions are whole, since a restore has no search path.
CREATE FUNCTION recording_words(title text, version text, artists text[], label text, genre text, p_line text)
RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  -- Two keys for all of it, since a key costs more than the rest: the title's, and a line each for the label, the artists and the genre.
  lines text[] := string_to_array(public.search_key(concat_ws(E'\\n',
    translate(coalesce(label, ''), E'\\n', ' '), array_to_string(artists[1:100], E'\\n'), translate(coalesce(genre, ''), E'\\n', ' '))), E'\\n');
  last int := cardinality(lines);
  words text[] := string_to_array(translate(public.search_key(concat_ws(' ', title, version)), E'\\n', ' ') || ' ' || array_to_string(lines[1:last - 1], ' '), ' ');
  number int;
BEGIN
  FOR number IN 2..last - 1 LOOP
    words := words || ('a=' || lines[number]);
  END LOOP;
  words := array_remove(words || ARRAY[
    CASE WHEN label <> '' THEN 'l=' || lines[1] END, CASE WHEN genre <> '' THEN 'g=' || lines[last] END, 'y=' || substring(p_line from '(?:19|20)[0-9]{2}')], NULL);
  -- A lexeme has at most 2046 bytes.
  IF octet_length(array_to_string(words, '')) > 2000 THEN
    words := ARRAY(SELECT left(word, 500) FROM unnest(words) AS word);
  END IF;
  RETURN array_to_tsvector(array_remove(words, ''));
END
$$;

ALTER TABLE recordings ADD COLUMN words tsvector
  GENERATED ALWAYS AS (recording_words(title, version, artists, label, genre, p_line)) STORED;
CREATE INDEX recordings_by_words ON recordings USING gin (words);

-- The words of each label's catalogue that may be misspelled: those of four letters and more, without figures.
CREATE TABLE catalogue_words (
  owner_id uuid NOT NULL,
  word text COLLATE "C" NOT NULL,
  PRIMARY KEY (owner_id, word)
);
${ownedBy('catalogue_words')}
CREATE INDEX catalogue_words_alike ON catalogue_words USING gin (word gin_trgm_ops);
INSERT INTO catalogue_words
SELECT DISTINCT owner_id, word FROM recordings, unnest(tsvector_to_array(words)) AS word WHERE word ~ '^[^0-9= ]{4,40}$';

-- In order, so that two that write the same words never wait for each other in a ring.
CREATE FUNCTION keep_catalogue_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalogue_words (owner_id, word)
  SELECT owner_id, word
    FROM (SELECT DISTINCT owner_id, word COLLATE "C" AS word FROM written, unnest(tsvector_to_array(words)) AS word
           WHERE length(word) BETWEEN 4 AND 40 AND word COLLATE "C" >= 'a') AS said
   WHERE word ~ '^[^0-9= ]+$'
   ORDER BY owner_id, word
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER recordings_words_added AFTER INSERT ON recordings
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_catalogue_words();
CREATE TRIGGER recordings_words_changed AFTER UPDATE ON recordings
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_catalogue_words();

-- Behind a policy PostgreSQL uses no index of words: their operators might tell of rows that the policy hides. The two functions below are let past it,
-- run as whom the tables belong to, and see to it themselves that a member sees its own organization's rows.
CREATE POLICY recordings_search ON recordings FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY catalogue_words_search ON catalogue_words FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION may_search(owners uuid[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(public.accordo_role() = 'system' OR public.accordo_role() = 'member' AND owners = ARRAY[public.accordo_organization()], false)
$$;

-- What was typed as a query: every word has to be there; one that no catalogue of these owners has may be one of up to five that look like it.
-- wholes: a=, g=, l= or y= with an artist, genre, label or year, each of which has to be there too. Null: nothing is asked.
CREATE FUNCTION search_query(owners uuid[], typed text, wholes text[]) RETURNS tsquery
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  wanted text;
  alike text;
  asked tsquery;
BEGIN
  IF NOT may_search(owners) THEN RETURN NULL; END IF;
  FOREACH wanted IN ARRAY string_to_array(translate(search_key(coalesce(typed, '')), E'\\n', ' '), ' ') LOOP
    alike := NULL;
    wanted := left(wanted, 500);
    IF wanted ~ '^[^0-9]{4,40}$' AND NOT EXISTS (SELECT FROM catalogue_words WHERE owner_id = ANY (owners) AND word = wanted) THEN
      SELECT string_agg(quote_literal(word), '|') INTO alike FROM (
        SELECT DISTINCT word, similarity(word, wanted) AS likeness FROM catalogue_words
         WHERE owner_id = ANY (owners) AND word % wanted ORDER BY likeness DESC, word LIMIT 5) AS near;
    END IF;
    alike := coalesce(alike, quote_literal(wanted));
    asked := CASE WHEN asked IS NULL THEN alike::tsquery ELSE asked && alike::tsquery END;
  END LOOP;
  FOREACH wanted IN ARRAY wholes LOOP
    wanted := quote_literal(left(wanted, 2) || left(search_key(substr(wanted, 3)), 500));
    asked := CASE WHEN asked IS NULL THEN wanted::tsquery ELSE asked && wanted::tsquery END;
  END LOOP;
  RETURN asked;
END
$$;

-- Recordings of these owners in ISRC order, or in any; where packages are named, only what stands in one of them.
CREATE FUNCTION find_recordings(owners uuid[], in_packages uuid[], query tsquery, shortest int, longest int, after_isrc text, after_owner uuid, at_most int, in_order boolean)
RETURNS TABLE (id uuid, owner_id uuid, isrc char(12), title text, version text, artists text[], duration_seconds int, p_line text, genre text, label text,
  parent_isrc char(12), parent_kind text, updated_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  -- One owner as one value: then the index that is in order by ISRC serves.
  owned text := CASE WHEN cardinality(owners) = 1 THEN 'r.owner_id = $1[1]' ELSE 'r.owner_id = ANY ($1)' END;
BEGIN
  IF NOT may_search(owners) THEN RETURN; END IF;
  -- Planned anew each time: which index is best depends on how rare the words are.
  RETURN QUERY EXECUTE
    'SELECT r.id, r.owner_id, r.isrc, r.title, r.version, r.artists, r.duration_seconds, r.p_line, r.genre, r.label, r.parent_isrc, r.parent_kind, r.updated_at
       FROM recordings r WHERE ' || owned
    || CASE WHEN query IS NULL THEN '' ELSE ' AND r.words @@ $3' END
    || CASE WHEN shortest IS NULL THEN '' ELSE ' AND r.duration_seconds >= $4' END
    || CASE WHEN longest IS NULL THEN '' ELSE ' AND r.duration_seconds <= $5' END
    || CASE WHEN after_isrc IS NULL THEN '' ELSE ' AND r.isrc >= $6::bpchar AND (r.isrc, r.owner_id) > ($6::bpchar, $7)' END
    || CASE WHEN in_packages IS NULL THEN ''
       ELSE ' AND EXISTS (SELECT FROM package_tracks t WHERE t.package_id = ANY ($2) AND t.isrc = r.isrc AND t.owner_id = r.owner_id)' END
    || CASE WHEN in_order THEN ' ORDER BY r.isrc, r.owner_id' ELSE '' END || ' LIMIT $8'
    USING owners, in_packages, query, shortest, longest, after_isrc, after_owner, at_most;
END
$$;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP FUNCTION find_recordings(uuid[], uuid[], tsquery, int, int, text, uuid, int, boolean);
DROP FUNCTION search_query(uuid[], text, text[]);
DROP FUNCTION may_search(uuid[]);
DROP POLICY recordings_search ON recordings;
DROP TRIGGER recordings_words_changed ON recordings;
DROP TRIGGER recordings_words_added ON recordings;
DROP FUNCTION keep_catalogue_words();
DROP TABLE catalogue_words;
ALTER TABLE recordings DROP COLUMN words;
DROP FUNCTION recording_words(text, text, text[], text, text, text);
DROP FUNCTION search_key(text);
DROP EXTENSION pg_trgm;
`);
  }
}
