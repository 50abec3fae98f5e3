import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, readByBothParties } from './support/policies';

/** Double entry, append-only, balanced by the database per transaction and currency. */
export class Ledger1795392000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE ledger_transactions (
  agreement_id uuid NOT NULL,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  kind text NOT NULL,
  source text NOT NULL,
  effective_on date NOT NULL,
  booked_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, id),
  -- A business event is booked once, however often it is delivered.
  CONSTRAINT ledger_transactions_once UNIQUE (agreement_id, kind, source)
);
${readByBothParties('ledger_transactions')}
${operatorMayRead('ledger_transactions')}
${appendOnly('ledger_transactions')}

-- Positive amounts are debits, negative ones credits, in minor units of the currency.
CREATE TABLE ledger_postings (
  agreement_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  leg smallint NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  account text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
  currency char(3) NOT NULL,
  PRIMARY KEY (agreement_id, transaction_id, leg),
  FOREIGN KEY (agreement_id, transaction_id) REFERENCES ledger_transactions
);
CREATE INDEX ledger_postings_by_account ON ledger_postings (agreement_id, account);
${readByBothParties('ledger_postings')}
${operatorMayRead('ledger_postings')}
${appendOnly('ledger_postings')}

-- All legs come in one INSERT, so the new rows are the whole transaction: they sum to zero, and nothing joins it later.
CREATE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault record;
BEGIN
  SELECT transaction_id, currency, sum(amount_minor) AS difference INTO fault
    FROM legs GROUP BY agreement_id, transaction_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % does not balance: % % over', fault.transaction_id, fault.difference, fault.currency
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_balance';
  END IF;
  SELECT p.transaction_id INTO fault
    FROM (SELECT agreement_id, transaction_id, count(*) AS legs FROM legs GROUP BY 1, 2) n
    JOIN LATERAL (SELECT transaction_id, count(*) AS legs FROM ledger_postings
                  WHERE agreement_id = n.agreement_id AND transaction_id = n.transaction_id GROUP BY 1) p ON p.legs <> n.legs LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % is already posted', fault.transaction_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_balance';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_postings_balanced AFTER INSERT ON ledger_postings
  REFERENCING NEW TABLE AS legs FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_balance();
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ledger_postings, ledger_transactions; DROP FUNCTION ledger_postings_balance();`);
  }
}
