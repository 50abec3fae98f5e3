import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An auditor sees lines of what was issued, and no draft's. */
export class AuditedLines1795392000062 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      policy(`agreement_id = accordo_audited_agreement() AND accordo_is_audited(month)
    AND EXISTS (SELECT FROM statements s WHERE s.agreement_id = statement_lines.agreement_id AND s.month = statement_lines.month AND s.draft = statement_lines.draft)`),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(policy('agreement_id = accordo_audited_agreement() AND accordo_is_audited(month)'));
  }
}

const policy = (sees: string): string => `
ALTER POLICY statement_lines_auditor ON statement_lines USING (accordo_role() = 'auditor' AND ${sees});
`;
