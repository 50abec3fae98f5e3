import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

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
  ADD CONSTRAINT invoices_purpose_check CHECK (purpose IN ('advance', 'guarantee', 'minimum-fee', 'back-fee', 'royalties'));
ALTER TABLE payouts DROP CONSTRAINT payouts_purpose_check,
  ADD CONSTRAINT payouts_purpose_check CHECK (purpose IN ('advance', 'guarantee', 'minimum-fee', 'back-fee', 'royalties'));

CREATE OR REPLACE FUNCTION ledger_side(kind text, account text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE kind || ' ' || account
    WHEN 'advance-due platform-receivable' THEN 1
    WHEN 'advance-due label-payable' THEN -1
    WHEN 'advance-due unrecouped-advance' THEN 1
    WHEN 'advance-due royalties-prepaid' THEN -1
    WHEN 'advance-paid-elsewhere unrecouped-advance' THEN 1
    WHEN 'advance-paid-elsewhere royalties-prepaid' THEN -1
    WHEN 'back-fee-due platform-receivable' THEN 1
    WHEN 'back-fee-due label-payable' THEN -1
    WHEN 'prepayment-due platform-receivable' THEN 1
    WHEN 'prepayment-due label-payable' THEN -1
    WHEN 'prepayment-joined unrecouped-advance' THEN 1
    WHEN 'prepayment-joined royalties-prepaid' THEN -1
    WHEN 'prepayment-lapsed royalties-prepaid' THEN 1
    WHEN 'prepayment-lapsed unrecouped-advance' THEN -1
    WHEN 'prepayment-lapsed lapsed-prepayment' THEN 1
    WHEN 'prepayment-lapsed breakage' THEN -1
    WHEN 'guarantee-topped-up guarantee-shortfall' THEN 0
    WHEN 'guarantee-topped-up guarantee-top-up' THEN 0
    WHEN 'royalties-earned platform-receivable' THEN 1
    WHEN 'royalties-earned label-payable' THEN -1
    WHEN 'royalties-earned platform-carried-forward' THEN 0
    WHEN 'royalties-earned label-carried-forward' THEN 0
    WHEN 'royalties-earned platform-waiting' THEN 0
    WHEN 'royalties-earned label-waiting' THEN 0
    WHEN 'royalties-earned platform-reserve' THEN 0
    WHEN 'royalties-earned label-reserve' THEN 0
    WHEN 'royalties-earned royalties-prepaid' THEN 0
    WHEN 'royalties-earned unrecouped-advance' THEN 0
    WHEN 'dispute-held platform-disputed' THEN 1
    WHEN 'dispute-held platform-receivable' THEN -1
    WHEN 'dispute-held label-payable' THEN 1
    WHEN 'dispute-held label-disputed' THEN -1
    WHEN 'dispute-released platform-receivable' THEN 1
    WHEN 'dispute-released platform-disputed' THEN -1
    WHEN 'dispute-released label-disputed' THEN 1
    WHEN 'dispute-released label-payable' THEN -1
    WHEN 'receipt-allocated cash' THEN 1
    WHEN 'receipt-allocated platform-receivable' THEN -1
    WHEN 'payout-sent label-payable' THEN 1
    WHEN 'payout-sent marketplace-commission' THEN -1
    WHEN 'payout-sent cash-in-transit' THEN -1
    WHEN 'payout-confirmed cash-in-transit' THEN 1
    WHEN 'payout-confirmed cash' THEN -1
  END
$$;
`);
  }

  /** Books that know the new events cannot be taken back to rules that refuse them. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE period_fact_confirmations, period_facts;
ALTER TABLE invoices DROP CONSTRAINT invoices_purpose_check,
  ADD CONSTRAINT invoices_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties'));
ALTER TABLE payouts DROP CONSTRAINT payouts_purpose_check,
  ADD CONSTRAINT payouts_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties'));
`);
  }
}
