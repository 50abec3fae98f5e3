import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addLedgerSides, type LedgerSides, removeLedgerSides } from './support/ledger-sides';

const sides: LedgerSides = [
  ['payout-refused', 'label-payable', -1],
  ['payout-refused', 'payee-payable', -1],
  ['payout-refused', 'marketplace-commission', 1],
  ['payout-refused', 'cash-in-transit', 1],
  ['payout-returned', 'label-payable', -1],
  ['payout-returned', 'payee-payable', -1],
  ['payout-returned', 'marketplace-commission', 1],
  ['payout-returned', 'cash', 1],
];

/** A payout that the bank refuses after it was handed in, and one that comes back: the money is payable again. */
export class PayoutsReturned1795392000085 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(addLedgerSides(sides));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(removeLedgerSides(sides));
  }
}
