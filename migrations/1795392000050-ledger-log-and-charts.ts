import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, ownedBy, readByBothParties, systemOnly } from './support/policies';

/**
 * The ledger's transactions as leaves of one tree that only grows (RFC 6962), and what the marketplace has signed of it. What an organization calls
 * the accounts in its own books. The rules of each leg, by what happened: which accounts, on which side, in which currency's units.
 */
export class LedgerLogAndCharts1795392000050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- In which transaction of the database it was written: what still runs has a number from the snapshot's xmin on.
ALTER TABLE ledger_transactions ADD COLUMN written_in xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX ledger_transactions_written ON ledger_transactions (written_in, agreement_id, id);

CREATE TABLE ledger_leaves (
  -- From 0 on, without gaps.
  position bigint PRIMARY KEY CHECK (position >= 0),
  agreement_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  -- Among those of the agreement, from 1 on, without gaps.
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  written_in xid8 NOT NULL,
  -- SHA-256 of the transaction's canonical text.
  content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
  CONSTRAINT ledger_leaves_once UNIQUE (agreement_id, transaction_id),
  CONSTRAINT ledger_leaves_numbered UNIQUE (agreement_id, number)
);
${readByBothParties('ledger_leaves')}
${operatorMayRead('ledger_leaves')}
${appendOnly('ledger_leaves')}

-- Looked up one by one, by keys: joined to all leaves, a batch would cost more the longer the log is.
CREATE FUNCTION ledger_leaves_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  start record;
  gap boolean;
BEGIN
  SELECT coalesce(bool_or(step <> 1 OR number_step <> 1), false) INTO gap
    FROM (SELECT position - lag(position) OVER (ORDER BY position) AS step,
                 number - lag(number) OVER (PARTITION BY agreement_id ORDER BY position) AS number_step FROM fresh) steps;
  SELECT min(position) AS position INTO start FROM fresh;
  gap := gap OR start.position > 0 AND NOT EXISTS (SELECT FROM ledger_leaves WHERE position = start.position - 1);
  FOR start IN SELECT agreement_id, min(number) AS number FROM fresh GROUP BY 1 HAVING min(number) > 1 LOOP
    gap := gap OR NOT EXISTS (SELECT FROM ledger_leaves WHERE agreement_id = start.agreement_id AND number = start.number - 1);
  END LOOP;
  IF gap THEN
    RAISE EXCEPTION 'the ledger''s log has no gaps' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_leaves_follow';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_leaves_followed AFTER INSERT ON ledger_leaves
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_leaves_follow();

-- Nodes over 2^level leaves that are all there: any proof reads a few of them. Level 0 are the leaves' own hashes.
CREATE TABLE ledger_nodes (
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 52),
  place bigint NOT NULL CHECK (place >= 0),
  hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, place)
);
${systemOnly('ledger_nodes')}
${appendOnly('ledger_nodes')}

CREATE TABLE ledger_checkpoints (
  size bigint PRIMARY KEY CHECK (size > 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  jws text NOT NULL,
  signed_at timestamptz NOT NULL
);
${systemOnly('ledger_checkpoints')}
CREATE POLICY ledger_checkpoints_reader ON ledger_checkpoints FOR SELECT USING (accordo_role() IN ('member', 'operator'));
${appendOnly('ledger_checkpoints')}

-- A checkpoint is of more than every one before it, and of leaves that are there.
CREATE FUNCTION ledger_checkpoints_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM ledger_checkpoints c WHERE c.size > NEW.size)
     OR NOT EXISTS (SELECT FROM ledger_leaves l WHERE l.position = NEW.size - 1) THEN
    RAISE EXCEPTION 'no checkpoint of % follows', NEW.size USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_checkpoints_grow';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_checkpoints_growing AFTER INSERT ON ledger_checkpoints
  FOR EACH ROW EXECUTE FUNCTION ledger_checkpoints_grow();

