import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** All that is told of a recording and becomes words; of wholes what they are made of. */
const words = `title || coalesce(' ' || version, '') || ' ' || artists[1] || coalesce(' ' || artists[2], '') || coalesce(' ' || artists[3], '') || coalesce(' ' || label, '')`;
const told = `(${words} || coalesce(' ' || genre, ''))`;
const whole = (letter: string, value: string): string =>
  ` || coalesce(' ${letter}=' || replace(${value}, ' ', '_'), '')`;
const wholes = `${whole('a', 'artists[1]')}${whole('a', 'artists[2]')}${whole('a', 'artists[3]')}${whole('l', 'label')}${whole('g', 'genre')}
      || coalesce(' d=' || substring(p_line FROM '(?:19|20)[0-9]{2}'), '')`;
const plain = (text: string): string => `${text} COLLATE "C" !~ '[^A-Za-z0-9 ]|  |^ | $'`;
/** As it is but for its case: spellings that are one for words would make one of two languages (`sw` and `sv`). */
const tag = `coalesce(' n=' || lower(language COLLATE "C"), '')`;
/** What `search_key` makes of a plain text. */
const plainKey = (text: string): string =>
  `replace(replace(replace(replace(replace(replace(lower((${text}) COLLATE "C"), 'y', 'i'), 'j', 'i'), 'w', 'v'), 'x', 'ks'), 'kh', 'h'), 'ii', 'i')`;

/** Keeps the words of these rows that may be misspelled. */
const kept = (rows: string): string => `
    INSERT INTO catalogue_words (owner_id, word)
    SELECT owner_id, word
      FROM (SELECT DISTINCT owner_id, word COLLATE "C" AS word FROM (${rows}) AS told, unnest(tsvector_to_array(words)) AS word
             WHERE length(word) BETWEEN 4 AND 40 AND word COLLATE "C" >= 'a') AS said
     WHERE word ~ '^[^0-9= ]+$'
     ORDER BY owner_id, word
    ON CONFLICT DO NOTHING;`;

