import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

const kinds = (names: string): string => `
ALTER TABLE missed_deadlines DROP CONSTRAINT missed_deadlines_kind_check,
  ADD CONSTRAINT missed_deadlines_kind_check CHECK (kind IN (${names}));`;

/** What proves to a label that the tax withheld from it was paid in its name. */
export class TaxCertificates1795392000079 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE tax_certificates (
  agreement_id uuid NOT NULL,
  -- 1, 2, 3 within the agreement.
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- First days: of the first month that it is about, and of the first one that it is not.
  from_month date NOT NULL CHECK (extract(day FROM from_month) = 1),
  until_month date NOT NULL CHECK (extract(day FROM until_month) = 1),
  -- What the authority calls it.
  reference text NOT NULL,
  file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint NOT NULL CHECK (bytes > 0),
  brought_by text NOT NULL,
  brought_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  CONSTRAINT tax_certificates_months CHECK (from_month < until_month)
);
${readByBothParties('tax_certificates')}
${appendOnly('tax_certificates')}
${kinds(`'report', 'statement', 'invoice', 'certificate'`)}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE tax_certificates;
${kinds(`'report', 'statement', 'invoice'`)}
`);
  }
}
