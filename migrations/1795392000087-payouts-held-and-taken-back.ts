import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';
import { appendOnly, ownedBy } from './support/policies';

const sides: LedgerSides = [
  ['payout-reversed', 'label-payable', -1],
  ['payout-reversed', 'marketplace-commission', 1],
  ['payout-reversed', 'cash-in-transit', 1],
  ['payee-payout-reversed', 'payee-payable', -1],
  ['payee-payout-reversed', 'marketplace-commission', 1],
  ['payee-payout-reversed', 'cash-in-transit', 1],
  ['payout-unconfirmed', 'cash', 1],
  ['payout-unconfirmed', 'cash-in-transit', -1],
];

const state = `
  -- Whether the provider lets it receive transfers, what is missing where it does not, and when we asked. NULL: it was never asked.
  ADD COLUMN able boolean,
  ADD COLUMN missing text[] NOT NULL DEFAULT '{}',
  ADD COLUMN asked_at timestamptz`;

/** Payouts that somebody holds back, that wait for an account, or that the provider takes back. */
export class PayoutsHeldAndTakenBack1795392000087 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${addLedgerSides(sides)}
ALTER TABLE payouts ADD COLUMN reversed_at timestamptz,
  ADD CONSTRAINT payouts_reversed_had_transfer CHECK (reversed_at IS NULL OR (state = 'failed' AND transfer_id IS NOT NULL));
ALTER TABLE payment_accounts ${state};
ALTER TABLE payee_accounts ${state};

CREATE TABLE payout_holds (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  payout_id uuid NOT NULL REFERENCES payouts,
  owner_id uuid NOT NULL,
  reason text NOT NULL,
  -- Whose person: the label's or the marketplace's.
  placed_for uuid NOT NULL,
  placed_by text NOT NULL,
  placed_at timestamptz NOT NULL
);
CREATE INDEX payout_holds_of_payout ON payout_holds (payout_id);
${ownedBy('payout_holds')}
${appendOnly('payout_holds')}

CREATE TABLE payout_hold_releases (
  hold_id uuid PRIMARY KEY REFERENCES payout_holds,
  owner_id uuid NOT NULL,
  released_by text NOT NULL,
  released_at timestamptz NOT NULL
);
${ownedBy('payout_hold_releases')}
${appendOnly('payout_hold_releases')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const stateless = 'DROP COLUMN able, DROP COLUMN missing, DROP COLUMN asked_at';
    await runner.query(`
DROP TABLE payout_hold_releases, payout_holds;
ALTER TABLE payee_accounts ${stateless};
ALTER TABLE payment_accounts ${stateless};
ALTER TABLE payouts DROP CONSTRAINT payouts_reversed_had_transfer, DROP COLUMN reversed_at;
${removeLedgerSides(sides)}
`);
  }
}
