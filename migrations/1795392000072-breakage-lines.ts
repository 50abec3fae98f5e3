import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly } from './support/policies';

/** What lapsed of a period, by recordings. Not among the lines of the statement: those are royalties, and sum to them. */
export class BreakageLines1795392000072 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE breakage_lines (
  agreement_id uuid NOT NULL,
  month date NOT NULL,
  -- Of which draft of the period, as the lines of its statement.
  draft int NOT NULL,
  line int NOT NULL CHECK (line > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  isrc text NOT NULL,
  weight text NOT NULL,
  exact text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  PRIMARY KEY (agreement_id, month, draft, line)
);
ALTER TABLE breakage_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE breakage_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY breakage_lines_system ON breakage_lines USING (accordo_role() = 'system') WITH CHECK (accordo_role() = 'system');
-- As the lines of a statement: both parties see those of what is issued, an auditor those of the audited months, the label also those of a draft that waits.
CREATE POLICY breakage_lines_party ON breakage_lines FOR SELECT USING (accordo_organization() IN (label_id, platform_id) AND ${issued});
CREATE POLICY breakage_lines_auditor ON breakage_lines FOR SELECT USING (
  accordo_role() = 'auditor' AND agreement_id = accordo_audited_agreement() AND accordo_is_audited(month) AND ${issued});
CREATE POLICY breakage_lines_drafter ON breakage_lines FOR SELECT USING (
  accordo_organization() = label_id
  AND EXISTS (SELECT FROM statement_drafts d WHERE ${same('d')})
  AND NOT EXISTS (SELECT FROM voided_statement_drafts v WHERE ${same('v')}));
${appendOnly('breakage_lines')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE breakage_lines');
  }
}

const same = (other: string): string =>
  `${other}.agreement_id = breakage_lines.agreement_id AND ${other}.month = breakage_lines.month AND ${other}.draft = breakage_lines.draft`;

const issued = `EXISTS (SELECT FROM statements s WHERE ${same('s')})`;
