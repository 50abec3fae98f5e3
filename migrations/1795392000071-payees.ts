import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';
import { ownedBy, readByBothParties } from './support/policies';

const sides: LedgerSides = [
  ['payable-shared', 'label-payable', 0],
  ['payable-shared', 'payee-payable', 0],
  ['payee-payout-sent', 'payee-payable', 1],
  ['payee-payout-sent', 'marketplace-commission', -1],
  ['payee-payout-sent', 'cash-in-transit', -1],
];

/** What is due to a label is its payees': each has an account of its own in the books, may have one at the provider, and is paid out by itself. */
export class Payees1795392000071 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${addLedgerSides(sides)}
-- Names are not in the books, of which nothing is ever erased: there a payee is its number within the agreement.
CREATE TABLE payees (
  agreement_id uuid NOT NULL,
  number smallint NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  name text NOT NULL,
  named_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  CONSTRAINT payees_one_of_a_name UNIQUE (agreement_id, name)
);
${readByBothParties('payees')}
-- A payee may be a person, whose name can be taken out; its number stays.
CREATE TRIGGER payees_change_by_name BEFORE UPDATE OF agreement_id, number, label_id, platform_id, named_at ON payees
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payees_stay BEFORE DELETE ON payees FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE ledger_postings ADD COLUMN payee smallint,
  ADD CONSTRAINT ledger_postings_names_payee CHECK ((account = 'payee-payable') = (payee IS NOT NULL));

CREATE TABLE payee_accounts (
  owner_id uuid NOT NULL REFERENCES organizations,
  payee text NOT NULL,
  rail text NOT NULL CHECK (rail IN ('stripe')),
  external_id text NOT NULL UNIQUE,
  opened_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, payee, rail)
);
${ownedBy('payee_accounts')}

ALTER TABLE payouts ADD COLUMN payee text;
ALTER TABLE payout_allocations ADD COLUMN payee text;
DROP INDEX payout_allocations_one_live;
CREATE UNIQUE INDEX payout_allocations_one_live ON payout_allocations (invoice_id, coalesce(payee, '')) WHERE live;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP INDEX payout_allocations_one_live;
CREATE UNIQUE INDEX payout_allocations_one_live ON payout_allocations (invoice_id) WHERE live;
ALTER TABLE payout_allocations DROP COLUMN payee;
ALTER TABLE payouts DROP COLUMN payee;
DROP TABLE payee_accounts;
ALTER TABLE ledger_postings DROP CONSTRAINT ledger_postings_names_payee, DROP COLUMN payee;
DROP TABLE payees;
${removeLedgerSides(sides)}
`);
  }
}
