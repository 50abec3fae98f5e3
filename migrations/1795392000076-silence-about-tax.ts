import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rates of tax that nobody answers hold as they were stated; who does not agree objects. */
export class SilenceAboutTax1795392000076 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Of tax: the last day for an answer. Rates that were stated before wait as they did.
ALTER TABLE agreed_rates ADD COLUMN answer_by date,
  ADD CONSTRAINT agreed_rates_answered CHECK (answer_by IS NULL OR kind <> 'exchange');
ALTER TABLE agreed_rate_facts ADD COLUMN reason text,
  DROP CONSTRAINT agreed_rate_facts_kind_check,
  ADD CONSTRAINT agreed_rate_facts_kind_check CHECK (kind IN ('confirmed', 'withdrawn', 'contested', 'unanswered')),
  ADD CONSTRAINT agreed_rate_facts_reason CHECK ((kind = 'contested') = (reason IS NOT NULL));
-- Nobody answers by silence with its own hand.
CREATE POLICY agreed_rate_facts_silence ON agreed_rate_facts AS RESTRICTIVE FOR INSERT
  WITH CHECK (accordo_role() = 'system' OR kind <> 'unanswered');
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP POLICY agreed_rate_facts_silence ON agreed_rate_facts;
ALTER TABLE agreed_rate_facts DROP CONSTRAINT agreed_rate_facts_reason, DROP COLUMN reason,
  DROP CONSTRAINT agreed_rate_facts_kind_check,
  ADD CONSTRAINT agreed_rate_facts_kind_check CHECK (kind IN ('confirmed', 'withdrawn'));
ALTER TABLE agreed_rates DROP CONSTRAINT agreed_rates_answered, DROP COLUMN answer_by;
`);
  }
}
