import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';
import { appendOnly, readByBothParties } from './support/policies';

const sides: LedgerSides = [
  ['prepayment-due', 'platform-receivable', 1],
  ['prepayment-due', 'label-payable', -1],
  ['prepayment-joined', 'unrecouped-advance', 1],
  ['prepayment-joined', 'royalties-prepaid', -1],
  ['prepayment-lapsed', 'royalties-prepaid', 1],
  ['prepayment-lapsed', 'unrecouped-advance', -1],
  ['prepayment-lapsed', 'lapsed-prepayment', 1],
  ['prepayment-lapsed', 'breakage', -1],
  ['guarantee-topped-up', 'guarantee-shortfall', 0],
  ['guarantee-topped-up', 'guarantee-top-up', 0],
  ['royalties-earned', 'platform-waiting', 0],
  ['royalties-earned', 'label-waiting', 0],
  ['royalties-earned', 'platform-reserve', 0],
  ['royalties-earned', 'label-reserve', 0],
];

/** What a close needs to know and neither the contract nor usage says; payments that fall due on days of their own; the books of all money clauses. */
export class PeriodFacts1795392000059 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE period_facts (
  agreement_id uuid NOT NULL REFERENCES agreements,
  -- 1, 2, 3 within the agreement.
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('expenses', 'option', 'credit', 'figure')),
  -- The month's first day; of an option, the day on which it was exercised.
  day date NOT NULL,
  -- Id in the terms: of the optional advance, the credit in kind, the figure.
  subject text COLLATE "C" CHECK (length(subject) BETWEEN 1 AND 200),
  service_id uuid,
  value text CHECK (length(value) BETWEEN 1 AND 100),
  note text CHECK (length(note) <= 2000),
  stated_by uuid NOT NULL,
  made_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  CONSTRAINT period_facts_whole CHECK ((kind = 'expenses') = (subject IS NULL) AND (kind = 'option') = (value IS NULL)
    AND (service_id IS NULL OR kind = 'figure') AND (kind = 'option' OR extract(day FROM day) = 1))
);
CREATE UNIQUE INDEX period_facts_options ON period_facts (agreement_id, subject) WHERE kind = 'option';
${readByBothParties('period_facts')}
CREATE POLICY period_facts_stated ON period_facts FOR INSERT
  WITH CHECK (accordo_organization() = stated_by AND stated_by = CASE kind WHEN 'credit' THEN label_id ELSE platform_id END);
${appendOnly('period_facts')}

-- Expenses lessen what the label gets: they count once the label has confirmed them.
CREATE TABLE period_fact_confirmations (
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  made_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  FOREIGN KEY (agreement_id, number) REFERENCES period_facts
);
${readByBothParties('period_fact_confirmations')}
CREATE POLICY period_fact_confirmations_label ON period_fact_confirmations FOR INSERT WITH CHECK (accordo_organization() = label_id);
${appendOnly('period_fact_confirmations')}

ALTER TABLE invoices DROP CONSTRAINT invoices_purpose_check,
  ADD CONSTRAINT invoices_purpose_check CHECK (purpose IN ('advance', 'guarantee', 'minimum-fee', 'back-fee', 'royalties', 'late-interest'));
ALTER TABLE payouts DROP CONSTRAINT payouts_purpose_check,
  ADD CONSTRAINT payouts_purpose_check CHECK (purpose IN ('advance', 'guarantee', 'minimum-fee', 'back-fee', 'royalties', 'late-interest'));

${addLedgerSides(sides)}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
${removeLedgerSides(sides)}
DROP TABLE period_fact_confirmations, period_facts;
ALTER TABLE invoices DROP CONSTRAINT invoices_purpose_check,
  ADD CONSTRAINT invoices_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties', 'late-interest'));
ALTER TABLE payouts DROP CONSTRAINT payouts_purpose_check,
  ADD CONSTRAINT payouts_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties', 'late-interest'));
`);
  }
}
