import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, ownedBy, systemOnly } from './support/policies';

/** Where labels and their payees have their banks, as two persons of the label have said it, and the accounts that the marketplace has itself. */
export class BankDetails1795392000083 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE bank_details (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  -- Whose of the label's payees, as terms name it; null: the label's own.
  payee text,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  holder text NOT NULL,
  -- ISO 3166-1 alpha-2: where the bank is.
  country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  iban text CHECK (iban ~ '^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$'),
  -- Where a country has no IBAN.
  account text CHECK (account ~ '^[A-Z0-9]{1,34}$'),
  bic text CHECK (bic ~ '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$'),
  -- The bank's number in its country's own clearing.
  bank_code text CHECK (bank_code ~ '^[A-Z0-9]{1,35}$'),
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL,
  CONSTRAINT bank_details_one_account CHECK (num_nonnulls(iban, account) = 1),
  CONSTRAINT bank_details_name_a_bank CHECK (iban IS NOT NULL OR bic IS NOT NULL OR bank_code IS NOT NULL)
);
CREATE INDEX bank_details_by_owner ON bank_details (owner_id, asked_at, id);
${ownedBy('bank_details')}
${appendOnly('bank_details')}

-- A second person has said so. Money may go there once the cooling-off is over, and no more once others are agreed.
CREATE TABLE bank_details_agreed (
  details_id uuid PRIMARY KEY REFERENCES bank_details,
  owner_id uuid NOT NULL,
  agreed_by text NOT NULL,
  agreed_at timestamptz NOT NULL,
  usable_from timestamptz NOT NULL CHECK (usable_from > agreed_at)
);
${ownedBy('bank_details_agreed')}
${appendOnly('bank_details_agreed')}

-- Where platforms pay to, and where payouts come from. Everybody who is signed in may know them.
CREATE TABLE bank_accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  operator_id uuid NOT NULL REFERENCES organizations,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  holder text NOT NULL,
  country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  iban text CHECK (iban ~ '^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$'),
  account text CHECK (account ~ '^[A-Z0-9]{1,34}$'),
  bic text CHECK (bic ~ '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$'),
  bank_code text CHECK (bank_code ~ '^[A-Z0-9]{1,35}$'),
  opened_by text NOT NULL,
  opened_at timestamptz NOT NULL,
  CONSTRAINT bank_accounts_one_account CHECK (num_nonnulls(iban, account) = 1),
  CONSTRAINT bank_accounts_name_a_bank CHECK (bic IS NOT NULL OR bank_code IS NOT NULL)
);
CREATE UNIQUE INDEX bank_accounts_once ON bank_accounts (coalesce(iban, account), currency);
${systemOnly('bank_accounts')}
CREATE POLICY bank_accounts_readers ON bank_accounts FOR SELECT USING (accordo_role() IN ('member', 'operator'));
${appendOnly('bank_accounts')}

ALTER TABLE payouts ADD COLUMN rail text NOT NULL DEFAULT 'stripe' CHECK (rail IN ('stripe', 'bank')),
  ADD COLUMN bank_details_id uuid REFERENCES bank_details,
  ADD CONSTRAINT payouts_by_bank_name_details CHECK ((rail = 'bank') = (bank_details_id IS NOT NULL));
CREATE INDEX payouts_by_bank ON payouts (currency, planned_at) WHERE rail = 'bank' AND state = 'approved';

CREATE TABLE payment_files (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL REFERENCES bank_accounts,
  -- What the bank answers to.
  message_id text NOT NULL UNIQUE CHECK (message_id ~ '^[A-Z0-9-]{1,35}$'),
  currency text NOT NULL,
  payouts int NOT NULL CHECK (payouts > 0),
  total_minor bigint NOT NULL CHECK (total_minor > 0),
  execute_on date NOT NULL,
  file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint NOT NULL CHECK (bytes > 0),
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  ended text CHECK (ended IN ('handed-in', 'withdrawn')),
  ended_by text,
  ended_at timestamptz,
  CONSTRAINT payment_files_ended CHECK (num_nonnulls(ended, ended_by, ended_at) IN (0, 3))
);
${systemOnly('payment_files')}
${operatorMayRead('payment_files')}

-- A payout is in one live file at most.
CREATE TABLE payment_file_payouts (
  file_id uuid NOT NULL REFERENCES payment_files,
  payout_id uuid NOT NULL REFERENCES payouts,
  end_to_end_id text NOT NULL CHECK (end_to_end_id ~ '^[0-9A-F]{32}$'),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL,
  live boolean NOT NULL DEFAULT true,
  PRIMARY KEY (file_id, payout_id)
);
CREATE UNIQUE INDEX payment_file_payouts_one_live ON payment_file_payouts (payout_id) WHERE live;
CREATE INDEX payment_file_payouts_by_end_to_end_id ON payment_file_payouts (end_to_end_id);
${systemOnly('payment_file_payouts')}
${operatorMayRead('payment_file_payouts')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE payment_file_payouts, payment_files;
DROP INDEX payouts_by_bank;
ALTER TABLE payouts DROP CONSTRAINT payouts_by_bank_name_details, DROP COLUMN bank_details_id, DROP COLUMN rail;
DROP TABLE bank_accounts, bank_details_agreed, bank_details;
`);
  }
}
