import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { enqueue, enqueueLater } from '../../src/platform/jobs/jobs';
import { freshDatabase, type FreshDatabase } from '../support/database';

let database: FreshDatabase;
let source: DataSource;
let own: Database;

beforeAll(async () => {
  database = await freshDatabase();
  // One connection: what a statement leaves behind on it, the next one would meet.
  source = await applicationDataSource(database.applicationUrl, 1).initialize();
  own = new Database(source);
});
afterAll(async () => {
  await source?.destroy();
  await database?.drop();
});

const note = (text: string) => ({
  name: 'note',
  text: `INSERT INTO audit_entries (actor_kind, action, details, at) SELECT 'system', a, '{}', now() FROM unnest($1::text[]) AS a RETURNING length(action)::bigint AS length`,
  values: [text],
});
const noted = (): Promise<{ action: string }[]> =>
  own.asSystem((tx) => tx.rows('SELECT action FROM audit_entries ORDER BY action'));

describe('a transaction that is one statement', () => {
  it('gives its rows as other statements do, each caller its own', async () => {
    const ask = (one: string) =>
      own.statementAsSystem(
        {
          name: 'ask',
          text: `SELECT $1::int8 AS large, $2::text AS nothing, current_setting('accordo.role') AS role`,
          values: [one, null],
        },
        'read',
      );
    const answers = await Promise.all(['9007199254740993', '2', '3'].map(ask));
    expect(answers.flat()).toEqual(
      [9007199254740993n, 2n, 3n].map((large) => ({ large, nothing: null, role: 'system' })),
    );
    expect(
      await own.statementAsSystem({ name: 'none', text: 'SELECT 1 AS one WHERE $1', values: ['f'] }, 'read'),
    ).toEqual([]);
  });

  it('is committed, and leaves no role behind', async () => {
    const before = own.writesCommitted;
    expect(await own.statementAsSystem(note('{a,bcd}'))).toEqual([{ length: 1n }, { length: 3n }]);
    expect(own.writesCommitted).toBe(before + 1);
    expect(await noted()).toEqual([{ action: 'a' }, { action: 'bcd' }]);
    const [left] = await source.query<{ role: string | null }[]>(`SELECT accordo_role() AS role`);
    expect(left?.role).toBeNull();
  });

  it('that fails does nothing, and the connection goes on', async () => {
    const before = await noted();
    const failing = { ...note('{z}'), name: 'failing', text: `${note('').text}, 1 / (length(action) - 1)` };
    for (const again of [1, 2]) {
      await expect(own.statementAsSystem(failing).then(() => again)).rejects.toThrow('division by zero');
      await expect(own.statementAsSystem({ name: 'wrong', text: 'SELECT nothing', values: [] })).rejects.toThrow(
        'nothing',
      );
    }
    await expect(own.statementAsSystem(note('{y}'), 'read')).rejects.toThrow('read-only');
    expect(await noted()).toEqual(before);
    expect(await own.statementAsSystem({ ...failing, values: ['{xyz}'] })).toMatchObject([{ length: 3n }]);
  });
});

describe('a read of several statements', () => {
  it('sees one moment, whatever others commit meanwhile', async () => {
    const other = await applicationDataSource(database.applicationUrl, 1).initialize();
    const count = 'SELECT count(*) AS entries FROM audit_entries';
    const [before, after] = await own
      .asSystem(async (tx) => {
        const first = await tx.rows(count);
        await new Database(other).statementAsSystem(note('{meanwhile}'));
        return [first, await tx.rows(count)];
      }, 'read')
      .finally(() => other.destroy());
    expect(after).toEqual(before);
    expect(await noted()).toContainEqual({ action: 'meanwhile' });
  });
});

describe('jobs of a transaction', () => {
  let superuser: Client;
  beforeAll(async () => {
    superuser = new Client({ connectionString: database.superuserUrl });
    await superuser.connect();
  });
  afterAll(() => superuser.end());

  /** The jobs that wait, which then wait no longer. */
  async function waiting() {
    const { rows } = await superuser.query<{ key: string | null; payload: object; later: boolean }>(
      `DELETE FROM graphile_worker._private_jobs RETURNING key, payload, run_at > now() AS later, id`,
    );
    return rows.map(({ key, payload, later }) => ({ key, payload, later }));
  }
  const now = new Date();

  it('are there when it commits: all without a key, of each key the last', async () => {
    await own.asSystem(async (tx) => {
      await enqueue(tx, 'tried', { at: '1' });
      await enqueueLater(tx, 'tried', { at: '2' }, { key: 'one', at: new Date(now.getTime() + 3_600_000), now });
      await enqueue(tx, 'tried', { at: '3' });
      await enqueue(tx, 'tried', { at: '4' }, 'other');
      await enqueue(tx, 'tried', { at: '5' }, 'one');
    });
    expect(await waiting()).toEqual(
      expect.arrayContaining([
        { key: null, payload: { at: '1' }, later: false },
        { key: null, payload: { at: '3' }, later: false },
        { key: 'other', payload: { at: '4' }, later: false },
        { key: 'one', payload: { at: '5' }, later: false },
      ]),
    );
  });

  it('take the moment of the last one that was asked for', async () => {
    await own.asSystem((tx) => enqueue(tx, 'tried', { at: '1' }, 'one'));
    const later = { key: 'one', at: new Date(now.getTime() + 3_600_000), now };
    await own.asSystem((tx) => enqueueLater(tx, 'tried', { at: '2' }, later));
    expect(await waiting()).toEqual([{ key: 'one', payload: { at: '2' }, later: true }]);
  });

  it('are none of one that fails, nor of a part that is undone', async () => {
    await expect(
      own.asSystem(async (tx) => {
        await enqueue(tx, 'tried', { at: '1' });
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await own.asSystem(async (tx) => {
      await enqueue(tx, 'tried', { at: '2' });
      const part = tx.savepoint(async () => {
        await enqueue(tx, 'tried', { at: '3' });
        throw new Error('undone');
      });
      await expect(part).rejects.toThrow('undone');
      await tx.savepoint(() => enqueue(tx, 'tried', { at: '4' }));
    });
    expect((await waiting()).map(({ payload }) => payload)).toEqual([{ at: '2' }, { at: '4' }]);
  });
});
