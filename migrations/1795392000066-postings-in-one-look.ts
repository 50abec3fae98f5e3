import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The rules of postings, each of which looked through all legs of a statement by itself, in one look: most of what posting took was theirs. The legs of a transaction are numbered
 * from 1 without a gap, so a later one would have a number that is there already: nothing has to be counted again.
 */
export class PostingsInOneLook1795392000066 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TRIGGER ledger_postings_balanced ON ledger_postings;
DROP FUNCTION ledger_postings_balance();
CREATE OR REPLACE FUNCTION ledger_postings_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault record;
BEGIN
  -- Tables are named in full: who writes might have one of the same name. Planned each time: a plan of a time when the tables were small finds transactions by the wrong index.
  EXECUTE $look$
    WITH booked AS MATERIALIZED (
      SELECT transaction_id, sum(amount_minor) AS difference, min(leg) = 1 AND max(leg) = count(*) AS is_whole,
             min(currency) AS currency, min(currency) <> max(currency) AS is_mixed,
             CASE WHEN count(exponent) = count(*) AND min(exponent) = max(exponent) THEN min(exponent) END AS exponent,
             (SELECT t.kind FROM public.ledger_transactions t WHERE t.agreement_id = l.agreement_id AND t.id = l.transaction_id) AS kind,
             array_agg(account) AS accounts, array_agg(sign(amount_minor)::int) AS sides
        FROM legs l GROUP BY agreement_id, transaction_id
    )
    SELECT 'ledger_postings_balance' AS rule, format('transaction %s does not balance: %s over', transaction_id, difference) AS message
      FROM booked WHERE difference <> 0
    UNION ALL
    SELECT 'ledger_postings_balance', format('transaction %s is already posted, or has no first leg', transaction_id)
      FROM booked WHERE NOT is_whole
    UNION ALL
    SELECT 'ledger_postings_one_currency', format('transaction %s is in several currencies', transaction_id)
      FROM booked WHERE is_mixed
    UNION ALL
    SELECT 'ledger_postings_exponent', format('a transaction is in units of %s digits of %s', coalesce(exponent::text, 'unlike'), currency)
      FROM (SELECT currency, exponent FROM booked GROUP BY currency, exponent) units WHERE coalesce(public.ledger_exponent(currency) <> exponent, true)
    UNION ALL
    SELECT 'ledger_postings_side', format('%s does not move %s by %s', coalesce(kind, 'what was never booked'), account, CASE side WHEN 1 THEN 'a debit' ELSE 'a credit' END)
      FROM (SELECT kind, accounts, sides FROM booked GROUP BY kind, accounts, sides) events, unnest(accounts, sides) AS moves (account, side)
     WHERE coalesce(public.ledger_side(kind, account) NOT IN (0, side), true)
    LIMIT 1
  $look$ INTO fault;
  IF fault.rule IS NOT NULL THEN
    RAISE EXCEPTION '%', fault.message USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = fault.rule;
  END IF;
  RETURN NULL;
END $$;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE FUNCTION ledger_postings_balance() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
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
CREATE OR REPLACE FUNCTION ledger_postings_rules() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE fault record;
BEGIN
  SELECT l.transaction_id, l.currency, l.exponent INTO fault FROM (SELECT DISTINCT ON (currency, exponent) * FROM legs) l
   WHERE l.exponent IS DISTINCT FROM ledger_exponent(l.currency) OR l.exponent IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % is in units of % digits of %', fault.transaction_id, fault.exponent, fault.currency
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_exponent';
  END IF;
  SELECT transaction_id INTO fault FROM legs GROUP BY agreement_id, transaction_id HAVING min(currency) <> max(currency) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transaction % is in several currencies', fault.transaction_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_postings_one_currency';
  END IF;
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
  END IF;
  RETURN NULL;
END $$;
`);
  }
}
