import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, systemOnly } from './support/policies';

/** Exchange rates as the banks published them, by file; what a later file says otherwise stands beside what was there. */
export class ExchangeRates1795392000051 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- A file that was read, or that could not be fetched or read, and why.
CREATE TABLE exchange_rate_imports (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source text NOT NULL CHECK (source IN ('ecb', 'cbr')),
  -- Where it was fetched from; null: uploaded.
  address text,
  file_sha256 text CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint,
  rates_read int NOT NULL CHECK (rates_read >= 0),
  rates_added int NOT NULL CHECK (rates_added BETWEEN 0 AND rates_read),
  rates_corrected int NOT NULL CHECK (rates_corrected BETWEEN 0 AND rates_read - rates_added),
  problem jsonb,
  imported_by text NOT NULL,
  imported_at timestamptz NOT NULL,
  CONSTRAINT exchange_rate_imports_read_or_not CHECK (problem IS NOT NULL OR file_sha256 IS NOT NULL AND bytes IS NOT NULL AND rates_read > 0),
  CONSTRAINT exchange_rate_imports_nothing_of_what_failed CHECK (problem IS NULL OR rates_read = 0)
);
CREATE INDEX exchange_rate_imports_by_time ON exchange_rate_imports (source, imported_at, id);
${systemOnly('exchange_rate_imports')}
${operatorMayRead('exchange_rate_imports')}
${appendOnly('exchange_rate_imports')}

-- One unit of base is so many of quote. Of one day the last number holds: it corrects those before, which stay.
CREATE TABLE exchange_rates (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source text NOT NULL CHECK (source IN ('ecb', 'cbr')),
  base text NOT NULL CHECK (base ~ '^[A-Z]{3}$'),
  quote text NOT NULL CHECK (quote ~ '^[A-Z]{3}$' AND quote <> base),
  day date NOT NULL,
  number int NOT NULL CHECK (number > 0),
  -- Exact: a decimal, or a quotient where there is none. Above zero.
  rate text NOT NULL CHECK (rate ~ '^\\d+(\\.\\d+)?$|^\\d+/[1-9]\\d*$' AND rate ~ '^[\\d.]*[1-9]'),
  import_id uuid NOT NULL REFERENCES exchange_rate_imports,
  imported_at timestamptz NOT NULL,
  CONSTRAINT exchange_rates_numbered UNIQUE (source, base, quote, day, number)
);
-- Corrections are few, and looked for by the file that brought them.
CREATE INDEX exchange_rates_corrections ON exchange_rates (import_id) WHERE number > 1;
CREATE INDEX exchange_rates_by_day ON exchange_rates (source, day, base, quote, number);
${systemOnly('exchange_rates')}
CREATE POLICY exchange_rates_reader ON exchange_rates FOR SELECT USING (accordo_role() IN ('member', 'operator'));
${appendOnly('exchange_rates')}

-- A correction says something else than what it corrects, and leaves no number out.
CREATE FUNCTION exchange_rates_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault record;
BEGIN
  SELECT f.source, f.base, f.quote, f.day INTO fault
    FROM fresh f LEFT JOIN exchange_rates b ON (b.source, b.base, b.quote, b.day, b.number) = (f.source, f.base, f.quote, f.day, f.number - 1)
   WHERE f.number > 1 AND (b.rate IS NULL OR b.rate = f.rate) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% % of % on % corrects nothing', fault.source, fault.base, fault.quote, fault.day
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'exchange_rates_corrected';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER exchange_rates_correcting AFTER INSERT ON exchange_rates
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION exchange_rates_corrected();
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE exchange_rates, exchange_rate_imports;
DROP FUNCTION exchange_rates_corrected();
`);
  }
}
