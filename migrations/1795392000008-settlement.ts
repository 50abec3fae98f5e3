import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy, readByBothParties, systemOnly } from './support/policies';

/** Closed periods, statements, invoices in the label's name, money in, payouts out. */
export class Settlement1795392000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE statements (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  agreement_id uuid NOT NULL,
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  clause_lines text NOT NULL,
  sha256 char(64) NOT NULL,
  royalties_minor bigint NOT NULL,
  recouped_minor bigint NOT NULL,
  total_minor bigint NOT NULL,
  currency char(3) NOT NULL,
  carried_in jsonb NOT NULL,
  carried_out jsonb NOT NULL,
  issued_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, month)
);
-- Not unique: a unique key without the agreement could not be kept over several machines.
CREATE INDEX statements_by_id ON statements (id);
${readByBothParties('statements')}
${appendOnly('statements')}

-- A line without recording is what a clause owes to none: a floor or flat fee of a month without units.
CREATE TABLE statement_lines (
  agreement_id uuid NOT NULL,
  month date NOT NULL,
  line int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  period date NOT NULL,
  clause text NOT NULL,
  isrc char(12),
  service_id uuid,
  territory int,
  use_model int,
  quantity bigint NOT NULL,
  returns bigint NOT NULL,
  exact text NOT NULL,
  amount_minor bigint NOT NULL,
  PRIMARY KEY (agreement_id, month, line),
  CONSTRAINT statement_lines_recording_whole CHECK (num_nulls(isrc, service_id, territory, use_model) IN (0, 4))
);
${readByBothParties('statement_lines')}
${appendOnly('statement_lines')}

-- What was booked for a period, each time: the reports rated and the total they gave. The kernel repeats the arithmetic from these facts.
CREATE TABLE period_bookings (
  agreement_id uuid NOT NULL,
  period date NOT NULL,
  sequence int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  statement_month date NOT NULL,
  report_ids uuid[] NOT NULL,
  total_minor bigint NOT NULL,
  delta_minor bigint NOT NULL,
  currency char(3) NOT NULL,
  PRIMARY KEY (agreement_id, period, sequence),
  FOREIGN KEY (agreement_id, statement_month) REFERENCES statements (agreement_id, month)
);
${readByBothParties('period_bookings')}
${appendOnly('period_bookings')}

CREATE TABLE invoice_series (
  label_id uuid NOT NULL,
  year int NOT NULL,
  last_number int NOT NULL,
  PRIMARY KEY (label_id, year)
);
${systemOnly('invoice_series')}

CREATE TABLE invoices (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  agreement_id uuid NOT NULL REFERENCES agreements,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('advance', 'back-fee', 'royalties')),
  source text NOT NULL,
  number text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency char(3) NOT NULL,
  state text NOT NULL CHECK (state IN ('issued', 'open', 'paid')),
  issued_at timestamptz NOT NULL,
  due_on date NOT NULL,
  external_id text UNIQUE,
  paid_at timestamptz,
  CONSTRAINT invoices_one_number UNIQUE (label_id, number),
  CONSTRAINT invoices_once UNIQUE (agreement_id, purpose, source),
  CONSTRAINT invoices_paid_whole CHECK ((state = 'paid') = (paid_at IS NOT NULL))
);
CREATE INDEX invoices_by_platform ON invoices (platform_id, issued_at);
${readByBothParties('invoices')}

-- Cash knows no agreement; its allocations do.
CREATE TABLE receipts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  platform_id uuid NOT NULL,
  label_id uuid NOT NULL,
  external_id text NOT NULL UNIQUE,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency char(3) NOT NULL,
  received_at timestamptz NOT NULL
);
${readByBothParties('receipts')}
${appendOnly('receipts')}

CREATE TABLE receipt_allocations (
  receipt_id uuid NOT NULL REFERENCES receipts,
  invoice_id uuid NOT NULL REFERENCES invoices,
  agreement_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  PRIMARY KEY (receipt_id, invoice_id)
);
${readByBothParties('receipt_allocations')}
${appendOnly('receipt_allocations')}

CREATE TABLE commission_schedules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  rate numeric(9, 6) NOT NULL CHECK (rate >= 0 AND rate < 1),
  in_force daterange NOT NULL,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  CONSTRAINT commission_schedules_no_overlap EXCLUDE USING gist (in_force WITH &&)
);
ALTER TABLE commission_schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE commission_schedules FORCE ROW LEVEL SECURITY;
CREATE POLICY commission_schedules_readers ON commission_schedules FOR SELECT USING (accordo_role() IS NOT NULL);
CREATE POLICY commission_schedules_operator ON commission_schedules USING (accordo_role() = 'operator') WITH CHECK (accordo_role() = 'operator');

CREATE TABLE payment_accounts (
  owner_id uuid NOT NULL REFERENCES organizations,
  rail text NOT NULL CHECK (rail IN ('stripe')),
  external_id text NOT NULL UNIQUE,
  opened_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, rail)
);
${ownedBy('payment_accounts')}

CREATE TABLE payouts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  purpose text NOT NULL CHECK (purpose IN ('advance', 'back-fee', 'royalties')),
  gross_minor bigint NOT NULL CHECK (gross_minor > 0),
  commission_minor bigint NOT NULL CHECK (commission_minor >= 0),
  net_minor bigint NOT NULL CHECK (net_minor > 0),
  currency char(3) NOT NULL,
  account text NOT NULL,
  state text NOT NULL CHECK (state IN ('planned', 'approved', 'sent', 'confirmed', 'failed', 'rejected', 'unknown')),
  transfer_id text UNIQUE,
  provider_payout_id text,
  problem text,
  first_attempt_at timestamptz,
  planned_at timestamptz NOT NULL,
  sent_at timestamptz,
  confirmed_at timestamptz,
  CONSTRAINT payouts_add_up CHECK (gross_minor = net_minor + commission_minor),
  CONSTRAINT payouts_sent_names_transfer CHECK (state NOT IN ('sent', 'confirmed') OR transfer_id IS NOT NULL)
);
CREATE INDEX payouts_by_owner ON payouts (owner_id, planned_at);
${ownedBy('payouts')}

-- An invoice's money leaves once: a second live payout of it is refused here.
CREATE TABLE payout_allocations (
  payout_id uuid NOT NULL REFERENCES payouts,
  invoice_id uuid NOT NULL REFERENCES invoices,
  agreement_id uuid NOT NULL,
  owner_id uuid NOT NULL,
  gross_minor bigint NOT NULL CHECK (gross_minor > 0),
  commission_minor bigint NOT NULL CHECK (commission_minor >= 0),
  live boolean NOT NULL,
  PRIMARY KEY (payout_id, invoice_id)
);
CREATE UNIQUE INDEX payout_allocations_one_live ON payout_allocations (invoice_id) WHERE live;
${ownedBy('payout_allocations')}

-- Provider events as they came: stored first, processed once.
CREATE TABLE stripe_events (
  id text PRIMARY KEY,
  type text NOT NULL,
  account text,
  payload text NOT NULL,
  received_at timestamptz NOT NULL,
  processed_at timestamptz,
  outcome text
);
CREATE INDEX stripe_events_waiting ON stripe_events (account) WHERE processed_at IS NULL;
${systemOnly('stripe_events')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE stripe_events, payout_allocations, payouts, payment_accounts, commission_schedules, receipt_allocations, receipts,
  invoices, invoice_series, period_bookings, statement_lines, statements;
`);
  }
}
