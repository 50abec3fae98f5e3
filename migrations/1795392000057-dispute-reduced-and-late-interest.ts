import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';
import { appendOnly, readByBothParties } from './support/policies';

const sides: LedgerSides = [
  ['dispute-reduced', 'label-disputed', 1],
  ['dispute-reduced', 'platform-disputed', -1],
  ['late-interest-due', 'platform-receivable', 1],
  ['late-interest-due', 'label-payable', -1],
];

/** A disputed amount that both parties agree is not owed, and interest on what was paid late. */
export class DisputeReducedAndLateInterest1795392000057 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`${addLedgerSides(sides)}

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
${removeLedgerSides(sides)}
ALTER TABLE payouts DROP CONSTRAINT payouts_purpose_check;
ALTER TABLE payouts ADD CONSTRAINT payouts_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties'));
ALTER TABLE invoices DROP CONSTRAINT invoices_purpose_check;
ALTER TABLE invoices ADD CONSTRAINT invoices_purpose_check CHECK (purpose IN ('advance', 'back-fee', 'royalties'));
`);
  }
}