-- On which side an event moves an account: 1 a debit, -1 a credit, 0 either, null never. A new event brings this function anew.
CREATE FUNCTION ledger_side(kind text, account text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE kind || ' ' || account
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
    WHEN 'payout-confirmed cash' THEN -1
  END
$$;

-- Digits of the minor unit of each currency (ISO 4217) that money is owed in; null for any other code.
CREATE FUNCTION ledger_exponent(currency text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN currency ~ '^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|VND|VUV|XAF|XOF|XPF)$' THEN 0
    WHEN currency ~ '^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$' THEN 3
    WHEN currency ~ ('^(AED|AFN|ALL|AMD|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BMD|BND|BOB|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHF|CNY|COP|CRC|CUP|CVE|CZK|'
      || 'DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GTQ|GYD|HKD|HNL|HTG|HUF|IDR|ILS|INR|IRR|JMD|KES|KGS|KHR|KPW|KYD|'
      || 'KZT|LAK|LBP|LKR|LRD|LSL|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|PAB|PEN|PGK|PHP|'
      || 'PKR|PLN|QAR|RON|RSD|RUB|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TOP|TRY|TTD|TWD|TZS|UAH|'
      || 'USD|UYU|UZS|VED|VES|WST|XCD|XCG|YER|ZAR|ZMW|ZWG)$') THEN 2
  END
$$;

-- In which unit the writer meant the amount: as many digits after the point. Null where it was posted before that was told.
ALTER TABLE ledger_postings ADD COLUMN exponent smallint;

CREATE FUNCTION ledger_postings_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault record;
BEGIN
  SELECT l.transaction_id, l.currency, l.exponent INTO fault FROM legs l
   WHERE l.exponent IS DISTINCT FROM ledger_exponent(l.currency) OR l.exponent IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % is in units of % digits of %', fault.transaction_id, fault.exponent, fault.currency
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_exponent';
  END IF;
  SELECT transaction_id INTO fault FROM legs GROUP BY agreement_id, transaction_id HAVING count(DISTINCT currency) > 1 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % is in several currencies', fault.transaction_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_one_currency';
  END IF;
  SELECT t.kind, l.account, l.amount_minor INTO fault
    FROM legs l JOIN ledger_transactions t ON t.agreement_id = l.agreement_id AND t.id = l.transaction_id
   WHERE coalesce(ledger_side(t.kind, l.account) NOT IN (0, sign(l.amount_minor)::int), true) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% does not move % by %', fault.kind, fault.account, fault.amount_minor
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_side';
  END IF;
  RETURN NULL;
END $$;
-- After the one that balances: triggers fire in the order of their names.
CREATE TRIGGER ledger_postings_ruled AFTER INSERT ON ledger_postings
  REFERENCING NEW TABLE AS legs FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_rules();

-- Codes of an organization's own chart by our accounts; its last row holds.
CREATE TABLE charts_of_accounts (
  organization_id uuid NOT NULL REFERENCES organizations,
  number int NOT NULL CHECK (number > 0),
  codes jsonb NOT NULL,
  saved_by text NOT NULL,
  saved_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, number)
);
${ownedBy('charts_of_accounts', 'organization_id')}
${appendOnly('charts_of_accounts')}

-- A party's journal in the order of booking.
CREATE INDEX ledger_transactions_of_label ON ledger_transactions (label_id, booked_at, agreement_id, id);
CREATE INDEX ledger_transactions_of_platform ON ledger_transactions (platform_id, booked_at, agreement_id, id);
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TRIGGER ledger_postings_ruled ON ledger_postings;
DROP FUNCTION ledger_postings_rules(), ledger_side(text, text), ledger_exponent(text);
ALTER TABLE ledger_postings DROP COLUMN exponent;
DROP INDEX ledger_transactions_of_label, ledger_transactions_of_platform;
DROP TABLE charts_of_accounts, ledger_checkpoints, ledger_nodes, ledger_leaves;
DROP FUNCTION ledger_checkpoints_grow(), ledger_leaves_follow();
ALTER TABLE ledger_transactions DROP COLUMN written_in;
`);
  }
}
