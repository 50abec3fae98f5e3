import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lines of a statement say what was sold, and of which days they are, where the terms pay by it; events may say what they were sold for. */
export class DetailsOfLines1795392000065 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- What the usage was sold for, net of returns, in the statement's currency; of a correction, its change. The first days of the part of the month in which it was
-- used, and of the stretch in which it was reported. Null: nobody asks.
ALTER TABLE statement_lines ADD COLUMN sales numeric(38, 8), ADD COLUMN used_on date, ADD COLUMN reported_on date;

-- What all of an event was sold for. Null: the sender does not tell.
ALTER TABLE usage_events ADD COLUMN sold numeric(20, 8) CHECK (sold >= 0), ADD COLUMN sold_currency char(3),
  ADD CONSTRAINT usage_events_sold CHECK ((sold IS NULL) = (sold_currency IS NULL));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE usage_events DROP COLUMN sold, DROP COLUMN sold_currency;
ALTER TABLE statement_lines DROP COLUMN sales, DROP COLUMN used_on, DROP COLUMN reported_on;
`);
  }
}
