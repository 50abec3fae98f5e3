import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/** The sealed documents of what was signed: each version once in each language. */
export class AgreementDocuments1795392000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE agreement_documents (
  agreement_id uuid NOT NULL,
  version int NOT NULL,
  language text NOT NULL CHECK (language IN ('en', 'ru')),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  sha256 char(64) NOT NULL,
  bytes bigint NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, version, language),
  FOREIGN KEY (agreement_id, version) REFERENCES agreement_versions
);
${readByBothParties('agreement_documents')}
${appendOnly('agreement_documents')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agreement_documents;');
  }
}
