import type { MigrationInterface, QueryRunner } from 'typeorm';

const before = 'isrc title version artists duration_seconds p_line genre label parent_isrc parent_kind';

const camel = (column: string): string => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The trigger function of migration 97, which tells these columns. */
function telling(columns: string): string {
  const names = columns.split(' ');
  const object = (row: string): string =>
    `jsonb_build_object(${names.map((name) => `'${camel(name)}', ${row}.${name}`).join(', ')})`;
  const values = (row: string): string => `(${names.map((name) => `${row}.${name}`).join(', ')})`;
  return `
CREATE OR REPLACE FUNCTION tell_recordings() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM now_is;
    INSERT INTO catalogue_changes (owner_id, kind, subject_id, after) SELECT owner_id, 'recording', id, ${object('n')} FROM now_is n;
  ELSIF TG_OP = 'UPDATE' THEN
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM now_is;
    INSERT INTO catalogue_changes (owner_id, kind, subject_id, before, after)
    SELECT n.owner_id, 'recording', n.id, ${object('o')}, ${object('n')} FROM was o JOIN now_is n USING (id)
     WHERE ${values('o')} IS DISTINCT FROM ${values('n')};
  ELSE
    PERFORM tell_in_order(array_agg(DISTINCT owner_id)) FROM was;
    INSERT INTO catalogue_changes (owner_id, kind, subject_id, before) SELECT owner_id, 'recording', id, ${object('o')} FROM was o;
  END IF;
  RETURN NULL;
END $$;
`;
}

/** The change feed tells the language of a recording's performance too. */
export class LanguageInCatalogueChanges1795392000105 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(telling(`${before} language`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(telling(before));
  }
}
