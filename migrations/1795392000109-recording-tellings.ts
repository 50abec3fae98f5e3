import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

const fields = 'title version artists duration_seconds p_line genre label language'.split(' ');
const camel = (column: string): string => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const object = (row: string): string =>
  `jsonb_build_object(${fields.map((name) => `'${camel(name)}', ${row}.${name}`).join(', ')})`;
const values = (row: string): string => `(${fields.map((name) => `${row}.${name}`).join(', ')})`;

/** Who told what of a recording, where several senders tell it differently: what one of them said is not lost by what another says. */
export class RecordingTellings1795392000109 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Who told last of it: a DDEX party identifier, or the id of an organization that has none. Null: before anybody noted it.
ALTER TABLE recordings ADD COLUMN told_by text;

-- What a sender told of a recording before another one told it differently, as it stood last.
CREATE TABLE recording_tellings (
  owner_id uuid NOT NULL REFERENCES organizations,
  isrc char(12) NOT NULL,
  told_by text NOT NULL,
  told jsonb NOT NULL,
  replaced_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, isrc, told_by)
);
${ownedBy('recording_tellings')}

-- A plan made for the first few rows is kept for a connection's life, and would join each row with each for the thousands that follow.
CREATE FUNCTION keep_recording_tellings() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
BEGIN
  INSERT INTO recording_tellings AS t (owner_id, isrc, told_by, told, replaced_at)
  SELECT n.owner_id, n.isrc, o.told_by, ${object('o')}, n.updated_at
    FROM was o JOIN now_is n USING (id)
   WHERE o.told_by <> n.told_by
     -- Who came round says the same as the other one now, and no longer what is kept.
     AND (${values('o')} IS DISTINCT FROM ${values('n')}
       OR EXISTS (SELECT FROM recording_tellings k WHERE k.owner_id = n.owner_id AND k.isrc = n.isrc AND k.told_by = o.told_by))
   ORDER BY n.isrc
  ON CONFLICT (owner_id, isrc, told_by) DO UPDATE SET told = excluded.told, replaced_at = excluded.replaced_at;
  RETURN NULL;
END
$$;
CREATE TRIGGER recordings_tellings AFTER UPDATE ON recordings REFERENCING OLD TABLE AS was NEW TABLE AS now_is
  FOR EACH STATEMENT EXECUTE FUNCTION keep_recording_tellings();

-- What a person decided about a recording that two senders tell differently.
CREATE TABLE telling_decisions (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  owner_id uuid NOT NULL REFERENCES organizations,
  isrc char(12) NOT NULL,
  told_by text NOT NULL,
  -- What that sender told, and how the recording reads since: while both are that, in whichever of the two places, nobody is asked again.
  told jsonb NOT NULL,
  kept jsonb NOT NULL,
  -- {field: {before, after}}; null: it stays as it was.
  changes jsonb,
  made_by text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX telling_decisions_by_owner ON telling_decisions (owner_id, at, id);
CREATE INDEX telling_decisions_of ON telling_decisions (owner_id, isrc);
${ownedBy('telling_decisions')}
${appendOnly('telling_decisions')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE telling_decisions;
DROP TRIGGER recordings_tellings ON recordings;
DROP FUNCTION keep_recording_tellings();
DROP TABLE recording_tellings;
ALTER TABLE recordings DROP COLUMN told_by;
`);
  }
}
