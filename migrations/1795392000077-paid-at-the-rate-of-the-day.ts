import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';
import { onlyChanges, readByBothParties } from './support/policies';

const sides: LedgerSides = [
  ['exchange-difference', 'platform-receivable', 0],
  ['exchange-difference', 'label-payable', 0],
  ['exchange-difference', 'platform-exchange-difference', 0],
  ['exchange-difference', 'label-exchange-difference', 0],
];

/** Invoices in the currency of the terms that are paid in another one, at the rate of the day of payment. */
export class PaidAtTheRateOfTheDay1795392000077 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${addLedgerSides(sides)}
-- In which other currency it is paid, and whose rate of the day counts; null: it is paid as it stands.
ALTER TABLE invoices ADD COLUMN pay_in text CHECK (pay_in ~ '^[A-Z]{3}$' AND pay_in <> currency),
  ADD COLUMN pay_rate_of text CHECK (pay_rate_of IN ('ecb', 'cbr', 'manual')),
  ADD CONSTRAINT invoices_paid_at_a_rate CHECK ((pay_in IS NULL) = (pay_rate_of IS NULL));

-- What such an invoice comes to on a day, as the platform asked for it: what it pays.
CREATE TABLE payment_quotes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  invoice_id uuid NOT NULL REFERENCES invoices,
  agreement_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- 1, 2, 3 of the invoice.
  number int NOT NULL CHECK (number > 0),
  -- The day that it is good for.
  day date NOT NULL,
  -- The rate with its source, its rows and its formula.
  rate jsonb NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  -- The value-added tax inside it.
  vat_minor bigint NOT NULL CHECK (vat_minor BETWEEN 0 AND amount_minor),
  currency text NOT NULL,
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL,
  -- The provider's invoice.
  external_id text UNIQUE,
  ended text CHECK (ended IN ('withdrawn', 'paid')),
  ended_at timestamptz,
  CONSTRAINT payment_quotes_numbered UNIQUE (invoice_id, number),
  CONSTRAINT payment_quotes_one_a_day UNIQUE (invoice_id, day),
  CONSTRAINT payment_quotes_ended CHECK ((ended IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX payment_quotes_paid_once ON payment_quotes (invoice_id) WHERE ended = 'paid';
${readByBothParties('payment_quotes')}
${onlyChanges('payment_quotes', ['external_id', 'ended', 'ended_at'])}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE payment_quotes;
ALTER TABLE invoices DROP CONSTRAINT invoices_paid_at_a_rate, DROP COLUMN pay_rate_of, DROP COLUMN pay_in;
${removeLedgerSides(sides)}
`);
  }
}
