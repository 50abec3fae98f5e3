import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties, sharedByBothParties } from './support/policies';

/** Rates that the parties of an agreement state and confirm to each other, of tax and of exchange; and every use of a rate. */
export class AgreedRates1795392000052 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- What one party says a rate is, and by what: in force once the other one has confirmed it.
CREATE TABLE agreed_rates (
  agreement_id uuid NOT NULL,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('withholding', 'vat', 'exchange')),
  -- Of tax: a share of one. Of exchange: one unit of base is so many of quote.
  rate text NOT NULL CHECK (rate ~ '^\\d+(\\.\\d+)?$'),
  base text CHECK (base ~ '^[A-Z]{3}$'),
  quote text CHECK (quote ~ '^[A-Z]{3}$' AND quote <> base),
  -- Of tax: the first day in force. Of exchange: the only one.
  day date NOT NULL,
  -- The law, treaty or certificate; where an exchange rate was taken from.
  basis text NOT NULL,
  stated_by uuid NOT NULL,
  made_by text NOT NULL,
  stated_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  CONSTRAINT agreed_rates_whose UNIQUE (agreement_id, number, label_id, platform_id, stated_by),
  CONSTRAINT agreed_rates_of_a_party CHECK (stated_by IN (label_id, platform_id)),
  CONSTRAINT agreed_rates_pair CHECK ((kind = 'exchange') = (base IS NOT NULL) AND (kind = 'exchange') = (quote IS NOT NULL)),
  CONSTRAINT agreed_rates_share CHECK (kind = 'exchange' OR rate::numeric <= 1 AND (kind <> 'withholding' OR rate::numeric < 1)),
  CONSTRAINT agreed_rates_above_zero CHECK (kind <> 'exchange' OR rate::numeric > 0)
);
CREATE INDEX agreed_rates_by_day ON agreed_rates (agreement_id, kind, day, number);
${sharedByBothParties('agreed_rates')}
CREATE POLICY agreed_rates_own_hand ON agreed_rates AS RESTRICTIVE FOR INSERT
  WITH CHECK (accordo_role() = 'system' OR stated_by = accordo_organization());
${appendOnly('agreed_rates')}

-- What became of it: one fact, the first.
CREATE TABLE agreed_rate_facts (
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  stated_by uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('confirmed', 'withdrawn')),
  organization_id uuid NOT NULL,
  made_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  FOREIGN KEY (agreement_id, number, label_id, platform_id, stated_by)
    REFERENCES agreed_rates (agreement_id, number, label_id, platform_id, stated_by),
  CONSTRAINT agreed_rate_facts_of_a_party CHECK (organization_id IN (label_id, platform_id)),
  CONSTRAINT agreed_rate_facts_two_parties CHECK ((kind = 'withdrawn') = (organization_id = stated_by))
);
${sharedByBothParties('agreed_rate_facts')}
CREATE POLICY agreed_rate_facts_own_hand ON agreed_rate_facts AS RESTRICTIVE FOR INSERT
  WITH CHECK (accordo_role() = 'system' OR organization_id = accordo_organization());
${appendOnly('agreed_rate_facts')}

-- Which row gave a rate to what was booked, and what it made of which amount: of a month, in which event of its.
CREATE TABLE rate_uses (
  agreement_id uuid NOT NULL,
  -- The first day of the month.
  month date NOT NULL,
  -- 'close', or what else booked something of the month.
  occasion text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('withholding', 'vat', 'exchange')),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  rate text NOT NULL,
  source text NOT NULL,
  -- The day that the rate is of, and the one it was asked for.
  rate_day date NOT NULL,
  asked_day date NOT NULL,
  formula text NOT NULL,
  -- One published rate, two where it goes through a third currency; or one that the parties agreed.
  exchange_rate_id uuid REFERENCES exchange_rates,
  crossed_with_id uuid REFERENCES exchange_rates,
  agreed_number int,
  amount_from text NOT NULL,
  currency_from text NOT NULL,
  amount_to text NOT NULL,
  currency_to text NOT NULL,
  used_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, month, occasion, kind),
  FOREIGN KEY (agreement_id, agreed_number) REFERENCES agreed_rates,
  CONSTRAINT rate_uses_of_a_row CHECK (num_nonnulls(exchange_rate_id, agreed_number) = 1 AND (crossed_with_id IS NULL OR exchange_rate_id IS NOT NULL))
);
CREATE INDEX rate_uses_by_rate ON rate_uses (exchange_rate_id) WHERE exchange_rate_id IS NOT NULL;
CREATE INDEX rate_uses_by_crossed ON rate_uses (crossed_with_id) WHERE crossed_with_id IS NOT NULL;
${readByBothParties('rate_uses')}
${appendOnly('rate_uses')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE rate_uses, agreed_rate_facts, agreed_rates;`);
  }
}
