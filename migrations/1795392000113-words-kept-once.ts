import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The trigger function of migration 95; `kept` keeps the words of some rows. */
const keeping = (kept: (rows: string) => string, settings: string): string => `
CREATE OR REPLACE FUNCTION keep_catalogue_words() RETURNS trigger LANGUAGE plpgsql ${settings} AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    ${kept('SELECT owner_id, words FROM written')}
  ELSE
    ${kept('SELECT n.owner_id, n.words FROM written n JOIN was o USING (id) WHERE n.words IS DISTINCT FROM o.words')}
  END IF;
  RETURN NULL;
END
$$;
`;

/** Most words of a batch are the same few: they are brought together first, by hashing, and looked at afterwards. */
const wordsFirst = (rows: string): string => `
    WITH said AS MATERIALIZED (
      SELECT DISTINCT owner_id, unnest(tsvector_to_array(words)) COLLATE "C" AS word FROM (${rows}) AS told)
    INSERT INTO catalogue_words (owner_id, word)
    SELECT owner_id, word FROM said
     WHERE length(word) BETWEEN 4 AND 40 AND word >= 'a' AND word ~ '^[^0-9= ]+$'
     ORDER BY owner_id, word
    ON CONFLICT DO NOTHING;`;

const before = (rows: string): string => `
    INSERT INTO catalogue_words (owner_id, word)
    SELECT owner_id, word
      FROM (SELECT DISTINCT owner_id, word COLLATE "C" AS word FROM (${rows}) AS told, unnest(tsvector_to_array(words)) AS word
             WHERE length(word) BETWEEN 4 AND 40 AND word COLLATE "C" >= 'a') AS said
     WHERE word ~ '^[^0-9= ]+$'
     ORDER BY owner_id, word
    ON CONFLICT DO NOTHING;`;

/** The words of an import cost half: each of them is looked at once a batch, not once a recording. */
export class WordsKeptOnce1795392000113 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A plan made for a few rows is kept for a connection's life, and would sort the words of the thousands that follow.
    await runner.query(keeping(wordsFirst, 'SET enable_nestloop = off SET enable_sort = off'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(keeping(before, 'SET enable_nestloop = off'));
  }
}
