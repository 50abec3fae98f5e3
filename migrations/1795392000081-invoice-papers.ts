import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/** What an invoice says beyond its amount, as it was on the day of issue; numbers for credit notes, in a series of their own. */
export class InvoicePapers1795392000081 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
-- Invoices of before have none.
CREATE TABLE invoice_papers (
  invoice_id uuid PRIMARY KEY REFERENCES invoices,
  agreement_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- In the agreement's time zone.
  issued_on date NOT NULL,
  -- The versions of their invoicing details that held; null: nothing was stated by then.
  seller_details int,
  buyer_details int,
  -- EN 16931's categories: standard rate, reverse charge, exempt, not subject to VAT.
  vat_category text NOT NULL CHECK (vat_category IN ('S', 'AE', 'E', 'O')),
  -- '19'; null: not subject to VAT.
  vat_percent text,
  vat_reason text,
  -- In minor units of the invoice: what is invoiced before tax; what of it waits for a dispute, and what the platform keeps back for the state.
  base_minor bigint NOT NULL CHECK (base_minor >= 0),
  held_minor bigint NOT NULL CHECK (held_minor >= 0),
  withheld_minor bigint NOT NULL CHECK (withheld_minor >= 0),
  FOREIGN KEY (label_id, seller_details) REFERENCES invoicing_details (organization_id, version),
  FOREIGN KEY (platform_id, buyer_details) REFERENCES invoicing_details (organization_id, version),
  CONSTRAINT invoice_papers_percent CHECK ((vat_category = 'O') = (vat_percent IS NULL)),
  CONSTRAINT invoice_papers_reason CHECK ((vat_category = 'S') = (vat_reason IS NULL))
);
${readByBothParties('invoice_papers')}
${appendOnly('invoice_papers')}

ALTER TABLE invoice_series ADD COLUMN kind text NOT NULL DEFAULT 'invoice' CHECK (kind IN ('invoice', 'credit-note')),
  DROP CONSTRAINT invoice_series_pkey, ADD PRIMARY KEY (label_id, kind, year);
ALTER TABLE invoice_series ALTER COLUMN kind DROP DEFAULT;

-- Credits of before are numbered in the order in which they were made.
ALTER TABLE invoice_credits DISABLE TRIGGER invoice_credits_append_only;
ALTER TABLE invoice_credits ADD COLUMN number text, ADD COLUMN credited_on date;
UPDATE invoice_credits c SET credited_on = (c.credited_at AT TIME ZONE a.time_zone)::date FROM agreements a WHERE a.id = c.agreement_id;
UPDATE invoice_credits c SET number = n.number
  FROM (SELECT id, 'CRN-' || extract(year FROM credited_on) || '-' || lpad(row_number() OVER (PARTITION BY label_id, extract(year FROM credited_on) ORDER BY credited_at, id)::text, 6, '0') AS number
          FROM invoice_credits) n WHERE n.id = c.id;
ALTER TABLE invoice_credits ALTER COLUMN number SET NOT NULL, ALTER COLUMN credited_on SET NOT NULL,
  ADD CONSTRAINT invoice_credits_one_number UNIQUE (label_id, number);
ALTER TABLE invoice_credits ENABLE TRIGGER invoice_credits_append_only;
INSERT INTO invoice_series (label_id, kind, year, last_number)
SELECT label_id, 'credit-note', extract(year FROM credited_on)::int, count(*) FROM invoice_credits GROUP BY 1, 3;

-- Credits of one invoice wait for one another, and together never take off more than it asks for.
CREATE FUNCTION invoice_credits_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked bigint;
BEGIN
  SELECT amount_minor INTO asked FROM invoices WHERE id = NEW.invoice_id FOR NO KEY UPDATE;
  IF (SELECT sum(amount_minor) FROM invoice_credits WHERE invoice_id = NEW.invoice_id) > asked THEN
    RAISE EXCEPTION 'credits beyond the amount of invoice %', NEW.invoice_id
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'invoice_credits_within';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER invoice_credits_within AFTER INSERT ON invoice_credits FOR EACH ROW EXECUTE FUNCTION invoice_credits_within();
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('accordo.role', 'system', true)`);
    await runner.query(`
DROP TRIGGER invoice_credits_within ON invoice_credits;
DROP FUNCTION invoice_credits_within();
DELETE FROM invoice_series WHERE kind = 'credit-note';
ALTER TABLE invoice_series DROP CONSTRAINT invoice_series_pkey, DROP COLUMN kind, ADD PRIMARY KEY (label_id, year);
ALTER TABLE invoice_credits DROP COLUMN number, DROP COLUMN credited_on;
DROP TABLE invoice_papers;
`);
    await runner.query(`SELECT set_config('accordo.role', '', true)`);
  }
}
