import type { MigrationInterface } from 'typeorm';
import { ownerDataSource } from '../../src/platform/database/migrate';
import { connected } from '../support/catalog';
import { freshDatabase } from '../support/database';

describe('shares that were stated before there were conflicts', () => {
  it('are looked at once after the migration, which may be taken back; where nothing was stated nothing is', async () => {
    const database = await freshDatabase();
    const source = await ownerDataSource(database.ownerUrl).initialize();
    const at = source.migrations.findIndex((one) => one.constructor.name.startsWith('RightsConflicts'));
    const since = source.migrations.slice(at);
    const runAll = async (migrations: readonly MigrationInterface[], direction: 'up' | 'down'): Promise<void> => {
      const runner = source.createQueryRunner();
      for (const migration of migrations) {
        await runner.startTransaction();
        await migration[direction](runner);
        await runner.commitTransaction();
      }
      await runner.release();
    };
    // Only a superuser's session puts rows here that refer to nothing.
    const rows = (statements: string): Promise<object[]> =>
      connected(database.superuserUrl, async (client) => {
        await client.query('SET session_replication_role = replica');
        return (await client.query<object>(statements)).rows;
      });
    const stated = (share: string): Promise<object[]> =>
      rows(`INSERT INTO recording_rights (owner_id, recording_id, share, territories, in_force, stated_at, stated_by)
            VALUES (gen_random_uuid(), gen_random_uuid(), ${share}, '{1}', '[2025-01-01,)', '2025-01-01', 'member')`);
    const jobs = (): Promise<object[]> => rows('SELECT task_identifier AS name FROM graphile_worker.jobs');
    try {
      expect(await jobs()).toEqual([]);
      await runAll(since.toReversed(), 'down');
      await stated('1');
      await runAll(since, 'up');
      expect(await jobs()).toEqual([{ name: 'look-at-all-claims' }]);
      await stated('0');
      await runAll(since.toReversed(), 'down');
      expect(await rows('SELECT FROM recording_rights')).toHaveLength(1);
    } finally {
      await source.destroy();
      await database.drop();
    }
  });
});
