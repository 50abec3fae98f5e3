import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/** Days that passed without what was due on them, each told once; and statements for which an earlier month's usage stood in. */
export class MissedDeadlines1795392000058 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE missed_deadlines (
  agreement_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('report', 'statement', 'invoice')),
  -- The month, or the invoice's id.
  subject text COLLATE "C" NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- Of a report: of which services one would do.
  service_ids uuid[] CHECK ((kind = 'report') = (service_ids IS NOT NULL)),
  due_on date NOT NULL,
  missed_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, kind, subject)
);
CREATE INDEX missed_deadlines_due ON missed_deadlines (due_on, agreement_id);
${readByBothParties('missed_deadlines')}
${appendOnly('missed_deadlines')}

-- The month whose usage stood in for reports that were overdue; null: none did.
ALTER TABLE statements ADD COLUMN estimated_from date CHECK (estimated_from < month);
ALTER TABLE statement_drafts ADD COLUMN estimated_from date CHECK (estimated_from < month);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE statement_drafts DROP COLUMN estimated_from;
ALTER TABLE statements DROP COLUMN estimated_from;
DROP TABLE missed_deadlines;
`);
  }
}
