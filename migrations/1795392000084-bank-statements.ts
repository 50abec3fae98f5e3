import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, onlyChanges, operatorMayRead, systemOnly } from './support/policies';

const seenByOperator = (table: string): string => `${systemOnly(table)}${operatorMayRead(table)}`;

/** What the marketplace's banks say: files as they came, statements with their balances, entries, and what came in and is for whom. */
export class BankStatements1795392000084 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE bank_files (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('statement', 'notification', 'payment-status')),
  -- Null: what it answers is none of our files.
  account_id uuid REFERENCES bank_accounts,
  message_id text NOT NULL,
  file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint NOT NULL CHECK (bytes > 0),
  brought_by text NOT NULL,
  brought_at timestamptz NOT NULL,
  read_at timestamptz,
  -- How often what came of an entry.
  outcome jsonb,
  CONSTRAINT bank_files_once UNIQUE (file_sha256),
  CONSTRAINT bank_files_one_of_a_message UNIQUE NULLS NOT DISTINCT (kind, account_id, message_id),
  CONSTRAINT bank_files_read CHECK ((read_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX bank_files_by_time ON bank_files (brought_at, id);
${seenByOperator('bank_files')}
${onlyChanges('bank_files', ['read_at', 'outcome'])}

CREATE TABLE bank_statements (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  file_id uuid NOT NULL REFERENCES bank_files,
  account_id uuid NOT NULL REFERENCES bank_accounts,
  -- The bank's.
  statement_id text NOT NULL,
  page int NOT NULL CHECK (page > 0),
  sequence numeric(18),
  opened_on date NOT NULL,
  closed_on date NOT NULL,
  opening_minor bigint NOT NULL,
  closing_minor bigint NOT NULL,
  entries int NOT NULL CHECK (entries >= 0),
  credits_minor bigint NOT NULL CHECK (credits_minor >= 0),
  debits_minor bigint NOT NULL CHECK (debits_minor >= 0),
  CONSTRAINT bank_statements_once UNIQUE (account_id, statement_id, page),
  CONSTRAINT bank_statements_add_up CHECK (opening_minor + credits_minor - debits_minor = closing_minor)
);
CREATE INDEX bank_statements_by_day ON bank_statements (account_id, opened_on, sequence, page);
${seenByOperator('bank_statements')}
${appendOnly('bank_statements')}

-- A booked entry, or each payment of one that the bank booked as a whole.
CREATE TABLE bank_entries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  file_id uuid NOT NULL REFERENCES bank_files,
  -- Where in the file: what the bank booked first is for whom it names first.
  place int NOT NULL CHECK (place > 0),
  account_id uuid NOT NULL REFERENCES bank_accounts,
  kind text NOT NULL CHECK (kind IN ('statement', 'notification')),
  -- Of the statement or notification, by the bank, and of the entry in it.
  statement_id text NOT NULL,
  reference text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('credit', 'debit')),
  -- It takes back an entry of the other direction.
  reversal boolean NOT NULL,
  -- A payment of ours has come back.
  returned boolean NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL,
  booked_on date NOT NULL,
  end_to_end_id text,
  -- What structured references it has.
  creditor_references text[] NOT NULL,
  remittance text NOT NULL,
  counterparty text,
  CONSTRAINT bank_entries_once UNIQUE (account_id, kind, statement_id, reference)
);
CREATE INDEX bank_entries_by_file ON bank_entries (file_id);
CREATE INDEX bank_entries_by_end_to_end_id ON bank_entries (end_to_end_id) WHERE end_to_end_id IS NOT NULL;
${seenByOperator('bank_entries')}
${appendOnly('bank_entries')}

-- What came in, and how much of it is for somebody: the rest is on suspense.
CREATE TABLE bank_receipts (
  entry_id uuid PRIMARY KEY REFERENCES bank_entries,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL,
  received_on date NOT NULL,
  allocated_minor bigint NOT NULL DEFAULT 0 CHECK (allocated_minor >= 0),
  to_return_minor bigint NOT NULL DEFAULT 0 CHECK (to_return_minor >= 0),
  -- Why not all of it is for somebody.
  reason text,
  CONSTRAINT bank_receipts_used_once CHECK (allocated_minor + to_return_minor <= amount_minor)
);
CREATE INDEX bank_receipts_on_suspense ON bank_receipts (received_on, entry_id) WHERE allocated_minor + to_return_minor < amount_minor;
${seenByOperator('bank_receipts')}
${onlyChanges('bank_receipts', ['allocated_minor', 'to_return_minor', 'reason'])}

-- What a person says of what is on suspense; a second one decides.
CREATE TABLE bank_receipt_proposals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  operator_id uuid NOT NULL REFERENCES organizations,
  entry_id uuid NOT NULL REFERENCES bank_receipts,
  -- Null: it is to be returned.
  invoice_id uuid REFERENCES invoices,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  reason text NOT NULL,
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL
);
CREATE INDEX bank_receipt_proposals_by_entry ON bank_receipt_proposals (entry_id, asked_at);
${seenByOperator('bank_receipt_proposals')}
${appendOnly('bank_receipt_proposals')}

CREATE TABLE bank_receipt_uses (
  entry_id uuid NOT NULL REFERENCES bank_receipts,
  number int NOT NULL CHECK (number > 0),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  -- Both null: it is to be returned.
  receipt_id uuid UNIQUE REFERENCES receipts,
  invoice_id uuid REFERENCES invoices,
  -- Null: it was matched.
  proposal_id uuid UNIQUE REFERENCES bank_receipt_proposals,
  used_at timestamptz NOT NULL,
  PRIMARY KEY (entry_id, number),
  CONSTRAINT bank_receipt_uses_whole CHECK (num_nonnulls(receipt_id, invoice_id) IN (0, 2)),
  CONSTRAINT bank_receipt_uses_returned_by_persons CHECK (receipt_id IS NOT NULL OR proposal_id IS NOT NULL)
);
${seenByOperator('bank_receipt_uses')}
${appendOnly('bank_receipt_uses')}

CREATE INDEX invoices_by_number ON invoices (number);
CREATE INDEX invoices_unpaid_by_currency ON invoices (currency, due_on) WHERE state <> 'paid';
-- Each payment of a part bears its own interest.
ALTER TABLE late_interest DROP CONSTRAINT late_interest_pkey,
  ADD COLUMN receipt_id uuid REFERENCES receipts,
  ADD CONSTRAINT late_interest_once UNIQUE NULLS NOT DISTINCT (invoice_id, receipt_id);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX invoices_unpaid_by_currency, invoices_by_number;
ALTER TABLE late_interest DROP CONSTRAINT late_interest_once, DROP COLUMN receipt_id, ADD CONSTRAINT late_interest_pkey PRIMARY KEY (invoice_id);
DROP TABLE bank_receipt_uses, bank_receipt_proposals, bank_receipts, bank_entries, bank_statements, bank_files;
`);
  }
}
