import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A label takes recordings out of a signed agreement: facts of its life. */
export class WithdrawnRecordings1795392000110 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(kinds([...before, 'withdrawal-notified', 'withdrawal-revoked']));
  }

  async down(runner: QueryRunner): Promise<void> {
    // Facts stay: where there are such, the constraint of before refuses, and a backup is the way back.
    await runner.query(kinds(before));
  }
}

const before = [
  ...['condition-met', 'activated', 'breach-notified', 'breach-cured', 'suspended', 'resumed'],
  ...['renewal-declined', 'renewal-blocked', 'renewed', 'notice-given', 'terminated', 'expired'],
];

const kinds = (allowed: readonly string[]): string => `
ALTER TABLE agreement_facts
  DROP CONSTRAINT agreement_facts_kind_check,
  ADD CONSTRAINT agreement_facts_kind_check CHECK (kind IN (${allowed.map((kind) => `'${kind}'`).join(', ')}));
`;
