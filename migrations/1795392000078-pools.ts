import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';
import { appendOnly, readByBothParties } from './support/policies';

const sides: LedgerSides = [
  ['pool-lent', 'lent-to-pool', 1],
  ['pool-lent', 'pool-recoupment', -1],
  ['pool-received', 'pool-recoupment', 1],
  ['pool-received', 'borrowed-from-pool', -1],
];

/** What the royalties of one agreement have recouped of another one of its pool. */
export class Pools1795392000078 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
${addLedgerSides(sides)}
CREATE TABLE pool_recoupments (
  -- The agreement that is recouped.
  agreement_id uuid NOT NULL,
  -- 1, 2, 3 of it.
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- Whose royalties recoup it, and by the close of which month of its.
  lender_id uuid NOT NULL,
  lender_month date NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  lent_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  CONSTRAINT pool_recoupments_once UNIQUE (agreement_id, lender_id, lender_month),
  CONSTRAINT pool_recoupments_of_another CHECK (lender_id <> agreement_id)
);
${readByBothParties('pool_recoupments')}
${appendOnly('pool_recoupments')}

-- By the close of which month it is in the balances.
CREATE TABLE pool_recoupments_taken (
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  month date NOT NULL,
  taken_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  FOREIGN KEY (agreement_id, number) REFERENCES pool_recoupments
);
${readByBothParties('pool_recoupments_taken')}
${appendOnly('pool_recoupments_taken')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP TABLE pool_recoupments_taken, pool_recoupments;
${removeLedgerSides(sides)}
`);
  }
}
