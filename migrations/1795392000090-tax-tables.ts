import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, systemOnly } from './support/policies';

/** What tax law says for a seller and a buyer, as the operator's tables that a second person has approved; and uses of their rules. */
export class TaxTables1795392000090 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- A table as it was brought in: whole, and never changed. The one that was approved last holds.
CREATE TABLE tax_tables (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  number int GENERATED ALWAYS AS IDENTITY UNIQUE,
  name text NOT NULL,
  -- Under which circumstances its rules hold; whoever's are others states a rate.
  assumes text NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  CONSTRAINT tax_tables_made UNIQUE (id, made_by)
);
${systemOnly('tax_tables')}
${operatorMayRead('tax_tables')}
${appendOnly('tax_tables')}

-- What a second person said of it: once.
CREATE TABLE tax_table_decisions (
  table_id uuid PRIMARY KEY,
  made_by text NOT NULL,
  decision text NOT NULL CHECK (decision IN ('approved', 'rejected')),
  decided_by text NOT NULL,
  decided_at timestamptz NOT NULL,
  FOREIGN KEY (table_id, made_by) REFERENCES tax_tables (id, made_by),
  CONSTRAINT tax_table_decisions_four_eyes CHECK (decided_by <> made_by)
);
CREATE INDEX tax_table_decisions_in_force ON tax_table_decisions (decided_at, table_id) WHERE decision = 'approved';
${systemOnly('tax_table_decisions')}
CREATE POLICY tax_table_decisions_reader ON tax_table_decisions FOR SELECT
  USING (accordo_role() = 'operator' OR accordo_role() = 'member' AND decision = 'approved');
${appendOnly('tax_table_decisions')}
CREATE POLICY tax_tables_reader ON tax_tables FOR SELECT
  USING (accordo_role() = 'member' AND EXISTS (SELECT FROM tax_table_decisions d WHERE d.table_id = tax_tables.id AND d.decision = 'approved'));

-- One row for each tax, seller's and buyer's country, supply and time: never two for the same question.
CREATE TABLE tax_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  table_id uuid NOT NULL REFERENCES tax_tables,
  tax text NOT NULL CHECK (tax IN ('vat', 'withholding')),
  seller char(2) NOT NULL,
  buyer char(2) NOT NULL,
  supply text NOT NULL CHECK (supply IN ('royalty', 'back-fee', 'interest')),
  in_force daterange NOT NULL CHECK (NOT isempty(in_force) AND NOT lower_inf(in_force)),
  treatment text CHECK (treatment IN ('charged', 'reverse-charge', 'buyer-as-agent', 'not-taxed')),
  -- Rate, when, certificate and source of each answer.
  cases jsonb NOT NULL CHECK (jsonb_typeof(cases) = 'array'),
  -- Or what would have to be known.
  missing text,
  CONSTRAINT tax_rules_answers CHECK ((missing IS NULL) = (jsonb_array_length(cases) > 0)),
  CONSTRAINT tax_rules_treatment CHECK ((treatment IS NOT NULL) = (tax = 'vat' AND missing IS NULL)),
  CONSTRAINT tax_rules_one_answer EXCLUDE USING gist (table_id WITH =, tax WITH =, seller WITH =, buyer WITH =, supply WITH =, in_force WITH &&)
);
CREATE INDEX tax_rules_by_pair ON tax_rules (table_id, seller, buyer, supply, tax);
${systemOnly('tax_rules')}
${operatorMayRead('tax_rules')}
CREATE POLICY tax_rules_reader ON tax_rules FOR SELECT
  USING (accordo_role() = 'member' AND EXISTS (SELECT FROM tax_table_decisions d WHERE d.table_id = tax_rules.table_id AND d.decision = 'approved'));
${appendOnly('tax_rules')}

ALTER TABLE rate_uses ADD COLUMN tax_rule_id uuid REFERENCES tax_rules,
  DROP CONSTRAINT rate_uses_of_a_row,
  ADD CONSTRAINT rate_uses_of_a_row CHECK (num_nonnulls(exchange_rate_id, agreed_number, tax_rule_id) = 1
    AND (crossed_with_id IS NULL OR exchange_rate_id IS NOT NULL) AND (tax_rule_id IS NULL OR kind <> 'exchange'));
CREATE INDEX rate_uses_by_tax_rule ON rate_uses (tax_rule_id) WHERE tax_rule_id IS NOT NULL;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX rate_uses_by_tax_rule;
ALTER TABLE rate_uses DROP CONSTRAINT rate_uses_of_a_row, DROP COLUMN tax_rule_id,
  ADD CONSTRAINT rate_uses_of_a_row CHECK (num_nonnulls(exchange_rate_id, agreed_number) = 1 AND (crossed_with_id IS NULL OR exchange_rate_id IS NOT NULL));
DROP TABLE tax_rules, tax_table_decisions, tax_tables;
`);
  }
}
