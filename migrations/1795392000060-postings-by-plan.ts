import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The rules of postings, checked for all legs of a statement at once and by keys, whatever the planner takes the tables for. A plan that a session made while they were
 * small would read them whole for every transaction, and a foreign key would ask for each leg by itself: that its transaction is there is one of the rules now.
 */
export class PostingsByPlan1795392000060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE ledger_postings DROP CONSTRAINT ledger_postings_agreement_id_transaction_id_fkey;
-- Nobody asks for the legs of one account alone: balances read those of an agreement.
DROP INDEX ledger_postings_by_account;
${rules(
  `
  SELECT d.kind, d.account, d.side INTO fault
    FROM (SELECT DISTINCT n.kind, u.account, u.side
            FROM (SELECT (SELECT t.kind FROM ledger_transactions t WHERE t.agreement_id = l.agreement_id AND t.id = l.transaction_id) AS kind,
                         array_agg(l.account) AS accounts, array_agg(sign(l.amount_minor)::int) AS sides
                    FROM legs l GROUP BY l.agreement_id, l.transaction_id) n,
                 unnest(n.accounts, n.sides) AS u (account, side)) d
   WHERE coalesce(ledger_side(d.kind, d.account) NOT IN (0, d.side), true) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% does not move % by %', coalesce(fault.kind, 'what was never booked'), fault.account, CASE fault.side WHEN 1 THEN 'a debit' ELSE 'a credit' END
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_side';
  END IF;`,
  '(SELECT DISTINCT ON (currency, exponent) * FROM legs)',
  'min(currency) <> max(currency)',
)}
${['balance', 'rules'].map((name) => `ALTER FUNCTION ledger_postings_${name}() SET enable_seqscan = off;`).join('\n')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
${['balance', 'rules'].map((name) => `ALTER FUNCTION ledger_postings_${name}() RESET ALL;`).join('\n')}
${rules(`
  SELECT t.kind, l.account, l.amount_minor INTO fault
    FROM legs l JOIN ledger_transactions t ON t.agreement_id = l.agreement_id AND t.id = l.transaction_id
   WHERE coalesce(ledger_side(t.kind, l.account) NOT IN (0, sign(l.amount_minor)::int), true) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% does not move % by %', fault.kind, fault.account, fault.amount_minor
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_side';
  END IF;`)}
CREATE INDEX ledger_postings_by_account ON ledger_postings (agreement_id, account);
ALTER TABLE ledger_postings ADD CONSTRAINT ledger_postings_agreement_id_transaction_id_fkey
  FOREIGN KEY (agreement_id, transaction_id) REFERENCES ledger_transactions;
`);
  }
}

/** The function as migration 50 made it, but for its last rule, and for what of currencies is asked once for all legs. */
const rules = (last: string, legsOfCurrencies = 'legs', several = 'count(DISTINCT currency) > 1'): string => `
CREATE OR REPLACE FUNCTION ledger_postings_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault record;
BEGIN
  SELECT l.transaction_id, l.currency, l.exponent INTO fault FROM ${legsOfCurrencies} l
   WHERE l.exponent IS DISTINCT FROM ledger_exponent(l.currency) OR l.exponent IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % is in units of % digits of %', fault.transaction_id, fault.exponent, fault.currency
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_exponent';
  END IF;
  SELECT transaction_id INTO fault FROM legs GROUP BY agreement_id, transaction_id HAVING ${several} LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % is in several currencies', fault.transaction_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_one_currency';
  END IF;${last}
  RETURN NULL;
END $$;`;
