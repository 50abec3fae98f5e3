import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/**
 * What a close has worked out, before a second person of the label issues it: nothing of it is booked, and the platform finds none of it. A statement
 * names the draft that it was, its lines with it; those of a draft that came to nothing stay, and nobody reads them.
 */
export class StatementDrafts1795392000055 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE statement_drafts (
  agreement_id uuid NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  -- 1, 2, 3 within the month.
  draft int NOT NULL CHECK (draft > 0),
  -- Of the statement that it becomes.
  id uuid NOT NULL,
  -- The label.
  owner_id uuid NOT NULL,
  -- Reports, events, terms, balances and disputes that it was worked out from: it is issued only while they are the same.
  built_on text NOT NULL,
  -- What lists show of it.
  sha256 char(64) NOT NULL,
  royalties_minor bigint NOT NULL,
  recouped_minor bigint NOT NULL,
  total_minor bigint NOT NULL,
  held_minor bigint NOT NULL CHECK (held_minor BETWEEN 0 AND greatest(total_minor, 0)),
  currency char(3) NOT NULL,
  -- Everything that issuing it writes and books.
  outcome jsonb NOT NULL,
  asked_by text NOT NULL,
  drafted_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, month, draft)
);
-- Not unique: a unique key without the agreement could not be kept over several machines.
CREATE INDEX statement_drafts_by_id ON statement_drafts (id);
ALTER TABLE statement_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE statement_drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY statement_drafts_system ON statement_drafts USING (accordo_role() = 'system') WITH CHECK (accordo_role() = 'system');
CREATE POLICY statement_drafts_owner ON statement_drafts FOR SELECT USING (owner_id = accordo_organization());
${appendOnly('statement_drafts')}

-- A draft that came to nothing: rejected, or another one took its place.
CREATE TABLE voided_statement_drafts (
  agreement_id uuid NOT NULL,
  month date NOT NULL,
  draft int NOT NULL,
  owner_id uuid NOT NULL,
  because text NOT NULL CHECK (because IN ('rejected', 'superseded')),
  made_by text NOT NULL,
  voided_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, month, draft),
  FOREIGN KEY (agreement_id, month, draft) REFERENCES statement_drafts
);
ALTER TABLE voided_statement_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE voided_statement_drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY voided_statement_drafts_system ON voided_statement_drafts USING (accordo_role() = 'system') WITH CHECK (accordo_role() = 'system');
CREATE POLICY voided_statement_drafts_owner ON voided_statement_drafts FOR SELECT USING (owner_id = accordo_organization());
${appendOnly('voided_statement_drafts')}

ALTER TABLE statements ADD COLUMN draft int NOT NULL DEFAULT 1;
ALTER TABLE statement_lines ADD COLUMN draft int NOT NULL DEFAULT 1;
ALTER TABLE statement_lines DROP CONSTRAINT statement_lines_pkey, ADD PRIMARY KEY (agreement_id, month, draft, line);

-- Both parties see the lines of what is issued; the label also those of a draft that waits.
DROP POLICY statement_lines_party ON statement_lines;
CREATE POLICY statement_lines_party ON statement_lines FOR SELECT USING (
  accordo_organization() IN (label_id, platform_id)
  AND EXISTS (SELECT FROM statements s
               WHERE s.agreement_id = statement_lines.agreement_id AND s.month = statement_lines.month AND s.draft = statement_lines.draft));
CREATE POLICY statement_lines_drafter ON statement_lines FOR SELECT USING (
  accordo_organization() = label_id
  AND EXISTS (SELECT FROM statement_drafts d
               WHERE d.agreement_id = statement_lines.agreement_id AND d.month = statement_lines.month AND d.draft = statement_lines.draft)
  AND NOT EXISTS (SELECT FROM voided_statement_drafts v
                   WHERE v.agreement_id = statement_lines.agreement_id AND v.month = statement_lines.month AND v.draft = statement_lines.draft));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP POLICY statement_lines_drafter ON statement_lines;
DROP POLICY statement_lines_party ON statement_lines;
DROP POLICY statement_lines_system ON statement_lines;
${readByBothParties('statement_lines')}
ALTER TABLE statement_lines DROP CONSTRAINT statement_lines_pkey, ADD PRIMARY KEY (agreement_id, month, line);
ALTER TABLE statement_lines DROP COLUMN draft;
ALTER TABLE statements DROP COLUMN draft;
DROP TABLE voided_statement_drafts, statement_drafts;
`);
  }
}
