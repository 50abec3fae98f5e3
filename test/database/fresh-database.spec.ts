import { emptyDatabase, freshDatabase } from '../support/database';
import { sql } from '../support/embedded';

const tables = `SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'`;

describe('the database of a test file', () => {
  it('has the migrated schema, in which the application role owns nothing', async () => {
    const database = await freshDatabase();
    const owners = await sql(
      database.applicationUrl,
      `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`,
    );
    expect(owners).toEqual([{ tableowner: 'accordo_owner' }]);
    await database.drop();
  });

  it('is its own: what one file writes no other sees, even when both are made at once', async () => {
    const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
    await sql(one.ownerUrl, 'CREATE TABLE only_here (x int)');
    await expect(sql(two.ownerUrl, 'TABLE only_here')).rejects.toThrow('does not exist');
    await Promise.all([one.drop(), two.drop()]);
    await expect(sql(one.ownerUrl, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  it('can be empty, for the migrations themselves', async () => {
    const database = await emptyDatabase();
    expect(await sql(database.ownerUrl, tables)).toEqual([{ tables: 0 }]);
    await database.drop();
  });
});
