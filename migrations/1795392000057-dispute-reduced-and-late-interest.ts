import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

const before = `
    WHEN 'advance-due platform-receivable' THEN 1
    WHEN 'advance-due label-payable' THEN -1
    WHEN 'advance-due unrecouped-advance' THEN 1
    WHEN 'advance-due royalties-prepaid' THEN -1
    WHEN 'advance-paid-elsewhere unrecouped-advance' THEN 1
    WHEN 'advance-paid-elsewhere royalties-prepaid' THEN -1
    WHEN 'back-fee-due platform-receivable' THEN 1
    WHEN 'back-fee-due label-payable' THEN -1
    WHEN 'royalties-earned platform-receivable' THEN 1
    WHEN 'royalties-earned label-payable' THEN -1
    WHEN 'royalties-earned platform-carried-forward' THEN 0
    WHEN 'royalties-earned label-carried-forward' THEN 0
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
    WHEN 'payout-confirmed cash' THEN -1`;

const sides = (events: string): string => `
CREATE OR REPLACE FUNCTION ledger_side(kind text, account text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE kind || ' ' || account${events}
  END
$$;`;

/** A disputed amount that both parties agree is not owed, and interest on what was paid late. */
export class DisputeReducedAndLateInterest1795392000057 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`${sides(`${before}
    WHEN 'dispute-reduced label-disputed' THEN 1
    WHEN 'dispute-reduced platform-disputed' THEN -1
    WHEN 'late-interest-due platform-receivable' THEN 1
    WHEN 'late-interest-due label-payable' THEN -1`)}

ALTER TABLE invoices DROP CONSTRAINT invoices_purpose_check;
ALTER TABLE invoices ADD CONSTRAINT invoices_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties', 'late-interest'));
ALTER TABLE payouts DROP CONSTRAINT payouts_purpose_check;
ALTER TABLE payouts ADD CONSTRAINT payouts_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties', 'late-interest'));

-- Interest on an invoice that was paid late, with everything that makes its amount again.
CREATE TABLE late_interest (
  invoice_id uuid PRIMARY KEY REFERENCES invoices,
  agreement_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  principal_minor bigint NOT NULL CHECK (principal_minor > 0),
  currency char(3) NOT NULL,
  -- Those that bear interest.
  days int NOT NULL CHECK (days > 0),
  -- As the terms have it.
  clause jsonb NOT NULL,
  exact text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0)
);
${readByBothParties('late_interest')}
${appendOnly('late_interest')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE late_interest;
${sides(before)}
ALTER TABLE payouts DROP CONSTRAINT payouts_purpose_check;
ALTER TABLE payouts ADD CONSTRAINT payouts_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties'));
ALTER TABLE invoices DROP CONSTRAINT invoices_purpose_check;
ALTER TABLE invoices ADD CONSTRAINT invoices_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties'));
`);
  }
}
