import { FrozenClock } from '../clock';
import type { Database } from '../database/database';
import { ReadingProgress } from './reading-progress';

/** Stands for the connection, not for the tables: what is asked of it is what counts here. */
function toldTo(answer: () => Promise<number>): { database: Pick<Database, 'asSystem'>; told: unknown[] } {
  const told: unknown[] = [];
  const tx = {
    run: (_text: string, [, , progress]: readonly unknown[]) => {
      told.push(JSON.parse(progress as string));
      return answer();
    },
  };
  return { database: { asSystem: (work) => work(tx as never) }, told };
}

async function* chunks(count: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < count; at += 1) {
    await Promise.resolve();
    yield Buffer.alloc(10);
  }
}

const progressOf = (database: Pick<Database, 'asSystem'>, interval?: number): ReadingProgress =>
  new ReadingProgress(database, new FrozenClock(new Date('2026-01-05T09:00:00Z')), { id: 'o', bytes: 40n }, interval);

async function readAll(progress: ReadingProgress, count: number): Promise<number> {
  let bytes = 0;
  for await (const chunk of progress.watched(chunks(count))) bytes += chunk.length;
  return bytes;
}

describe('the progress of a reading', () => {
  it('is told in bytes, lines and seconds left', async () => {
    const { database, told } = toldTo(() => Promise.resolve(1));
    const progress = progressOf(database, 0);
    progress.atLine(7);
    expect(await readAll(progress, 4)).toBe(40);
    expect(told).toMatchObject([
      { bytes: '40', bytesRead: '10', lines: 7, secondsLeft: expect.any(Number) as number },
      { bytesRead: '20' },
      { bytesRead: '30' },
      { bytesRead: '40', secondsLeft: 0 },
    ]);
  });

  it('is told no oftener than once a second', async () => {
    const { database, told } = toldTo(() => Promise.resolve(1));
    await readAll(progressOf(database), 1000);
    expect(told).toEqual([]);
  });

  it('goes on where it cannot be told, and stops where nobody follows any longer', async () => {
    const away = toldTo(() => Promise.reject(new Error('the database is away')));
    expect(await readAll(progressOf(away.database, 0), 4)).toBe(40);
    const over = toldTo(() => Promise.resolve(0));
    await expect(readAll(progressOf(over.database, 0), 4)).rejects.toMatchObject({ code: 'reading-cancelled' });
    expect(over.told).toHaveLength(1);
  });
});