/** Recordings are found by their words, in whichever script and nearly as spelled. */
export class Search1795392000095 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The words of what is there already are kept as well, and it belongs to labels.
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- A text as it is searched, its first 10,000 signs: small Latin letters and figures, a blank between words, lines as they are. What is written alike in Cyrillic and in Latin letters has the same key.
CREATE FUNCTION search_key(told text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  key text COLLATE pg_c_utf8 := lower(left(told, 10000) COLLATE pg_c_utf8);
BEGIN
  -- Most texts are plain Latin, and an import is in a hurry: what is rarer is looked for where a text still has other letters.
  IF octet_length(key) <> length(key) THEN
    -- Accents, the vowel signs of Hebrew and Arabic, what is not seen, and the other apostrophe.
    key := regexp_replace(normalize(key, NFKD), '[\\u0300-\\u036f\\u0483-\\u0487\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u00ad\\u200b-\\u200f\\u2019\\u2060\\ufe00-\\ufe0f\\ufeff]', '', 'g');
    IF octet_length(key) <> length(key) THEN
      key := replace(replace(replace(replace(replace(replace(replace(key, 'ж', 'zh'), 'ц', 'ts'), 'ч', 'ch'), 'ш', 'sh'), 'щ', 'shch'), 'ю', 'iu'), 'я', 'ia');
      -- Frequent ones first, since each is looked for in turn. The last two have no counterpart, and are left out.
      key := translate(key, ' оаеинтсрвлкмдпугыбзхфэьъ', ' oaeintsrvlkmdpugibzhfe');
    END IF;
    IF octet_length(key) <> length(key) THEN
      key := replace(replace(replace(replace(replace(replace(replace(key, 'љ', 'li'), 'њ', 'ni'), 'џ', 'dz'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
      key := translate(key, ' іјєґғәқңөұүһђћłøđıðς', ' iieggaknouuhdclodidσ');
    END IF;
  END IF;
  key := replace(replace(replace(translate(key, 'yjw''', 'iiv'), 'x', 'ks'), 'kh', 'h'), 'ii', 'i');
  IF key ~ '[^a-z0-9 \\n]' THEN
    key := CASE WHEN octet_length(key) = length(key) THEN regexp_replace(key COLLATE "C", '[^a-z0-9\\n]+', ' ', 'g')
      -- Signs that make up letters in the scripts of India, Thailand, Laos, Tibet, Myanmar, Cambodia and Japan are none by themselves for PostgreSQL.
      ELSE regexp_replace(key, '[^[:alnum:]\\n\\u0900-\\u0963\\u0966-\\u0df3\\u0e31-\\u0e4e\\u0eb0-\\u0ecd\\u0f71-\\u0f84\\u1000-\\u1049\\u1050-\\u109f\\u1780-\\u17d3\\u3099\\u309a]+', ' ', 'g') END;
    key := replace(replace(key, E' \\n', E'\\n'), E'\\n ', E'\\n');
  END IF;
  RETURN btrim(key);
END
$$;

-- What a recording is found by: its words; and by a=, g=, l=, n= and d= its artists, genre, label, language and year as wholes, with _ for a blank. Names of functions are whole, since a restore has no search path.
CREATE FUNCTION recording_words_of_any(title text, version text, artists text[], label text, genre text, language text, p_line text)
RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  -- One key for all of it, since a key costs more than the rest: a line each for label, genre and artists, the title last, which may be cut off.
  lines text[] := string_to_array(public.search_key(concat_ws(E'\\n', translate(coalesce(label, ''), E'\\n', ' '), translate(coalesce(genre, ''), E'\\n', ' '),
    array_to_string(artists[1:100], E'\\n'), translate(concat_ws(' ', title, version), E'\\n', ' '))), E'\\n');
  last int := cardinality(lines);
  names text := array_to_string(lines[3:last - 1], E'\\n');
  told text := translate(names, E'\\n', ' ') || ' ' || lines[last] || ' ' || lines[1] || ' a=' || replace(replace(names, ' ', '_'), E'\\n', ' a=')
    || CASE WHEN label <> '' THEN ' l=' || replace(lines[1], ' ', '_') ELSE '' END || CASE WHEN genre <> '' THEN ' g=' || replace(lines[2], ' ', '_') ELSE '' END
    || ${tag} || coalesce(' d=' || substring(p_line FROM '(?:19|20)[0-9]{2}'), '');
  words text[] := array_remove(string_to_array(told, ' '), '');
BEGIN
  -- A lexeme has at most 2046 bytes. What is asked for is cut off alike, and the quick way makes no longer ones: a sign becomes two there at most.
  IF octet_length(told) > 500 THEN
    words := ARRAY(SELECT left(word, 500) FROM unnest(words) AS word);
  END IF;
  RETURN array_to_tsvector(words);
END
$$;

-- The same. A recording with at most three artists, told in Latin letters, figures and single blanks, takes a third of the time: the expression stands where the function is named.
CREATE FUNCTION recording_words(title text, version text, artists text[], label text, genre text, language text, p_line text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN artists[1] <> '' AND artists[4] IS NULL AND ${plain(told)} AND octet_length(${told}) < 240
    THEN array_to_tsvector(string_to_array(${plainKey(`${words}${wholes}`)} || ${tag}, ' '))
    ELSE public.recording_words_of_any(title, version, artists, label, genre, language, p_line)
  END
$$;

-- Of the performance.
ALTER TABLE recordings ADD COLUMN language text CONSTRAINT recordings_language_tag CHECK (language COLLATE "C" ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$');
ALTER TABLE recordings ADD COLUMN words tsvector
  GENERATED ALWAYS AS (recording_words(title, version, artists, label, genre, language, p_line)) STORED;
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

-- In order, so that two that write the same words never wait for each other in a ring. What an import leaves as it was is passed over.
CREATE FUNCTION keep_catalogue_words() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    ${kept('SELECT owner_id, words FROM written')}
  ELSE
    ${kept('SELECT n.owner_id, n.words FROM written n JOIN was o USING (id) WHERE n.words IS DISTINCT FROM o.words')}
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER recordings_words_added AFTER INSERT ON recordings
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_catalogue_words();
CREATE TRIGGER recordings_words_changed AFTER UPDATE ON recordings
  REFERENCING OLD TABLE AS was NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION keep_catalogue_words();

-- The words of what a package has, for those who are offered it: whether a label has a word anywhere else is not theirs to learn.
CREATE TABLE package_words (
  package_id uuid NOT NULL REFERENCES packages,
  word text COLLATE "C" NOT NULL,
  owner_id uuid NOT NULL,
  PRIMARY KEY (package_id, word)
);
${ownedBy('package_words')}
${appendOnly('package_words')}
CREATE INDEX package_words_alike ON package_words USING gin (word gin_trgm_ops);
INSERT INTO package_words (package_id, word, owner_id)
SELECT DISTINCT package_id, word, t.owner_id FROM package_tracks t JOIN recordings r ON r.owner_id = t.owner_id AND r.isrc = t.isrc, unnest(tsvector_to_array(words)) AS word
 WHERE word ~ '^[^0-9= ]{4,40}$';

CREATE FUNCTION keep_package_words() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  INSERT INTO package_words (package_id, word, owner_id)
  SELECT DISTINCT package_id, word, t.owner_id FROM added t JOIN recordings r ON r.owner_id = t.owner_id AND r.isrc = t.isrc, unnest(tsvector_to_array(words)) AS word
   WHERE word ~ '^[^0-9= ]{4,40}$'
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;
CREATE TRIGGER package_tracks_words_added AFTER INSERT ON package_tracks
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_package_words();

-- Behind a policy PostgreSQL uses no index of words: their operators might tell of rows that the policy hides. The two functions below are let past it,
-- run as whom the tables belong to, and see to it themselves that a member sees its own organization's rows.
CREATE POLICY recordings_search ON recordings FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY catalogue_words_search ON catalogue_words FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY package_words_search ON package_words FOR SELECT TO CURRENT_USER USING (true);
-- How many rows a policy hides is not known when a statement is planned, and that misleads.
CREATE POLICY package_tracks_search ON package_tracks FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION may_search(owners uuid[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(public.accordo_role() = 'system' OR public.accordo_role() = 'member' AND owners = ARRAY[public.accordo_organization()], false)
$$;

-- What was typed as a query: every word has to be there; for one that is not known, one of up to five that look like it will do. Known are the words of these owners' catalogues or, where
-- packages are named, of these. wholes: a=, g=, l=, n= or d= with an artist, genre, label, language or year, each of which has to be there too. Null: nothing is asked.
CREATE FUNCTION search_query(owners uuid[], in_packages uuid[], typed text, wholes text[]) RETURNS tsquery
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  wanted text;
  alike text;
  asked tsquery;
BEGIN
  IF NOT may_search(owners) THEN RETURN NULL; END IF;
  FOR wanted IN SELECT DISTINCT word FROM string_to_table(translate(search_key(typed), E'\\n', ' '), ' ') AS word WHERE word <> '' LOOP
    wanted := left(wanted, 500);
    alike := NULL;
    IF wanted !~ '^[^0-9]{4,40}$' THEN
    ELSIF in_packages IS NULL THEN
      IF NOT EXISTS (SELECT FROM catalogue_words WHERE owner_id = ANY (owners) AND word = wanted) THEN
        SELECT string_agg(quote_literal(word), '|') INTO alike FROM (
          SELECT DISTINCT word, similarity(word, wanted) AS likeness FROM catalogue_words
           WHERE owner_id = ANY (owners) AND word % wanted ORDER BY likeness DESC, word LIMIT 5) AS near;
      END IF;
    ELSIF NOT EXISTS (SELECT FROM package_words WHERE package_id = ANY (in_packages) AND owner_id = ANY (owners) AND word = wanted) THEN
      SELECT string_agg(quote_literal(word), '|') INTO alike FROM (
        SELECT DISTINCT word, similarity(word, wanted) AS likeness FROM package_words
         WHERE package_id = ANY (in_packages) AND owner_id = ANY (owners) AND word % wanted ORDER BY likeness DESC, word LIMIT 5) AS near;
    END IF;
    -- Itself too: a package's words are those of its day, its recordings' those of today.
    alike := concat_ws('|', quote_literal(wanted), alike);
    asked := CASE WHEN asked IS NULL THEN alike::tsquery ELSE asked && alike::tsquery END;
  END LOOP;
  FOREACH wanted IN ARRAY wholes LOOP
    IF wanted LIKE 'n=%' THEN
      -- A language stands for those that say more: pt for pt-BR.
      wanted := translate(lower(wanted), E'\\\\''', '');
      alike := format('''%s''|''%s-'':*', wanted, wanted);
    ELSE
      alike := quote_literal(left(wanted, 2) || left(replace(translate(search_key(substr(wanted, 3)), E'\\n', ' '), ' ', '_'), 498));
    END IF;
    asked := CASE WHEN asked IS NULL THEN alike::tsquery ELSE asked && alike::tsquery END;
  END LOOP;
  RETURN asked;
END
$$;

-- A package's tracks in the order of pages, over all packages.
CREATE INDEX package_tracks_by_isrc ON package_tracks (isrc, owner_id) INCLUDE (package_id);

-- Recordings of these owners in ISRC order, or in any; where packages are named, only what stands in one of them. Those are walked through in order until the page is full, or looked
-- up for each recording that has rare words: a join of another kind reads all recordings or all tracks for any page.
CREATE FUNCTION find_recordings(owners uuid[], in_packages uuid[], query tsquery, shortest int, longest int, after_isrc text, after_owner uuid, at_most int, in_order boolean)
RETURNS TABLE (id uuid, owner_id uuid, isrc char(12), title text, version text, artists text[], duration_seconds int, p_line text, genre text, label text, language text,
  parent_isrc char(12), parent_kind text, updated_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_mergejoin = off SET enable_hashjoin = off SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
  -- Keys of the table whose order counts.
  k text := CASE WHEN in_packages IS NULL THEN 'r' ELSE 't' END;
BEGIN
  IF NOT may_search(owners) THEN RETURN; END IF;
  -- Planned anew each time: which index is best depends on how rare the words are.
  RETURN QUERY EXECUTE
    'SELECT ' || CASE WHEN in_packages IS NULL THEN '' ELSE 'DISTINCT ON (t.isrc, t.owner_id) ' END
    || 'r.id, r.owner_id, r.isrc, r.title, r.version, r.artists, r.duration_seconds, r.p_line, r.genre, r.label, r.language, r.parent_isrc, r.parent_kind, r.updated_at FROM recordings r'
    || CASE WHEN in_packages IS NULL THEN '' ELSE ' JOIN package_tracks t ON t.owner_id = r.owner_id AND t.isrc = r.isrc' END
    -- One owner as one value: then the index that is in order by ISRC serves.
    || ' WHERE ' || k || CASE WHEN cardinality(owners) = 1 THEN '.owner_id = $1[1]' ELSE '.owner_id = ANY ($1)' END
    || CASE WHEN in_packages IS NULL THEN '' ELSE ' AND t.package_id = ANY ($2)' END
    || CASE WHEN query IS NULL THEN '' ELSE ' AND r.words @@ $3' END
    || CASE WHEN shortest IS NULL THEN '' ELSE ' AND r.duration_seconds >= $4' END
    || CASE WHEN longest IS NULL THEN '' ELSE ' AND r.duration_seconds <= $5' END
    || CASE WHEN after_isrc IS NULL THEN '' ELSE replace(' AND k.isrc >= $6::bpchar AND (k.isrc, k.owner_id) > ($6::bpchar, $7)', 'k.', k || '.') END
    || CASE WHEN in_order OR in_packages IS NOT NULL THEN replace(' ORDER BY k.isrc, k.owner_id', 'k.', k || '.') ELSE '' END || ' LIMIT $8'
    USING owners, in_packages, query, shortest, longest, after_isrc, after_owner, at_most;
END
$$;
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP FUNCTION find_recordings(uuid[], uuid[], tsquery, int, int, text, uuid, int, boolean);
DROP FUNCTION search_query(uuid[], uuid[], text, text[]);
DROP FUNCTION may_search(uuid[]);
DROP POLICY package_tracks_search ON package_tracks;
DROP POLICY recordings_search ON recordings;
DROP TRIGGER recordings_words_changed ON recordings;
DROP TRIGGER recordings_words_added ON recordings;
DROP FUNCTION keep_catalogue_words();
DROP TRIGGER package_tracks_words_added ON package_tracks;
DROP FUNCTION keep_package_words();
DROP TABLE package_words, catalogue_words;
DROP INDEX package_tracks_by_isrc;
ALTER TABLE recordings DROP COLUMN words, DROP COLUMN language;
DROP FUNCTION recording_words(text, text, text[], text, text, text, text);
DROP FUNCTION recording_words_of_any(text, text, text[], text, text, text, text);
DROP FUNCTION search_key(text);
DROP EXTENSION pg_trgm;
`);
  }
}
