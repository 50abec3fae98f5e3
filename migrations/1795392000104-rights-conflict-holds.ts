import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, readByBothParties } from './support/policies';

/** The money that waits while labels dispute a recording, and what of it is due again. */
export class RightsConflictHolds1795392000104 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- What a close held for an open conflict, piece by piece: a recording's usage of one period in one place, on days on which the label's claim was in dispute.
CREATE TABLE rights_conflict_holds (
  agreement_id uuid NOT NULL,
  statement_month date NOT NULL,
  -- 1, 2, 3 of the statement.
  number int NOT NULL CHECK (number > 0),
  conflict_id uuid NOT NULL REFERENCES rights_conflicts,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- Of whose usage it is, by its first day: that of the statement, or an earlier one that the statement corrects.
  period date NOT NULL,
  isrc char(12) NOT NULL,
  territory int NOT NULL,
  days daterange NOT NULL,
  -- In millionths: what the label stated there, and what of that was not held.
  share int NOT NULL CHECK (share BETWEEN 1 AND 1000000),
  undisputed int NOT NULL CHECK (undisputed >= 0 AND undisputed < share),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency char(3) NOT NULL,
  held_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, statement_month, number),
  FOREIGN KEY (agreement_id, statement_month) REFERENCES statements (agreement_id, month)
);
CREATE INDEX rights_conflict_holds_of_recording ON rights_conflict_holds (isrc);
CREATE INDEX rights_conflict_holds_of ON rights_conflict_holds (conflict_id);
${readByBothParties('rights_conflict_holds')}
${operatorMayRead('rights_conflict_holds')}
${appendOnly('rights_conflict_holds')}

-- What is due again of it, once nothing there is in dispute: what is the label's own at once, and the rest as far as later statements have taken the difference.
CREATE TABLE rights_conflict_releases (
  agreement_id uuid NOT NULL,
  statement_month date NOT NULL,
  -- The number of the hold.
  hold int NOT NULL,
  -- 1, 2, 3 of the month: what is released together is booked and invoiced together.
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  released_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, statement_month, hold, number),
  FOREIGN KEY (agreement_id, statement_month, hold) REFERENCES rights_conflict_holds
);
${readByBothParties('rights_conflict_releases')}
${operatorMayRead('rights_conflict_releases')}
${appendOnly('rights_conflict_releases')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rights_conflict_releases, rights_conflict_holds;');
  }
}
