import type { MigrationInterface, QueryRunner } from 'typeorm';

const find = 'find_recordings(uuid[], uuid[], tsquery, int, int, text, uuid, int, boolean)';

/** Whether a page is walked to in ISRC order or looked up by its words is a question of how rare these are, which the planner has to know of more words than it keeps by itself. */
export class EstimatesOfSearch1795392000114 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE recordings ALTER COLUMN words SET STATISTICS 500;
-- What is searched often is in memory: there a page costs less than looking into its rows.
ALTER FUNCTION ${find} SET random_page_cost = 0.1;
ALTER FUNCTION ${find} SET seq_page_cost = 0.1;
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER FUNCTION ${find} RESET random_page_cost;
ALTER FUNCTION ${find} RESET seq_page_cost;
ALTER TABLE recordings ALTER COLUMN words SET STATISTICS DEFAULT;
`);
  }
}
