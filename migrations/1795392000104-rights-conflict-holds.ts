import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, operatorMayRead, readByBothParties } from './support/policies';

/** The money that waits while labels dispute a recording, and what of it is due again. */
export class RightsConflictHolds1795392000104 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- What a close held for an open conflict: its part of what the label would get less with the share that nobody else states.
CREATE TABLE rights_conflict_holds (
  agreement_id uuid NOT NULL,
  statement_month date NOT NULL,
  conflict_id uuid NOT NULL REFERENCES rights_conflicts,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- The most that the label stated there, in millionths.
  share int NOT NULL CHECK (share BETWEEN 1 AND 1000000),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency char(3) NOT NULL,
  held_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, statement_month, conflict_id),
  FOREIGN KEY (agreement_id, statement_month) REFERENCES statements (agreement_id, month)
);
CREATE INDEX rights_conflict_holds_of ON rights_conflict_holds (conflict_id);
${readByBothParties('rights_conflict_holds')}
${operatorMayRead('rights_conflict_holds')}
${appendOnly('rights_conflict_holds')}

-- What is due again of it, once the conflict is over: all at once, or as far as a difference in the label's share was taken by later statements.
CREATE TABLE rights_conflict_releases (
  agreement_id uuid NOT NULL,
  statement_month date NOT NULL,
  conflict_id uuid NOT NULL,
  -- 1, 2, 3 of the month: what is released together is booked and invoiced together.
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  released_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, statement_month, conflict_id, number),
  FOREIGN KEY (agreement_id, statement_month, conflict_id) REFERENCES rights_conflict_holds
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
