import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From what was counted up to a position back to the events: what shares change of them is found by its position too, as the events themselves are. */
export class EventSharesByPosition1795392000053 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX usage_event_shares_position ON usage_event_shares USING brin (position) WITH (pages_per_range = 32, autosummarize = on)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX usage_event_shares_position`);
  }
}
